with

responses as (

    select
        response_id,
        respondent_id,
        responded_at,
        response_date as kpi_date,
        score,
        territory,
        market,
        segment,
        product_line,
        rep_id
    from {{ ref('fct_survey_responses') }}
    where survey_type = 'nps'

),

responses_in_periods as (

    {{ facts_in_periods('responses') }}

),

-- The latest of a respondent's answers in a period counts.
latest_responses as (

    select *
    from responses_in_periods
    qualify row_number() over (
        partition by period_grain, period_start_date, respondent_id
        order by responded_at desc, {{ key_order('response_id') }} desc
    ) = 1

),

votes as (

    select
        response_id as fact_id,
        period_grain,
        period_start_date,
        territory,
        market,
        segment,
        product_line,
        rep_id as rep,
        case when score >= 9 then 1 when score <= 6 then -1 else 0 end as numerator,
        1 as denominator
    from latest_responses

)

{{ kpi_rollup('votes') }}
