{%- do enable_for('hubspot') -%}

with

deals as (

    select
        deal_id as survivor_record_id,
        hs_merged_object_ids
    from {{ ref('stg_hubspot__deals') }}
    where hs_merged_object_ids is not null

),

told_merges as (

    select
        record_id,
        survivor_record_id,
        1 as told_order
    from {{ ref('stg_hubspot__merged_deals') }}

),

all_merges as (

    select
        record_id,
        survivor_record_id,
        told_order
    from told_merges
    union all
    {{ merges_in_object_ids('deals') }}

),

deal_merges as (

    {{ one_merge_a_record('all_merges') }}

)

select * from deal_merges
