{{ union_systems('deal_stages') }}
