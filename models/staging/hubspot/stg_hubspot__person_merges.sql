{%- do enable_for('hubspot') -%}

with

contacts as (

    select
        person_record_id as survivor_record_id,
        hs_merged_object_ids
    from {{ ref('stg_hubspot__contacts') }}
    where hs_merged_object_ids is not null

),

told_merges as (

    select
        record_id,
        survivor_record_id,
        1 as told_order
    from {{ ref('stg_hubspot__contact_merge_audits') }}

),

merged_ids as (

    select
        survivor_record_id,
        {{ parts_of('hs_merged_object_ids') }} as merged_id
    from contacts

),

-- hs_merged_object_ids, "the list of record IDs that have been merged into this record", has a
-- chain flattened. A table that tells the merges one by one goes before it.
all_merges as (

    select
        record_id,
        survivor_record_id,
        told_order
    from told_merges
    union all
    select
        'hubspot:' || trim(merged_id) as record_id,
        survivor_record_id,
        2 as told_order
    from merged_ids
    where trim(merged_id) <> ''

),

person_merges as (

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

select * from person_merges
