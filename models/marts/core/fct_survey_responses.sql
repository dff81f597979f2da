with

responses as (

    select *
    from {{ ref('int_survey_responses__resolved') }}

),

scores as (

    select *
    from {{ ref('int_survey_responses__scored') }}

),

products as (

    select
        product_id,
        product_line
    from {{ ref('int_products__resolved') }}

),

accounts as (

    select *
    from {{ ref('int_accounts__placements') }}

),

-- An account is where it was on the day.
described_responses as (

    select
        responses.response_id,
        responses.system,
        responses.survey_type,
        responses.responded_at,
        responses.response_date,
        responses.score,
        scores.score_ratio,
        responses.respondent_id,
        responses.account_id,
        responses.person_id,
        responses.product_id,
        products.product_line,
        responses.rep_id,
        accounts.territory,
        accounts.market,
        accounts.segment
    from responses
    inner join scores
        on responses.response_id = scores.response_id
    left join products
        on responses.product_id = products.product_id
    left join accounts
        on
            responses.account_id = accounts.account_id
            and responses.response_date between accounts.valid_from and accounts.valid_to

)

select * from described_responses
