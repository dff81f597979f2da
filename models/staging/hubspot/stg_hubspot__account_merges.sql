{%- do enable_for('hubspot') -%}

with

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

account_merges as (

    {{ one_merge_a_record('all_merges') }}

)

select * from account_merges
