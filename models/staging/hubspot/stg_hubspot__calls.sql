with

engagement_call_rows as (

    {{ contract_rows('hubspot', 'engagement_call') }}

),

-- "hs_call_disposition": a label such as Connected, or the standard id of one. The standard ids are
-- the same in every portal. "hs_call_direction": "from the perspective of the HubSpot user".
calls as (

    select
        {{ hubspot_engagement('call') }},
        {{ word_of('activity_directions', 'hubspot', 'hs_call_direction',
            'lower(hs_call_direction)') }} as direction,
        {%- set outcome -%}
        case lower(hs_call_disposition)
            when 'f240bbac-87c9-4f6e-bf70-924b57d47db7' then 'connected'
            when '73a0d17f-1163-4015-bdd5-ec830791da20' then 'no_answer'
            when '9d9162e7-6cf3-4944-bf63-4dff82258764' then 'busy'
            when 'a4c4c377-d246-4b32-a13b-75a56a4cd0ff' then 'left_live_message'
            when 'b2cf5968-551e-4856-9783-52b3da59a7d0' then 'left_voicemail'
            when '17b47fee-58de-441e-a44c-c6300d46f273' then 'wrong_number'
            else lower(replace(hs_call_disposition, ' ', '_'))
        end
        {%- endset %}
        {{ word_of('activity_outcomes', 'hubspot', 'hs_call_disposition', outcome) }} as outcome
    from engagement_call_rows

)

select * from calls
