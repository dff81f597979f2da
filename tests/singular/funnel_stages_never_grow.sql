{% set funnel_stages = ['created', 'contacted', 'mql', 'sql', 'deal', 'won'] %}

with

funnel as (

    select
        period_grain,
        period_start_date,
        dimension_value as funnel_stage,
        numerator,
        case dimension_value
            {% for funnel_stage in funnel_stages -%}
            when '{{ funnel_stage }}' then {{ loop.index }}
            {% endfor %}
        end as stage_number
    from {{ ref('kpi_lead_funnel_conversion') }}
    where dimension = 'funnel_stage'

)

select
    later_stages.period_grain,
    later_stages.period_start_date,
    later_stages.funnel_stage,
    'expected at most ' || earlier_stages.numerator || ' leads, as many as reached '
    || earlier_stages.funnel_stage || ', found ' || later_stages.numerator as message
from funnel as later_stages
inner join funnel as earlier_stages
    on
        later_stages.period_grain = earlier_stages.period_grain
        and later_stages.period_start_date = earlier_stages.period_start_date
        and later_stages.stage_number = earlier_stages.stage_number + 1
where later_stages.numerator > earlier_stages.numerator
