{{ config(materialized=passing_on()) }}

{{ union_systems('activity_links') }}
