{% set activity_types = ['call', 'email', 'meeting'] %}

with

won_deals as (

    select
        deal_id,
        close_date,
        rep_id,
        team
    from {{ ref('fct_deals') }}
    where is_won

),

deal_outreach as (

    select
        deal_id,
        activity_id,
        activity_type,
        activity_date,
        occurred_at
    from {{ ref('fct_deal_outreach') }}

),

outreach_before_close as (

    select
        deal_outreach.deal_id,
        deal_outreach.activity_type,
        row_number() over (
            partition by deal_outreach.deal_id
            order by deal_outreach.occurred_at desc, deal_outreach.activity_id desc
        ) = 1 as is_last
    from deal_outreach
    inner join won_deals
        on
            deal_outreach.deal_id = won_deals.deal_id
            and deal_outreach.activity_date
            between {{ add_days('won_deals.close_date', -(var('prior_activity_days') | int)) }}
            and won_deals.close_date

),

activity_types_of_deals as (

    select
        deal_id,
        {% for activity_type in activity_types -%}
        max(case when activity_type = '{{ activity_type }}' then 1 else 0 end)
            as has_{{ activity_type }},
        {% endfor -%}
        max(case when is_last then activity_type end) as last_activity_type
    from outreach_before_close
    group by deal_id

),

won_deals_with_outreach as (

    select
        won_deals.deal_id as fact_id,
        won_deals.close_date as kpi_date,
        won_deals.team,
        won_deals.rep_id as rep,
        cast(activity_types_of_deals.deal_id is not null as int) as numerator,
        1 as denominator,
        {% for activity_type in activity_types -%}
        coalesce(activity_types_of_deals.has_{{ activity_type }}, 0) as has_{{ activity_type }},
        {% endfor -%}
        activity_types_of_deals.last_activity_type
    from won_deals
    left join activity_types_of_deals
        on won_deals.deal_id = activity_types_of_deals.deal_id

),

-- Each type of activity has all won deals below it.
{% for dimension in ['activity_type', 'last_activity_type'] -%}
won_deals_by_{{ dimension }} as (

    {% for activity_type in activity_types -%}
    select
        fact_id,
        kpi_date,
        '{{ activity_type }}' as {{ dimension }},
        {% if dimension == 'activity_type' -%}
        has_{{ activity_type }} as numerator,
        {% else -%}
        case when last_activity_type = '{{ activity_type }}' then 1 else 0 end as numerator,
        {% endif -%}
        denominator
    from won_deals_with_outreach
    {{ 'union all' if not loop.last }}
    {% endfor %}

){{ ',' if not loop.last }}

{% endfor %}

{{ kpi_rollup(
    'won_deals_with_outreach',
    facts_by_dimension={
        'activity_type': 'won_deals_by_activity_type',
        'last_activity_type': 'won_deals_by_last_activity_type'
    }
) }}
