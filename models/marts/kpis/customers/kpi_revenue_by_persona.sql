with

deals as (

    select
        deal_id,
        account_id,
        close_date,
        industry,
        country,
        amount
    from {{ ref('fct_deals') }}
    where is_won

),

accounts as (

    select
        account_id,
        company_size
    from {{ ref('dim_accounts') }}

),

primary_people as (

    select
        deal_id,
        person_id
    from {{ ref('bridge_deal_people') }}
    where is_primary

),

people as (

    select
        person_id,
        job_function
    from {{ ref('dim_people') }}

),

-- The persona is the buying company and the deal's primary person.
won_deals as (

    select
        deals.deal_id as fact_id,
        deals.close_date as kpi_date,
        deals.industry,
        accounts.company_size,
        people.job_function,
        deals.country,
        deals.amount as numerator
    from deals
    left join accounts
        on deals.account_id = accounts.account_id
    left join primary_people
        on deals.deal_id = primary_people.deal_id
    left join people
        on primary_people.person_id = people.person_id

)

{{ kpi_rollup('won_deals') }}
