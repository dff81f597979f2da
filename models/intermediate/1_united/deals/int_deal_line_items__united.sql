{{ union_systems('deal_line_items') }}
