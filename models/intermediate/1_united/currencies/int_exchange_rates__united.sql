{{ config(materialized=passing_on()) }}

{{ union_systems('exchange_rates') }}
