{{ union_systems('form_submissions') }}
