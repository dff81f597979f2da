{# Every raw row as it came, under the declared names (all or those of `names`); blank text is missing. #}
{% macro raw_rows_sql(contract, delivery, names=none) -%}
    {%- set currency = sales_kpis.currency_column(contract, delivery) if names is not none and delivery.forms.values() | selectattr('has_signs', 'defined') | selectattr('has_signs') | list -%}
    {%- set cells, columns = sales_kpis.raw_cells(contract, delivery), [] -%}
    {%- for column in contract.columns if names is none or column.name in names or column.name == currency -%}{%- do columns.append(cells[column.name] ~ ' as ' ~ column.name) -%}{%- endfor -%}
    select
        {{ columns | join(',\n        ') }}
    {% if delivery.relation is none -%}
    from (select 1 as nothing where false) as delivered
    {%- else -%}
    from {{ sales_kpis.opened_relation(delivery) }} as delivered
    {%- endif %}
{%- endmacro %}

{# Each declared column as it came, as SQL; worked out once for a delivery, since many queries read its rows. #}
{% macro raw_cells(contract, delivery) %}
    {%- if delivery.cells is defined -%}{{ return(delivery.cells) }}{%- endif -%}
    {%- set cells, quoted = {}, adapter.dispatch('quoted_name', 'sales_kpis') -%}
    {%- set missing = 'cast(null as ' ~ dbt.type_string() ~ ')' -%}
    {%- for column in contract.columns -%}
        {%- set found = delivery.columns[column.name] -%}
        {%- set trimmed = sales_kpis.without_blanks(column.type) -%}
        {%- if found.raw_name is none -%}{%- set cell = missing -%}
        {%- elif found.json_column is defined -%}
            {%- set fields = [] -%}
            {%- for path in found.paths -%}{%- do fields.append(trimmed.replace(':value:', sales_kpis.field_of_json('delivered.' ~ quoted(found.json_column), path, found.json_family))) -%}{%- endfor -%}
            {%- set cell = 'coalesce(' ~ fields | join(', ') ~ ', null)' -%}
        {%- elif found.part -%}{%- set cell = trimmed.replace(':value:', sales_kpis.nested_value(found.part)) -%}
        {%- elif found.family == 'text' -%}{%- set cell = trimmed.replace(':value:', 'delivered.' ~ quoted(found.raw_name)) -%}
        {%- else -%}{%- set cell = 'delivered.' ~ quoted(found.raw_name) -%}{%- endif -%}
        {%- do cells.update({column.name: cell}) -%}
    {%- endfor -%}
    {%- do delivery.update({'cells': cells}) -%}
    {{ return(cells) }}
{% endmacro %}

{#
    The text `:value:`, as SQL; null where it is blank. In a column of numbers, days or flags programs and people write more
    for that: a dash, n/a, NULL, NaN, a day of zeros.
#}
{% macro without_blanks(type) %}
    {%- set value = sales_kpis.trimmed(':value:') -%}
    {%- if type in ('text', 'json', 'nested') -%}{{ return('nullif(' ~ value ~ ", '')") }}{%- endif -%}
    {%- set words = ['', '-', '--', '\u2013', '\u2014', 'n/a', '#n/a', 'na', 'null', '(null)', '(blank)', 'none', 'nil', 'nan', 'nat'] -%}
    {%- if type in ('date', 'timestamp') -%}{%- do words.extend(['0000-00-00', '0000-00-00 00:00:00']) -%}{%- endif -%}
    {{ return('case when lower(' ~ value ~ ") not in ('" ~ words | join("', '") ~ "', chr(92) || 'n') then " ~ value ~ ' end') }}
{% endmacro %}

{# The delivered relation, with its nested columns opened once for all the parts that the contract names. #}
{% macro opened_relation(delivery) -%}
    {%- if not delivery.nested -%}{{ return(delivery.relation) }}{%- endif -%}
    (
        select
            *
            {% for nested in delivery.nested.values() -%}
            {% if nested.kind == 'pairs' -%}
            , {{ sales_kpis.pair_names(sales_kpis.quoted_name(nested.raw_name), nested.data_type) }} as {{ nested.alias }}_names
            , {{ sales_kpis.pair_values(sales_kpis.quoted_name(nested.raw_name), nested.data_type) }} as {{ nested.alias }}_values
            {% else -%}
            , {{ sales_kpis.nested_as_text(sales_kpis.quoted_name(nested.raw_name), nested.data_type) }} as {{ nested.alias }}
            {% endif -%}
            {% endfor %}
        from {{ delivery.relation }} as closed_rows
    )
{%- endmacro %}

{# One part of an opened column, as text; null where the row does not have it. #}
{% macro nested_value(part) %}
    {%- if part.kind == 'pairs' -%}{{ return(sales_kpis.value_of_pair('delivered.' ~ part.alias ~ '_names', 'delivered.' ~ part.alias ~ '_values', part.field)) }}
    {%- else -%}{{ return(sales_kpis.field_of_record('delivered.' ~ sales_kpis.quoted_name(part.raw_name), part.data_type, 'delivered.' ~ part.alias, part.field)) }}{%- endif -%}
{% endmacro %}
