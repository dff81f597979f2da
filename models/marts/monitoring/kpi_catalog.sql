{% do kpi_tables() %}
-- The YAML of the KPI models as a table; nothing of it is written elsewhere.
with

-- One row, with a column for each input of a KPI: whether nobody gives it.
unconnected_inputs as (

    select
        {% set inputs = kpis_of_project() | map(attribute='inputs', default=[]) | sum(start=[]) -%}
        {% for name in inputs | unique -%}
        {{ is_input_unconnected(name) }} as {{ is_unconnected_column(name).split('.')[1] }},
        {% endfor -%}
        true as is_one_row

),

catalog as (

    {% for kpi in kpis_of_project() -%}
    select
        {{ text_literal(kpi.id) }} as kpi,
        {{ text_literal(kpi.family) }} as family,
        {{ text_literal(kpi.title) }} as title,
        {{ text_literal(kpi.question) }} as question,
        {{ text_literal(kpi.formula) }} as formula,
        {{ text_literal(kpi.unit) }} as unit,
        {{ text_literal(display_unit(kpi.unit)) }} as display_unit,
        cast(
            {{ text_literal(var('reporting_currency')) if kpi.unit == 'currency' else 'null' }}
            as {{ dbt.type_string() }}
        ) as currency,
        {{ text_literal(kpi.direction) }} as direction,
        {{ text_literal(kpi.owner) }} as owner,
        {{ text_literal(kpi.dimensions | join('|')) }} as dimensions,
        {{ text_literal(kpi_grains(kpi.finest_grain) | join('|')) }} as grains,
        {{ text_literal(kpi.source) }} as source,
        {{ text_literal(kpi.description) }} as description,
        {{ 'true' if kpi.is_additive else 'false' }} as is_additive,
        {{ 'true' if accrues(kpi) else 'false' }} as accrues,
        {{ 'true' if kpi.get('is_proven') else 'false' }} as is_proven,
        cast(
            {{ text_literal(kpi.slices_of) if kpi.get('slices_of') else 'null' }}
            as {{ dbt.type_string() }}
        ) as slices_of,
        {{ text_literal(kpi.get('synonyms', []) | join('|')) }} as synonyms,
        cast({{ kpi.get('board_place', 'null') }} as int) as board_place,
        {{ not_connected_inputs(kpi.get('inputs', [])) }} as not_connected
    from unconnected_inputs
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select * from catalog
