{{ union_systems('deal_merges') }}
