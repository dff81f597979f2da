{#
    The revenue of each account in the twelve months that each period ends, `revenue_of_accounts`, and the same in each
    value of a dimension, `revenue_of_accounts_by_<dimension>`, of the CTEs periods and won_deals. The numerator is that
    of the ten with most of it there; revenue without an account is in the denominator only.
#}
{% macro largest_accounts(dimensions) -%}
{%- for dimension in dimensions -%}
{%- set is_total = dimension == 'total' -%}
{%- set name = 'accounts' ~ ('' if is_total else '_by_' ~ dimension) -%}
{%- set slice = 'period_grain, period_start_date' ~ ('' if is_total else ', ' ~ dimension) -%}
ranked_{{ name }} as (

    select
        won_deals.account_id,
        periods.period_grain,
        periods.period_start_date,
        {{ 'won_deals.' ~ dimension ~ ',' if not is_total }}
        sum(won_deals.amount) as amount,
        row_number() over (
            partition by {{ slice }}
            order by won_deals.account_id is null, sum(won_deals.amount) desc, won_deals.account_id
        ) as account_rank
    from periods
    inner join won_deals
        on
            won_deals.close_date
            between periods.trailing_year_start_date and periods.measured_on_date
    group by {{ slice }}, won_deals.account_id

),

revenue_of_{{ name }} as (

    select
        account_id as fact_id,
        {{ slice }},
        case when account_id is not null and account_rank <= 10 then amount else 0 end as numerator,
        amount as denominator
    from ranked_{{ name }}

)
{{- ',\n\n' if not loop.last }}
{%- endfor -%}
{%- endmacro %}
