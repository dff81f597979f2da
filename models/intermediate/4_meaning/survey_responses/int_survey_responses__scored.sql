with

responses as (

    select *
    from {{ ref('int_survey_responses__resolved') }}

),

-- Without a scale of its own, a survey has its kind's usual one: NPS 0 to 10, CSAT 1 to 5, CES 1
-- to 7; of another kind it is not known what its score means.
responses_with_scale as (

    select
        response_id,
        score,
        coalesce(
            scale_min, case survey_type when 'nps' then 0 when 'csat' then 1 when 'ces' then 1 end
        ) as scale_min,
        coalesce(
            scale_max, case survey_type when 'nps' then 10 when 'csat' then 5 when 'ces' then 7 end
        ) as scale_max
    from responses

),

-- A score outside its scale is as it was given; a scale of no length measures nothing.
scored_responses as (

    select
        response_id,
        {{ safe_ratio('score - scale_min', 'scale_max - scale_min') }} as score_ratio
    from responses_with_scale

)

select * from scored_responses
