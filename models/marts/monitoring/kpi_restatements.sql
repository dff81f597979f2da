-- Publishing compares what it publishes by the same rules: scripts/sales_kpis/reported_values.py.
with

numbered_publications as (

    select
        as_of_date,
        row_number() over (order by publication_number desc) as place
    from {{ source('ledger', 'publications') }}
    where is_compared

),

reported_values as (

    select *
    from {{ source('ledger', 'reported_values') }}

),

-- Values as of an earlier day than the last that was reported are a look into the past.
last_publication as (

    select as_of_date
    from numbered_publications
    where place = 1 and as_of_date <= {{ as_of_date() }}

),

present_rows as (

    select
        kpi_values.kpi,
        {{ basis_of_values('kpi_values.period_grain') }} as basis,
        kpi_values.period_grain,
        kpi_values.period_start_date,
        kpi_values.dimension,
        kpi_values.dimension_value,
        kpi_values.period_end_date,
        kpi_values.numerator,
        kpi_values.denominator,
        kpi_values.value
    from {{ ref('kpi_values') }} as kpi_values
    cross join last_publication
    where kpi_values.is_period_complete

),

numbered_values as (

    select
        *,
        row_number() over (
            partition by
                kpi, basis, period_grain, period_start_date, dimension, dimension_value
            order by publication_number desc
        ) as place
    from reported_values

),

reported_rows as (

    select numbered_values.*
    from numbered_values
    cross join last_publication
    where numbered_values.place = 1

),

-- The newest period of a KPI's grain, for each of the dimensions that it has: up to it a slice
-- without a row has nothing.
{% for rows, are_there in {'present_rows': '', 'reported_rows': 'where is_reported'}.items() -%}
dimensions_of_{{ rows }} as (

    select
        kpi,
        basis,
        period_grain,
        dimension,
        max(max(period_start_date)) over (partition by kpi, basis, period_grain) as newest
    from {{ rows }}
    {{ are_there }}
    group by kpi, basis, period_grain, dimension

),

{% endfor -%}

-- Values that changed, came again, or came after their period was reported.
changed_values as (

    select
        present_rows.*,
        case when reported_rows.is_reported then reported_rows.numerator end as numerator_before,
        case when reported_rows.is_reported then reported_rows.denominator end
            as denominator_before,
        case when reported_rows.is_reported then reported_rows.value end as value_before,
        reported_rows.first_reported_value,
        reported_rows.first_reported_at,
        coalesce(reported_rows.change_number, 0) + 1 as change_number
    from present_rows
    left join reported_rows
        on {{ is_same_value('present_rows', 'reported_rows') }}
    left join dimensions_of_reported_rows as earlier_dimensions
        on {{ is_same_dimension('present_rows', 'earlier_dimensions') }}
    where
        case
            when reported_rows.is_reported
                then {{ is_another_value('present_rows', 'reported_rows') }}
            else
                not {{ is_nothing('present_rows') }}
                and (
                    reported_rows.kpi is not null
                    or present_rows.period_start_date <= earlier_dimensions.newest
                )
        end

),

-- Values that are gone, though there are later periods of their KPI and dimension.
gone_values as (

    select
        reported_rows.kpi,
        reported_rows.basis,
        reported_rows.period_grain,
        reported_rows.period_start_date,
        reported_rows.dimension,
        reported_rows.dimension_value,
        reported_rows.period_end_date,
        {{ as_measure('null') }} as numerator,
        {{ as_measure('null') }} as denominator,
        cast(null as double) as value,
        reported_rows.numerator as numerator_before,
        reported_rows.denominator as denominator_before,
        reported_rows.value as value_before,
        reported_rows.first_reported_value,
        reported_rows.first_reported_at,
        reported_rows.change_number + 1 as change_number
    from reported_rows
    inner join dimensions_of_present_rows as dimensions
        on {{ is_same_dimension('reported_rows', 'dimensions') }}
    left join present_rows
        on {{ is_same_value('reported_rows', 'present_rows') }}
    where
        reported_rows.is_reported
        and not {{ is_nothing('reported_rows') }}
        and present_rows.kpi is null
        and reported_rows.period_start_date <= dimensions.newest

),

unpublished_values as (

    select * from changed_values
    union all
    select * from gone_values

),

kpi_restatements as (

    {% for rows in ['reported_values', 'unpublished_values'] -%}
    {%- set is_published = rows == 'reported_values' -%}
    select
        kpi,
        basis,
        period_grain,
        period_start_date,
        dimension,
        dimension_value,
        change_number,
        period_end_date,
        numerator_before,
        numerator as numerator_after,
        denominator_before,
        denominator as denominator_after,
        value_before,
        value as value_after,
        first_reported_value,
        cast(first_reported_at as timestamp) as first_reported_at,
        cast({{ 'reported_at' if is_published else 'null' }} as timestamp) as changed_at,
        {% for column in [
            'run_id as changed_by_run', 'reason', 'added_facts', 'removed_facts', 'changed_facts'
        ] -%}
        {%- set name = column.split(' as ') | last -%}
        {{ as_text(column.split(' as ') | first if is_published else 'null') }} as {{ name }},
        {% endfor -%}
        cast({{ 'count_facts' if is_published else 'null' }} as bigint) as count_facts,
        {{ 'as_of_date' if is_published else as_of_date() }} as as_of_date
    from {{ rows }}
    {{ 'where is_restatement' if is_published }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select * from kpi_restatements
