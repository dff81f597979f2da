{#
    Where a column's values are: a raw column; a field of one (an alias with points, `sentBy.id`); or, for a source with
    `properties_column`, a field of that JSON object under the column's own name or an alias.
#}
{% macro find_raw_value(raw_columns, candidates, properties_column=none, never_fields=[]) %}
    {%- set names = raw_columns.keys() | list -%}
    {%- set raw_name = sales_kpis.find_raw_column(names, candidates, never_fields) -%}
    {%- set fields = sales_kpis.names_of_fields(candidates, never_fields) -%}
    {%- if raw_name is not none -%}{{ return({'raw_name': raw_name, 'family': raw_columns[raw_name]}) }}{%- endif -%}
    {%- for candidate in candidates if '.' in candidate -%}
        {%- set head, tail = candidate.split('.', 1) -%}
        {%- set holder = sales_kpis.find_raw_column(names, [head]) -%}
        {%- if holder is not none -%}{{ return({'raw_name': holder ~ '.' ~ tail, 'family': 'text', 'json_column': holder, 'json_family': raw_columns[holder], 'paths': [tail]}) }}{%- endif -%}
    {%- endfor -%}
    {%- if properties_column in names and properties_column not in candidates and fields -%}
        {{ return({'raw_name': properties_column ~ '.' ~ fields[0], 'family': 'text', 'json_column': properties_column, 'json_family': raw_columns[properties_column], 'paths': fields}) }}
    {%- endif -%}
    {{ return({'raw_name': none, 'family': 'text'}) }}
{% endmacro %}

{#
    The part of a nested column that one of the paths names, none without such a column. `geo.country` is a field of a
    record, `event_params[page_location]` the value of a name in a list of pairs {key, value {string_value, int_value,
    float_value, double_value}}. `nested` collects the columns whose parts are wanted, so that each is opened once a row.
#}
{% macro find_nested_part(raw_columns, raw_types, paths, nested) %}
    {%- for path in paths -%}
        {%- set found = modules.re.match('^([^.\\[]+)(?:[.](.+)|\\[(.+)\\])$', path) -%}
        {%- set raw_name = sales_kpis.find_raw_column(raw_columns.keys() | list, [found.group(1)]) if found else none -%}
        {%- if raw_name is not none -%}
            {%- set kind = 'pairs' if found.group(3) else 'record' -%}
            {%- set opened = nested.setdefault(raw_name ~ ' as ' ~ kind, {'raw_name': raw_name, 'data_type': raw_types.get(raw_name, dbt.type_string()), 'kind': kind, 'alias': 'nested_' ~ (nested | length + 1)}) -%}
            {{ return({'path': path, 'kind': kind, 'field': found.group(3) or found.group(2), 'alias': opened.alias}) }}
        {%- endif -%}
    {%- endfor -%}
    {{ return(none) }}
{% endmacro %}

{# Names of the declared columns that were delivered. #}
{% macro found_columns(delivery) %}
    {%- set names = [] -%}
    {%- for name, found in delivery.columns.items() if found.raw_name is not none -%}{%- do names.append(name) -%}{%- endfor -%}
    {{ return(names) }}
{% endmacro %}

{% macro required_names(contract) %}{{ return(contract.columns | selectattr('is_required') | map(attribute='name') | list) }}{% endmacro %}

{% macro currency_column(contract, delivery) %}
    {%- for column in contract.columns if column.name in ('currency', 'currency_iso_code', 'deal_currency_code', 'hs_currency_code') and delivery.columns[column.name].raw_name is not none -%}
        {{ return(column.name) }}
    {%- endfor -%}
    {{ return(none) }}
{% endmacro %}

{# Whether a delivered column says which of two rows with one key is newer. #}
{% macro tells_the_newest(contract, delivery) %}
    {%- for name in contract.newest_by if name in delivery.columns and delivery.columns[name].raw_name is not none -%}{{ return(true) }}{%- endfor -%}
    {{ return(delivery.relation is none) }}
{% endmacro %}

{% macro has_history_values(contract, delivery) %}
    {%- if not contract.history_of or delivery.columns[contract.history_of.field].raw_name is none -%}{{ return(false) }}{%- endif -%}
    {%- for name in contract.history_of['values'] if delivery.columns[name].raw_name is not none -%}{{ return(true) }}{%- endfor -%}
    {{ return(false) }}
{% endmacro %}
