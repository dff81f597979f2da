{{ union_systems('deal_accounts') }}
