{{ config(materialized=passing_on()) }}

{%- do enable_for('google_analytics') -%}
with

events as (

    select * from {{ ref('stg_google_analytics__events') }}

),

web_events as (

    select
        system,
        event_id,
        session_id,
        event_name,
        occurred_at,
        web_user_id,
        signed_in_user_id,
        -- "content_id" is what an event such as select_content is about; else its page is.
        case
            when event_name = 'page_view' then page_path
            else coalesce(content_id, page_path)
        end as content
    from events

)

select * from web_events
