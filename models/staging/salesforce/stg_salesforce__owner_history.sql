{%- do enable_for('salesforce') -%}

with

-- A change of owner stands there twice, once by name and once by id; only the one by id says who
-- it was.
owner_changes as (

    select *
    from {{ ref('stg_salesforce__owner_changes') }}
    where
        is_of_owner
        and not is_deleted
        and {{ matches("coalesce(raw_new_value, raw_old_value, '')", '^00[5G][A-Za-z0-9]{12}') }}

),

-- A queue or a group ("00G") is nobody.
owner_history as (

    select
        record_type,
        record_id,
        changed_at,
        case when raw_old_value like '005%' then old_value end as old_rep_id,
        case when raw_new_value like '005%' then new_value end as new_rep_id
    from owner_changes

)

select * from owner_history
