with

merged_deal_rows as (

    {{ contract_rows('hubspot', 'merged_deal') }}

),

merged_deals as (

    select
        'hubspot' as system,
        {{ system_key('hubspot', 'merged_deal_id') }} as record_id,
        {{ system_key('hubspot', 'deal_id') }} as survivor_record_id
    from merged_deal_rows

)

select * from merged_deals
