{{ union_systems('email_campaigns') }}
