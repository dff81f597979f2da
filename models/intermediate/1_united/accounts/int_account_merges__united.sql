{{ union_systems('account_merges') }}
