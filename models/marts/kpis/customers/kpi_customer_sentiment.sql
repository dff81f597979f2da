with

scored_responses as (

    select
        response_id as fact_id,
        response_date as kpi_date,
        survey_type,
        territory,
        segment,
        score_ratio as numerator,
        1 as denominator
    from {{ ref('fct_survey_responses') }}
    where score_ratio is not null

)

{{ kpi_rollup('scored_responses') }}
