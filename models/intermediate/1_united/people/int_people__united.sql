{{ union_systems('people') }}
