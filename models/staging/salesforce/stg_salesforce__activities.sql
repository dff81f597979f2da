{{ config(materialized=passing_on()) }}

{%- do enable_for('salesforce') -%}

with

activities as (

    select * from {{ ref('stg_salesforce__tasks') }}
    union all
    select * from {{ ref('stg_salesforce__event_activities') }}

)

select * from activities
