{{ union_systems('subscriptions') }}
