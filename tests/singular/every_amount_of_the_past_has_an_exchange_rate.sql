with

rates as (

    select *
    from {{ ref('int_currencies__rates') }}

),

-- A planned amount without a rate would be nothing: it has that of its month's first day, of a
-- month to come that of `as_of_date`.
planned_amounts as (

    {% for seed, month in {
        'quotas': 'month', 'selling_costs': 'cost_month', 'marketing_costs': 'cost_month'
    }.items() -%}
    select
        '{{ seed }}' as record_id,
        {{ currency_code_of('currency') }} as currency_code,
        least({{ start_of('month', month) }}, {{ as_of_date() }}) as rate_date
    from {{ ref(seed) }}
    {% if seed != 'quotas' -%}
    where {{ start_of('month', month) }} <= {{ as_of_date() }}
    {% endif -%}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

amounts as (

    select
        deal_id as record_id,
        currency_code,
        snapshot_date as rate_date,
        exchange_rate
    from {{ ref('fct_pipeline_snapshots') }}
    union all
    select
        subscription_id as record_id,
        currency_code,
        started_on as rate_date,
        exchange_rate
    from {{ ref('fct_subscriptions') }}
    union all
    select
        planned_amounts.record_id,
        planned_amounts.currency_code,
        planned_amounts.rate_date,
        rates.rate_to_reporting as exchange_rate
    from planned_amounts
    left join rates
        on
            planned_amounts.currency_code = rates.currency_code
            and planned_amounts.rate_date between rates.valid_from and rates.valid_to

)

select
    currency_code,
    min(rate_date) as first_rate_date,
    max(rate_date) as last_rate_date,
    min(record_id) as example,
    'expected rates of ' || currency_code || ' in force from ' || min(rate_date) || ' to '
    || max(rate_date) || ', found none on some of these days: add them to the seed exchange_rates'
        as message
from amounts
where exchange_rate is null
group by currency_code
