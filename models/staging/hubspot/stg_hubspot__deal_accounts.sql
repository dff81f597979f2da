{%- do enable_for('hubspot') -%}

with

deal_companies as (

    select * from {{ ref('stg_hubspot__deal_companies') }}
    where not is_deleted

),

account_merges as (

    select * from {{ ref('stg_hubspot__account_merges') }}

),

-- The association of a company that lost a merge is one of the survivor.
associations as (

    select
        deal_companies.system,
        deal_companies.deal_id,
        coalesce(account_merges.survivor_record_id, deal_companies.account_record_id)
            as account_record_id,
        deal_companies.is_marked_primary
    from deal_companies
    left join account_merges
        on deal_companies.account_record_id = account_merges.record_id

),

pairs as (

    select
        system,
        deal_id,
        account_record_id,
        bool_or(is_marked_primary) as is_marked_primary
    from associations
    group by system, deal_id, account_record_id

),

-- The primary company is the one whose association is of type 5, "Deal to primary company", or has
-- the label Primary. Connectors that leave the type out do not tell: then it is the only company,
-- else the one of the smallest id.
deal_accounts as (

    select
        system,
        deal_id,
        account_record_id,
        row_number() over (
            partition by deal_id
            order by
                case when is_marked_primary then 1 else 2 end,
                {{ hubspot_id_order('account_record_id') }}
        ) = 1 as is_primary
    from pairs

)

select * from deal_accounts
