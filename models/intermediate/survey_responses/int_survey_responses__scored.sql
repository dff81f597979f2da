with

responses as (

    select *
    from {{ ref('int_survey_responses__united') }}

),

-- Without a scale of its own, a survey has its kind's usual one: NPS 0 to 10, CSAT 1 to 5, CES 1
-- to 7.
responses_with_scale as (

    select
        response_id,
        score,
        coalesce(
            scale_min, case when survey_type in ('csat', 'ces') then 1 else 0 end
        ) as scale_min,
        coalesce(
            scale_max, case survey_type when 'csat' then 5 when 'ces' then 7 else 10 end
        ) as scale_max
    from responses

),

-- A score outside its scale counts as the scale's end; a scale of no length measures nothing.
scored_responses as (

    select
        response_id,
        case
            when scale_max > scale_min then least(
                greatest({{ safe_ratio('score - scale_min', 'scale_max - scale_min') }}, 0), 1
            )
        end as score_ratio
    from responses_with_scale

)

select * from scored_responses
