with

campaigns as (

    select
        campaign_id,
        campaign_name,
        campaign_type,
        system
    from {{ ref('int_campaigns__resolved') }}

)

select * from campaigns
