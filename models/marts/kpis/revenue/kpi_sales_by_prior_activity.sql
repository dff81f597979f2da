with

won_deals as (

    select *
    from {{ ref('fct_deals') }}
    where is_won

),

deal_outreach as (

    select *
    from {{ ref('fct_deal_outreach') }}

),

activity_types as (

    {% for activity_type in outreach_types() -%}
    select '{{ activity_type }}' as activity_type{{ ' union all' if not loop.last }}
    {% endfor %}

),

-- The last activity of each type before a deal's close.
outreach_before_close as (

    select
        deal_outreach.deal_id,
        deal_outreach.activity_type,
        row_number() over (
            partition by deal_outreach.deal_id
            order by
                deal_outreach.occurred_at desc,
                {{ key_order('deal_outreach.activity_id') }} desc
        ) = 1 as is_last
    from deal_outreach
    inner join won_deals
        on
            deal_outreach.deal_id = won_deals.deal_id
            and deal_outreach.activity_date
            between {{ add_days('won_deals.close_date', -(var('prior_activity_days') | int)) }}
            and won_deals.close_date
    qualify row_number() over (
        partition by deal_outreach.deal_id, deal_outreach.activity_type
        order by
            deal_outreach.occurred_at desc,
            {{ key_order('deal_outreach.activity_id') }} desc
    ) = 1

),

-- Each type of activity has all won deals below it.
won_deals_by_activity_type as (

    select
        won_deals.deal_id as fact_id,
        won_deals.close_date as kpi_date,
        won_deals.team,
        won_deals.rep_id as rep,
        activity_types.activity_type,
        cast(outreach_before_close.deal_id is not null as int) as numerator,
        cast(coalesce(outreach_before_close.is_last, false) as int) as is_last,
        1 as denominator
    from won_deals
    cross join activity_types
    left join outreach_before_close
        on
            won_deals.deal_id = outreach_before_close.deal_id
            and activity_types.activity_type = outreach_before_close.activity_type

),

won_deals_by_last_activity_type as (

    select
        fact_id,
        kpi_date,
        activity_type as last_activity_type,
        is_last as numerator,
        denominator
    from won_deals_by_activity_type

),

won_deals_with_any_activity as (

    select
        fact_id,
        kpi_date,
        team,
        rep,
        max(numerator) as numerator,
        1 as denominator
    from won_deals_by_activity_type
    group by fact_id, kpi_date, team, rep

)

{{ kpi_rollup(
    'won_deals_with_any_activity', facts_by_dimension={
    'activity_type': 'won_deals_by_activity_type',
    'last_activity_type': 'won_deals_by_last_activity_type',
}
) }}
