{{ config(materialized=passing_on()) }}

{{ union_systems('campaign_members') }}
