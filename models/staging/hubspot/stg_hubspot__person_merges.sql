{%- do enable_for('hubspot') -%}

with recursive

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

all_merges as (

    select
        record_id,
        survivor_record_id,
        told_order
    from told_merges
    union all
    {{ merges_in_object_ids('contacts') }}

),

direct_merges as (

    {{ one_merge_a_record('all_merges') }}

),

merge_steps as (

    {{ merge_steps('direct_merges', 'record_id', 'survivor_record_id') }}

),

survivors as (

    select
        record_id,
        {{ last_survivor() }} as survivor_record_id
    from merge_steps
    group by record_id

),

-- The survivor of a merge may have lost a later one; of a circle one record is the survivor.
person_merges as (

    select
        'hubspot' as system,
        record_id,
        survivor_record_id
    from survivors
    where record_id <> survivor_record_id

)

select * from person_merges
