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
    from {{ ref('int_accounts__resolved') }}

),

reps as (

    select
        rep_id,
        territory
    from {{ ref('int_reps__resolved') }}

),

assignments as (

    select *
    from {{ ref('int_reps__assignments') }}

),

-- The territory of an account is its own, else its owner's on the day.
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
        coalesce(accounts.territory, assignments.territory, reps.territory) as territory,
        accounts.market,
        accounts.segment
    from responses
    inner join scores
        on responses.response_id = scores.response_id
    left join products
        on responses.product_id = products.product_id
    left join accounts
        on responses.account_id = accounts.account_id
    left join reps
        on accounts.rep_id = reps.rep_id
    left join assignments
        on
            accounts.rep_id = assignments.rep_id
            and responses.response_date between assignments.valid_from and assignments.valid_to

)

select * from described_responses
