{{ config(materialized=passing_on()) }}

{{ union_systems('account_merges') }}
