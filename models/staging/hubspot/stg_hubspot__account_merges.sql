{%- do enable_for('hubspot') -%}

with

accounts as (

    select
        account_record_id as survivor_record_id,
        hs_merged_object_ids
    from {{ ref('stg_hubspot__accounts') }}
    where hs_merged_object_ids is not null

),

merged_ids as (

    select
        survivor_record_id,
        {{ parts_of('hs_merged_object_ids') }} as merged_id
    from accounts

),

-- hs_merged_object_ids, "the list of record IDs that have been merged into this record", has a
-- chain flattened.
all_merges as (

    select
        'hubspot:' || trim(merged_id) as record_id,
        survivor_record_id,
        2 as told_order
    from merged_ids
    where trim(merged_id) <> ''

),

account_merges as (

    select
        'hubspot' as system,
        record_id,
        survivor_record_id
    from all_merges
    where record_id <> survivor_record_id
    qualify row_number() over (
        partition by record_id
        order by told_order, {{ hubspot_id_order('survivor_record_id') }}
    ) = 1

)

select * from account_merges
