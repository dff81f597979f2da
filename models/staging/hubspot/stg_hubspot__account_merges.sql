{%- do enable_for('hubspot') -%}

with recursive

accounts as (

    select
        account_record_id as survivor_record_id,
        hs_merged_object_ids
    from {{ ref('stg_hubspot__accounts') }}
    where hs_merged_object_ids is not null

),

all_merges as (

    {{ merges_in_object_ids('accounts') }}

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
account_merges as (

    select
        'hubspot' as system,
        record_id,
        survivor_record_id
    from survivors
    where record_id <> survivor_record_id

)

select * from account_merges
