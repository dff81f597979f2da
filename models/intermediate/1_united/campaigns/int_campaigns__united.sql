{{ union_systems('campaigns') }}
