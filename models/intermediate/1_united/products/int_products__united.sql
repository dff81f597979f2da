{{ union_systems('products') }}
