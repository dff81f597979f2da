{{ config(materialized=passing_on()) }}

{{ union_systems('web_sessions') }}
