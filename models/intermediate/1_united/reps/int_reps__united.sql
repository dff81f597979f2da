{{ union_systems('reps') }}
