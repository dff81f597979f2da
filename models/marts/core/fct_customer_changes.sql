with

stretches as (

    select
        *,
        lag(monthly_recurring_revenue) over (
            partition by account_id order by valid_from
        ) as revenue_of_previous
    from {{ ref('fct_customer_stretches') }}

),

accounts as (

    select *
    from {{ ref('int_accounts__placements') }}

),

changes as (

    select
        account_id,
        valid_from as changed_on,
        case
            when is_first then 'started'
            when not is_continued then 'returned'
            when monthly_recurring_revenue > revenue_of_previous then 'expanded'
            else 'contracted'
        end as change_type,
        case when is_continued then revenue_of_previous else 0 end as mrr_before,
        monthly_recurring_revenue as mrr_after
    from stretches
    where not is_continued or monthly_recurring_revenue <> revenue_of_previous
    union all
    select
        account_id,
        churned_on as changed_on,
        'churned' as change_type,
        monthly_recurring_revenue as mrr_before,
        0 as mrr_after
    from stretches
    where churned_on is not null

),

described_changes as (

    select
        changes.account_id,
        changes.changed_on,
        changes.change_type,
        {{ as_measure('changes.mrr_before') }} as mrr_before,
        {{ as_measure('changes.mrr_after') }} as mrr_after,
        accounts.territory,
        accounts.market,
        accounts.segment,
        accounts.industry
    from changes
    left join accounts
        on
            changes.account_id = accounts.account_id
            and changes.changed_on between accounts.valid_from and accounts.valid_to

)

select * from described_changes
