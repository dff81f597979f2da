with

won_deals as (

    select
        deal_id,
        account_id
    from {{ ref('int_deals__valued') }}
    where is_won

),

people_of_deals as (

    select
        deal_id,
        person_id
    from {{ ref('int_people__deals') }}

),

people as (

    select
        person_id,
        account_id
    from {{ ref('int_people__resolved') }}
    where account_id is not null

),

deals_with_people as (

    select distinct deal_id
    from people_of_deals

),

-- A deal that names nobody is its account's.
people_of_won_deals as (

    select
        won_deals.deal_id,
        people_of_deals.person_id
    from won_deals
    inner join people_of_deals
        on won_deals.deal_id = people_of_deals.deal_id
    union all
    select
        won_deals.deal_id,
        people.person_id
    from won_deals
    inner join people
        on won_deals.account_id = people.account_id
    left join deals_with_people
        on won_deals.deal_id = deals_with_people.deal_id
    where deals_with_people.deal_id is null

)

select * from people_of_won_deals
