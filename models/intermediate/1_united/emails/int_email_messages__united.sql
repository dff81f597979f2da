{{ config(materialized=passing_on()) }}

{{ union_systems('email_messages') }}
