{{ union_systems('deal_people') }}
