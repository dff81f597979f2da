{{ union_systems('lifecycle_events') }}
