{{ union_systems('leads') }}
