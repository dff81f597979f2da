with

engagement_meeting_rows as (

    {{ contract_rows('hubspot', 'engagement_meeting') }}

),

-- "hs_meeting_outcome": SCHEDULED, COMPLETED, RESCHEDULED, NO_SHOW or CANCELED. A meeting is held
-- when it is COMPLETED, and every meeting is outreach.
meetings as (

    select
        {{ hubspot_engagement('meeting', 'hs_meeting_start_time') }},
        'outbound' as direction,
        {%- set outcome -%}
        case upper(hs_meeting_outcome)
            when 'COMPLETED' then 'held'
            when 'CANCELED' then 'cancelled'
            else lower(hs_meeting_outcome)
        end
        {%- endset %}
        {{ word_of('activity_outcomes', 'hubspot', 'hs_meeting_outcome', outcome) }} as outcome
    from engagement_meeting_rows

)

select * from meetings
