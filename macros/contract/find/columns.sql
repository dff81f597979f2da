{#
    Where each declared column of a table is: column → {raw_name (none: absent), family, is_mapped}, with json_column and paths
    of a field, or the part of a nested column; `delivery.nested` collects the columns of which parts are wanted.
#}
{% macro find_columns(contract, mapping, delivery) %}
    {%- set raw_columns, mapped, found_columns = delivery.raw_columns, mapping.get('columns', {}), {} -%}
    {%- set spellings = sales_kpis.spellings_of(raw_columns.keys() | list) -%}
    {%- set taken = sales_kpis.taken_columns(mapping, spellings) -%}
    {%- for column in contract.columns -%}
        {%- set mapped_to = mapped.get(column.name) -%}
        {%- set is_taken = not column.is_shared and not mapped_to and sales_kpis.find_raw_column(spellings, column.spellings) in taken -%}
        {%- if not raw_columns or is_taken or (column.name in mapped and not mapped_to) -%}{%- set found = {'raw_name': none, 'family': 'text'} -%}
        {#- Most are spelled as the contract has them; the others are looked for. -#}
        {%- elif not mapped_to and column.spellings[0] in raw_columns -%}{%- set found = {'raw_name': column.spellings[0], 'family': raw_columns[column.spellings[0]]} -%}
        {%- else -%}
            {%- set found = sales_kpis.find_raw_value(raw_columns, spellings, [mapped_to] if mapped_to else column.spellings, contract.properties_column, [] if mapped_to else contract.never_fields) -%}
            {%- set paths = [mapped_to] if mapped_to else column.inside -%}
            {%- set part = sales_kpis.find_nested_part(spellings, delivery.raw_types, paths, delivery.nested) if found.raw_name is none and paths else none -%}
            {%- if part -%}{%- do found.update({'raw_name': part.path, 'part': part}) -%}{%- endif -%}
        {%- endif -%}
        {%- do found_columns.update({column.name: dict(found, is_mapped=mapped_to is not none)}) -%}
    {%- endfor -%}
    {{ return(found_columns) }}
{% endmacro %}

{#
    The raw columns that source_mapping gives to a column by name, in any of its forms but the key of a row. Such a column has that meaning
    alone: a status that is the stage does not also say the outcome.
#}
{% macro taken_columns(mapping, spellings) %}
    {%- set taken = [] -%}
    {%- for said in mapping.get('said', mapping.get('columns', {})).values() if said -%}
        {%- set names = [said] if said is string else [said.column] if said.column is defined else said.get('first_of', []) -%}
        {%- for name in names -%}
            {%- set raw_name = sales_kpis.find_raw_column(spellings, [name]) -%}
            {%- if raw_name is not none -%}{%- do taken.append(raw_name) -%}{%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(taken) }}
{% endmacro %}

{#
    Where a column's values are: a raw column; a field of one (an alias with points, `sentBy.id`); or, for a source with
    `properties_column`, a field of that JSON object under the column's own name or an alias.
#}
{% macro find_raw_value(raw_columns, spellings, candidates, properties_column=none, never_fields=[]) %}
    {%- set raw_name = sales_kpis.find_raw_column(spellings, candidates, never_fields) -%}
    {%- if raw_name is not none -%}{{ return({'raw_name': raw_name, 'family': raw_columns[raw_name]}) }}{%- endif -%}
    {%- for candidate in candidates if '.' in candidate -%}
        {%- set head, tail = candidate.split('.', 1) -%}
        {%- set holder = sales_kpis.find_raw_column(spellings, [head]) -%}
        {%- if holder is not none -%}{{ return({'raw_name': holder ~ '.' ~ tail, 'family': 'text', 'json_column': holder, 'json_family': raw_columns[holder], 'paths': [tail]}) }}{%- endif -%}
    {%- endfor -%}
    {%- if properties_column not in raw_columns or properties_column in candidates -%}{{ return({'raw_name': none, 'family': 'text'}) }}{%- endif -%}
    {%- set fields = sales_kpis.names_of_fields(candidates, never_fields) -%}
    {%- if fields -%}
        {{ return({'raw_name': properties_column ~ '.' ~ fields[0], 'family': 'text', 'json_column': properties_column, 'json_family': raw_columns[properties_column], 'paths': fields}) }}
    {%- endif -%}
    {{ return({'raw_name': none, 'family': 'text'}) }}
{% endmacro %}

{#
    The part of a nested column that one of the paths names, none without such a column. `geo.country` is a field of a
    record, `event_params[page_location]` the value of a name in a list of pairs {key, value {string_value, int_value,
    float_value, double_value}}. `nested` collects the columns whose parts are wanted, so that each is opened once a row.
#}
{% macro find_nested_part(spellings, raw_types, paths, nested) %}
    {%- for path in paths -%}
        {%- set found = modules.re.match('^([^.\\[]+)(?:[.](.+)|\\[(.+)\\])$', path) -%}
        {%- set raw_name = sales_kpis.find_raw_column(spellings, [found.group(1)]) if found else none -%}
        {%- if raw_name is not none -%}
            {%- set kind = 'pairs' if found.group(3) else 'record' -%}
            {%- set opened = nested.setdefault(raw_name ~ ' as ' ~ kind, {'raw_name': raw_name, 'data_type': raw_types.get(raw_name, dbt.type_string()), 'kind': kind, 'alias': 'nested_' ~ (nested | length + 1)}) -%}
            {{ return(dict(opened, path=path, field=found.group(3) or found.group(2))) }}
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
