{#
    The one way from facts to a KPI table: periods, dimensions, zero-filling and the safe ratio, the same for every KPI. The
    call names the facts; how they are measured stands in the KPI's YAML entry, `config.meta.kpi`.

    facts               name of a CTE with one row per fact: fact_id, kpi_date, one column per dimension, numerator and,
                        for a ratio, denominator. A null dimension value becomes '(none)'. fact_id is the key of the
                        deal, lead, message, … by which the number can be checked: `kpis show --why` lists it.
    facts_by_dimension  another CTE (fact_id, kpi_date, the dimension, numerator, denominator) for a dimension that
                        divides a fact, such as the product lines of a deal.
    whole_denominator   dimensions of facts_by_dimension whose slices all have the denominator of the total: of the won
                        deals, those with a call and those with a meeting. Their own CTE needs no denominator.
    has_value_parts     the parts are quotients themselves, rounded to eight places: the facts have value_numerator and
                        value_denominator, too, sums whose quotient is the value. For a KPI that is_as_of.

    In the entry:
    dimensions          what the rows divide the KPI by; `total`, the whole, comes with every KPI.
    aggregate           ratio, the default: the sum of the numerators by that of the denominators; sum: the KPI has no
                        denominator and its value is its numerator; ratio_to_mean: the denominator is the mean of those of
                        the facts, not their sum; a null one is not in it; median, p90 (any p01 to p99): of the
                        numerators of the facts, each a measure of one deal; there is no numerator then, and the
                        denominator is the number of facts. A fact without a numerator is none. A median of an even number
                        is the mean of the two in the middle, a percentile the nearest rank. accuracy: how near the
                        numerator came to the denominator, as a part of it; null unless that is above 0.
    compare_with        previous or year_ago: the KPI is the growth of the numerator over that earlier period.
    complete_after_days a cohort is complete only so many days after its period; a number or the name of a variable.
    is_as_of            the facts are what was true at the end of each period: instead of kpi_date they have period_grain
                        and period_start_date, of the periods of dim_periods that have begun, from the week on; a fact
                        is then a period with a part that is not 0.
                        A part that is null in every fact of a period is unknown and stays null.
    finest_grain        the grain with which the KPI begins: month for what is known by the month, such as quotas. By
                        default day, of a KPI that is_as_of week.

    A KPI of which an input (`inputs` of the entry) is not connected has no row.

    Grain: one row per period, dimension and dimension value, from the slice's first fact to `as_of_date` (a slice other
    than the total: to `zero_fill_days` after its last fact at most). Source: docs/kpis.md, "How a KPI table is made".
#}
{% macro kpi_rollup(facts, facts_by_dimension={}, whole_denominator=[], has_value_parts=false) -%}
{%- set entry = sales_kpis.kpi_entry() -%}
{%- set is_as_of = entry.get('is_as_of', false) -%}
{%- set compare_with = entry.get('compare_with') -%}
{%- set is_ratio = sales_kpis.has_denominator(entry) -%}
{%- set is_mean_denominator = entry.get('aggregate') == 'ratio_to_mean' -%}
{%- set grains = sales_kpis.kpi_grains(sales_kpis.finest_grain(entry)) -%}
{%- set dimensions = ['total'] + entry.get('dimensions', []) -%}
{%- set sources = sales_kpis.kpi_sources(facts, facts_by_dimension, dimensions, whole_denominator, is_as_of) -%}
{%- set has_denominator = is_ratio and compare_with is none -%}
{%- set rank = sales_kpis.rank_of(entry) -%}
{#- A value is the quotient of its parts before they are rounded. -#}
{%- set value_parts = ['value_numerator', 'value_denominator'] if has_value_parts or is_mean_denominator or rank else [] -%}
,

{% if rank -%}
{{ sales_kpis.kpi_sums_by_rank(sources, dimensions, grains, rank) }}
{%- elif is_as_of -%}
{{ sales_kpis.kpi_sums_as_of(sources, dimensions, has_denominator, grains, value_parts) }}
{%- else -%}
{{ sales_kpis.kpi_sums_by_date(sources, dimensions, has_denominator, grains, is_mean_denominator) }}
{%- endif %}

{{ sales_kpis.kpi_facts(sources, dimensions, '1' if rank else 'denominator' if has_denominator else 'null', is_as_of) }}

kpi_periods as (

    select
        periods.period_grain,
        periods.period_start_date,
        kpi_slices.dimension,
        kpi_slices.dimension_value,
        periods.period_end_date,
        periods.previous_period_start_date,
        periods.year_ago_period_start_date
    from kpi_slices
    inner join {{ ref('dim_periods') }} as periods
        on
            kpi_slices.first_fact_date <= periods.period_end_date
            and kpi_slices.last_row_date >= periods.period_start_date
            and (periods.period_grain <> 'day' or kpi_slices.dimension = 'total')
            and periods.period_grain in ('{{ grains | join("', '") }}')
            {{ 'and periods.period_grain = kpi_slices.period_grain' if is_as_of }}

),

kpi_filled_sums as (

    select
        kpi_periods.period_grain,
        kpi_periods.period_start_date,
        kpi_periods.dimension,
        kpi_periods.dimension_value,
        kpi_periods.period_end_date,
        kpi_periods.previous_period_start_date,
        kpi_periods.year_ago_period_start_date,
        {{ 'kpi_sums.numerator' if rank else sales_kpis.part_or_zero('numerator') }} as numerator,
        {% for part in value_parts -%}
        kpi_sums.{{ part }},
        {% endfor -%}
        {{ sales_kpis.part_or_zero('denominator') if has_denominator else 'kpi_sums.denominator' }} as denominator
    from kpi_periods
    left join kpi_sums
        on
            kpi_periods.period_grain = kpi_sums.period_grain
            and kpi_periods.period_start_date = kpi_sums.period_start_date
            and kpi_periods.dimension = kpi_sums.dimension
            and kpi_periods.dimension_value = kpi_sums.dimension_value

),

kpi_parts as (

    {% if compare_with is none -%}
    select
        period_grain,
        period_start_date,
        dimension,
        dimension_value,
        period_end_date,
        {% for part in value_parts -%}
        {{ part }},
        {% endfor -%}
        numerator,
        denominator
    from kpi_filled_sums
    {%- else -%}
    -- Growth compares with the whole earlier period; where a slice has none, both parts are null.
    select
        kpi_filled_sums.period_grain,
        kpi_filled_sums.period_start_date,
        kpi_filled_sums.dimension,
        kpi_filled_sums.dimension_value,
        kpi_filled_sums.period_end_date,
        kpi_filled_sums.numerator - earlier_sums.numerator as numerator,
        earlier_sums.numerator as denominator
    from kpi_filled_sums
    left join kpi_filled_sums as earlier_sums
        on
            kpi_filled_sums.period_grain = earlier_sums.period_grain
            and kpi_filled_sums.{{ compare_with }}_period_start_date = earlier_sums.period_start_date
            and kpi_filled_sums.dimension = earlier_sums.dimension
            and kpi_filled_sums.dimension_value = earlier_sums.dimension_value
    {%- endif %}

),

kpi_rows as (

    select
        period_grain,
        period_start_date,
        dimension,
        dimension_value,
        period_end_date,
        {{ sales_kpis.add_days('period_end_date', sales_kpis.days_to_completeness(entry)) }} <= {{ sales_kpis.as_of_date() }} as is_period_complete,
        {{ sales_kpis.as_measure('numerator') }} as numerator,
        {{ sales_kpis.as_measure('denominator') }} as denominator,
        {{ sales_kpis.value_of_parts(entry, *(value_parts or ['numerator', 'denominator'])) }} as value
    from kpi_parts
    {{ sales_kpis.where_inputs_are_connected() }}

)

select * from kpi_rows
{%- endmacro %}

{# The value of a KPI out of its parts; the numerator is all of it where there is no denominator. #}
{% macro value_of_parts(entry, numerator, denominator) -%}
{%- if entry.get('aggregate') == 'accuracy' -%}
1 - abs({{ sales_kpis.safe_ratio(numerator, 'case when ' ~ denominator ~ ' > 0 then ' ~ denominator ~ ' end') }} - 1)
{%- elif sales_kpis.has_denominator(entry) -%}{{ sales_kpis.safe_ratio(numerator, denominator) }}
{%- else -%}cast({{ numerator }} as double)
{%- endif -%}
{%- endmacro %}

{# A period without a fact has the part 0; a part that no fact could give is null, such as a cost per customer of none. #}
{% macro part_or_zero(part) -%}
case when kpi_sums.period_grain is null then {{ sales_kpis.as_measure('0') }} else kpi_sums.{{ part }} end
{%- endmacro %}

{# The sums of each slice and period, and the days between which each slice has rows: of facts that happen on a day. #}
{% macro kpi_sums_by_date(sources, dimensions, has_denominator, grains, is_mean_denominator) -%}
kpi_daily_sums as (

    {% for (source, is_alone), own_dimensions in sales_kpis.dimensions_by_source(sources).items() -%}
    select
        {{ sales_kpis.dimension_of_group(own_dimensions) }} as dimension,
        {{ sales_kpis.dimension_value_of_group(own_dimensions) }} as dimension_value,
        kpi_date,
        sum({{ sales_kpis.as_measure('numerator') }}) as numerator,
        {{ 'sum(' ~ sales_kpis.as_measure('denominator') ~ ')' if has_denominator else sales_kpis.as_measure('null') }} as denominator
        {{- ',\n        count(denominator) as count_denominators' if is_mean_denominator }}
    from {{ source }}
    where kpi_date <= {{ sales_kpis.as_of_date() }}
    group by {{ sales_kpis.one_group_for_each('kpi_date', own_dimensions) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

-- Each day's sums once for each grain. Days are for the total only: the facts serve the daily drill-down.
kpi_daily_sums_by_grain as (

    select
        grains.period_grain,
        case grains.period_grain
            {% for grain in grains -%}
            when '{{ grain }}' then {{ sales_kpis.period_start(grain, 'kpi_daily_sums.kpi_date') }}
            {% endfor -%}
        end as period_start_date,
        kpi_daily_sums.dimension,
        kpi_daily_sums.dimension_value,
        kpi_daily_sums.numerator,
        {{ 'kpi_daily_sums.count_denominators,' if is_mean_denominator }}
        kpi_daily_sums.denominator
    from kpi_daily_sums
    cross join (
        {% for grain in grains -%}
        select '{{ grain }}' as period_grain{{ ' union all' if not loop.last }}
        {% endfor -%}
    ) as grains
    where grains.period_grain <> 'day' or kpi_daily_sums.dimension = 'total'

),

kpi_sums as (

    select
        period_grain,
        period_start_date,
        dimension,
        dimension_value,
        sum(numerator) as numerator,
        {% if is_mean_denominator -%}
        cast(sum(numerator) as double) * sum(count_denominators) as value_numerator,
        sum(denominator) as value_denominator,
        {{ sales_kpis.as_measure('coalesce(' ~ sales_kpis.safe_ratio('sum(denominator)', 'sum(count_denominators)') ~ ', 0)') }} as denominator
        {%- else -%}
        sum(denominator) as denominator
        {%- endif %}
    from kpi_daily_sums_by_grain
    group by period_grain, period_start_date, dimension, dimension_value

),

{{ sales_kpis.kpi_slices_by_date('kpi_daily_sums') }}
{%- endmacro %}

{# The first and the last day of each slice's rows, of facts or sums with a kpi_date. #}
{% macro kpi_slices_by_date(facts) -%}
kpi_slices as (

    select
        dimension,
        dimension_value,
        min(kpi_date) as first_fact_date,
        case
            when dimension = 'total' then {{ sales_kpis.as_of_date() }}
            else least({{ sales_kpis.as_of_date() }}, {{ sales_kpis.add_days('max(kpi_date)', sales_kpis.setting('zero_fill_days')) }})
        end as last_row_date
    from {{ facts }}
    group by dimension, dimension_value

),
{%- endmacro %}

{#
    Instead of sums a median or percentile: of the facts of each slice and period, the one or two at its rank, whose mean is
    the value. A rank is counted in whole numbers, which both engines count alike.
#}
{% macro kpi_sums_by_rank(sources, dimensions, grains, rank) -%}
{%- set slice = 'period_grain, period_start_date, dimension, dimension_value' -%}
kpi_dated_facts as (

    {% for dimension in dimensions -%}
    select
        '{{ dimension }}' as dimension,
        {{ sales_kpis.dimension_value_of_group([dimension]) }} as dimension_value,
        kpi_date,
        {{ sales_kpis.as_measure('numerator') }} as numerator
    from {{ sources[dimension] }}
    where kpi_date <= {{ sales_kpis.as_of_date() }} and numerator is not null
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

kpi_facts_by_grain as (

    {% for grain in grains -%}
    select
        '{{ grain }}' as period_grain,
        {{ sales_kpis.period_start(grain, 'kpi_date') }} as period_start_date,
        dimension,
        dimension_value,
        numerator
    from kpi_dated_facts
    {{ "where dimension = 'total'" if grain == 'day' }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

kpi_ranked_facts as (

    select
        {{ slice }},
        numerator,
        row_number() over (partition by {{ slice }} order by numerator) as place,
        count(*) over (partition by {{ slice }}) as count_facts
    from kpi_facts_by_grain

),

kpi_sums as (

    select
        {{ slice }},
        {{ sales_kpis.as_measure('null') }} as numerator,
        count(*) as denominator,
        sum(case when {{ rank }} then numerator end) as value_numerator,
        count(case when {{ rank }} then 1 end) as value_denominator
    from kpi_ranked_facts
    group by {{ slice }}

),

{{ sales_kpis.kpi_slices_by_date('kpi_dated_facts') }}
{%- endmacro %}

{# Which places, of count_facts facts in their order, are the median or percentile that an entry names; none otherwise. #}
{% macro rank_of(entry) %}
    {%- set aggregate = entry.get('aggregate', 'ratio') -%}
    {%- if aggregate == 'median' -%}{{ return('2 * place between count_facts and count_facts + 2') }}{%- endif -%}
    {%- set percentile = modules.re.fullmatch('p([0-9][0-9])', aggregate) -%}
    {%- if percentile -%}
        {%- set percent = percentile.group(1) | int -%}
        {{ return('100 * place >= ' ~ percent ~ ' * count_facts and 100 * (place - 1) < ' ~ percent ~ ' * count_facts') }}
    {%- endif -%}
    {{ return('') }}
{% endmacro %}

{# The same of facts that are true at the end of a period. A slice begins and ends by grain. #}
{% macro kpi_sums_as_of(sources, dimensions, has_denominator, grains, value_parts=[]) -%}
kpi_sums as (

    {% for (source, is_alone), own_dimensions in sales_kpis.dimensions_by_source(sources, 'total' if 'day' in grains else none).items() -%}
    {% set own_grains = grains if own_dimensions == ['total'] else grains | reject('eq', 'day') | list -%}
    select
        period_grain,
        period_start_date,
        {{ sales_kpis.dimension_of_group(own_dimensions) }} as dimension,
        {{ sales_kpis.dimension_value_of_group(own_dimensions) }} as dimension_value,
        {% for part in value_parts -%}
        sum(cast({{ part }} as double)) as {{ part }},
        {% endfor -%}
        sum({{ sales_kpis.as_measure('numerator') }}) as numerator,
        {{ 'sum(' ~ sales_kpis.as_measure('denominator') ~ ')' if has_denominator else sales_kpis.as_measure('null') }} as denominator
    from {{ source }}
    where
        period_start_date <= {{ sales_kpis.as_of_date() }}
        and period_grain in ('{{ own_grains | join("', '") }}')
    group by {{ sales_kpis.one_group_for_each('period_grain, period_start_date', own_dimensions) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

kpi_slices as (

    select
        kpi_sums.period_grain,
        kpi_sums.dimension,
        kpi_sums.dimension_value,
        min(kpi_sums.period_start_date) as first_fact_date,
        case
            when kpi_sums.dimension = 'total' then {{ sales_kpis.as_of_date() }}
            else least({{ sales_kpis.as_of_date() }}, {{ sales_kpis.add_days('max(periods.measured_on_date)', sales_kpis.setting('zero_fill_days')) }})
        end as last_row_date
    from kpi_sums
    inner join {{ ref('dim_periods') }} as periods
        on
            kpi_sums.period_grain = periods.period_grain
            and kpi_sums.period_start_date = periods.period_start_date
    where kpi_sums.numerator <> 0 or coalesce(kpi_sums.denominator, 0) <> 0
    group by kpi_sums.period_grain, kpi_sums.dimension, kpi_sums.dimension_value

),
{%- endmacro %}

{#
    Every fact behind the values: what `kpis show --why` reads in place of kpi_rows. The build itself does not, and an
    engine does not compute what nothing reads.
#}
{% macro kpi_facts(sources, dimensions, denominator, is_as_of) -%}
kpi_facts as (

    {% for dimension in dimensions -%}
    select
        {{ 'period_grain, period_start_date' if is_as_of else 'kpi_date' }},
        '{{ dimension }}' as dimension,
        {{ sales_kpis.dimension_value_of_group([dimension]) }} as dimension_value,
        fact_id,
        {{ sales_kpis.as_measure('numerator') }} as numerator,
        {{ sales_kpis.as_measure(denominator) }} as denominator
    from {{ sources[dimension] }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),
{%- endmacro %}

{# From where the facts of each dimension come: a CTE, or one with the whole denominator put beside each of its values. #}
{% macro kpi_sources(facts, facts_by_dimension, dimensions, whole_denominator, is_as_of) %}
    {%- set sources = {} -%}
    {%- set period = 'period_grain, period_start_date' if is_as_of else 'kpi_date' -%}
    {%- for dimension in dimensions -%}
        {%- set source = facts_by_dimension.get(dimension, facts) -%}
        {%- if dimension in whole_denominator -%}
            {%- set source -%}
(
        select fact_id, {{ period }}, {{ dimension }}, numerator, 0 as denominator from {{ source }}
        union all
        select {{ facts }}.fact_id, {{ period }}, dimension_values.{{ dimension }}, 0 as numerator, {{ facts }}.denominator
        from {{ facts }}
        cross join (
            select distinct {{ dimension }} from {{ source }}
            where {{ 'period_start_date' if is_as_of else 'kpi_date' }} <= {{ sales_kpis.as_of_date() }}
        ) as dimension_values
        {{ "where period_grain <> 'day'" if is_as_of }}
    ) as facts_of_{{ dimension }}
            {%- endset -%}
        {%- endif -%}
        {%- do sources.update({dimension: source | string}) -%}
    {%- endfor -%}
    {{ return(sources) }}
{% endmacro %}

{# The dimensions that each source has, so that one pass gives all their sums; the dimension `alone` has a pass of its own. #}
{% macro dimensions_by_source(sources, alone=none) %}
    {%- set found = {} -%}
    {%- for dimension, source in sources.items() -%}
        {%- do found.setdefault((source, dimension == alone), []).append(dimension) -%}
    {%- endfor -%}
    {{ return(found) }}
{% endmacro %}

{# In a query with one group for each dimension of a list: the name of the group's dimension, and its value. #}
{% macro dimension_of_group(dimensions) -%}
    {%- if dimensions | length == 1 -%}'{{ dimensions[0] }}'
    {%- else -%}
        case
        {%- for dimension in dimensions | reject('eq', 'total') %}
            when grouping({{ dimension }}) = 0 then '{{ dimension }}'
        {%- endfor %}
            else 'total'
        end
    {%- endif -%}
{%- endmacro %}
{% macro dimension_value_of_group(dimensions) -%}
    {%- if dimensions == ['total'] -%}'total'
    {%- elif dimensions | length == 1 -%}coalesce({{ dimensions[0] }}, '(none)')
    {%- else -%}
        case
        {%- for dimension in dimensions | reject('eq', 'total') %}
            when grouping({{ dimension }}) = 0 then coalesce({{ dimension }}, '(none)')
        {%- endfor %}
            else 'total'
        end
    {%- endif -%}
{%- endmacro %}

{# The groups of such a query: each dimension beside the columns that all have. #}
{% macro one_group_for_each(columns, dimensions) -%}
    {%- if dimensions == ['total'] -%}{{ columns }}
    {%- elif dimensions | length == 1 -%}{{ columns }}, {{ dimensions[0] }}
    {%- else -%}
        grouping sets (
        {%- for dimension in dimensions %}
            ({{ columns }}{{ '' if dimension == 'total' else ', ' ~ dimension }}){{ ',' if not loop.last }}
        {%- endfor %}
        )
    {%- endif -%}
{%- endmacro %}

{# The grains of a KPI, from its finest on. #}
{% macro kpi_grains(finest) %}
    {%- set finer = {'day': [], 'week': ['day'], 'month': ['day', 'week'], 'quarter': ['day', 'week', 'month']}[finest] -%}
    {{ return(sales_kpis.period_grains() | reject('in', finer) | list) }}
{% endmacro %}

{# The YAML entry of the KPI being built. A unit test, which has no YAML, overrides this macro with what it is about. #}
{% macro kpi_entry() %}
    {{ return(((model.get('config', {}).get('meta') or {}).get('kpi') or {}) if execute else {}) }}
{% endmacro %}

{# A field of the entry on how the KPI is measured, or its default. #}
{% macro finest_grain(entry) %}{{ return(entry.get('finest_grain') or ('week' if entry.get('is_as_of') else 'day')) }}{% endmacro %}
{% macro has_denominator(entry) %}{{ return(entry.get('aggregate', 'ratio') != 'sum') }}{% endmacro %}
{% macro days_to_completeness(entry) %}
    {%- set days = entry.get('complete_after_days', 0) -%}
    {{ return(days if days is integer else var(days)) }}
{% endmacro %}
