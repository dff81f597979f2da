{# Facts of days (a CTE with kpi_date) as facts of each period that holds their day, for a KPI that is_as_of. #}
{% macro facts_in_periods(facts) -%}
{%- set grains = sales_kpis.kpi_grains(sales_kpis.finest_grain(sales_kpis.kpi_entry())) -%}
select
        {{ facts }}.*,
        grains.period_grain,
        case grains.period_grain
            {% for grain in grains -%}
            when '{{ grain }}' then {{ sales_kpis.period_start(grain, facts ~ '.kpi_date') }}
            {% endfor -%}
        end as period_start_date
    from {{ facts }}
    cross join (
        {% for grain in grains -%}
        select '{{ grain }}' as period_grain{{ ' union all' if not loop.last }}
        {% endfor -%}
    ) as grains
{%- endmacro %}

{# Facts of days (a CTE with kpi_date) as facts of each period at whose end, or on `as_of_date` while it runs, they are true. #}
{% macro facts_at_period_ends(facts) -%}
select
        {{ facts }}.*,
        periods.period_grain,
        periods.period_start_date
    from {{ facts }}
    inner join {{ ref('dim_periods') }} as periods
        on {{ facts }}.kpi_date = periods.measured_on_date
    where periods.period_start_date <= {{ sales_kpis.as_of_date() }}
{%- endmacro %}

{#
    The reps employed on a day of each period up to the day on which it is measured, once in each team or territory that
    they had on such a day, as denominators of 1; from the period of the first of the facts (a CTE with kpi_date) on.
#}
{% macro active_reps(facts, dimension=none) -%}
select distinct
        rep_assignments.rep_id as fact_id,
        periods.period_grain,
        periods.period_start_date,
        {% if dimension -%}
        rep_assignments.{{ dimension }},
        {% endif -%}
        0 as numerator,
        1 as denominator
    from {{ ref('dim_periods') }} as periods
    inner join {{ ref('dim_rep_assignments') }} as rep_assignments
        on
            rep_assignments.is_employed
            and rep_assignments.valid_from <= periods.measured_on_date
            and rep_assignments.valid_to >= periods.period_start_date
    where
        periods.period_start_date <= {{ sales_kpis.as_of_date() }}
        and periods.period_end_date >= (select min({{ facts }}.kpi_date) from {{ facts }})
{%- endmacro %}
