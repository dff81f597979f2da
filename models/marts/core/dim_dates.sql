with

deals as (

    select
        created_date,
        close_date
    from {{ ref('int_deals__valued') }}

),

leads as (

    select created_date
    from {{ ref('int_leads__merged') }}

),

-- The large facts are asked for their first day only.
{% set first_days = {
    'int_activities__resolved': 'activity_date',
    'int_emails__messages': 'sent_date',
    'int_web_sessions__resolved': 'session_date',
    'int_web_sessions__events': 'event_date',
    'int_form_submissions__resolved': 'submission_date',
    'int_lifecycle_events__resolved': 'event_date',
    'int_survey_responses__resolved': 'response_date',
    'quotas': 'month',
    'selling_costs': 'cost_month',
    'marketing_costs': 'cost_month',
} -%}
fact_dates as (

    select created_date as fact_date from deals
    union all
    select close_date as fact_date from deals
    union all
    select created_date as fact_date from leads
    {% for model, day in first_days.items() -%}
    union all
    select min({{ day }}) as fact_date from {{ ref(model) }}
    {% endfor -%}
    union all
    select {{ as_of_date() }} as fact_date

),

-- Whole years: from the one of the first fact to the one of `as_of_date`.
range_of_dates as (

    select
        {{ start_of('year', 'min(fact_date)') }} as first_date,
        {{ period_end('year', start_of('year', as_of_date())) }} as last_date
    from fact_dates
    where fact_date <= {{ as_of_date() }}

),

days as (

    {{ days_from_to('first_date', 'last_date', 'range_of_dates') }}

),

dates as (

    select
        date_day,
        {{ iso_weekday('date_day') }} as iso_weekday,
        cast({{ iso_week('date_day') }} as bigint) as iso_week,
        {{ period_start('week', 'date_day') }} as week_start_date,
        {{ period_start('month', 'date_day') }} as month_start_date,
        {{ period_start('quarter', 'date_day') }} as quarter_start_date,
        {{ period_start('year', 'date_day') }} as year_start_date,
        {{ period_start('fiscal_quarter', 'date_day') }} as fiscal_quarter_start_date,
        {{ period_start('fiscal_year', 'date_day') }} as fiscal_year_start_date
    from days

)

select * from dates
