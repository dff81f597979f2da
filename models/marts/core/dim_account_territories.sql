with

account_territories as (

    select
        account_id,
        valid_from,
        valid_to,
        territory
    from {{ ref('int_accounts__placements') }}

)

select * from account_territories
