{{ config(materialized=passing_on()) }}

{{ union_systems('owner_history') }}
