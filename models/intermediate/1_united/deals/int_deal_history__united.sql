{{ config(materialized=passing_on()) }}

{{ union_systems('deal_history') }}
