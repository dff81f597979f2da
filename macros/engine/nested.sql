{# Nested columns: records, and lists of pairs {key, value {string_value, int_value, float_value, double_value}} as Google exports them. #}

{# A nested value, or a text that holds it as JSON, as the text of its JSON; null where the text is not JSON. #}
{% macro nested_as_text(expression, data_type) %}{{ return(sales_kpis.as_json(expression) if sales_kpis.type_family(data_type) == 'text' else adapter.dispatch('nested_as_text', 'sales_kpis')(expression)) }}{% endmacro %}
{% macro duckdb__nested_as_text(expression) %}to_json({{ expression }}){% endmacro %}
{% macro spark__nested_as_text(expression) %}to_json({{ expression }}){% endmacro %}

{# A field of a record as text, given the record and its JSON; null where there is none. `path` is the names of fields joined by points. #}
{% macro field_of_record(record, data_type, json, path) %}{{ return(adapter.dispatch('field_of_record', 'sales_kpis')(record, data_type, json, path)) }}{% endmacro %}
{% macro default__field_of_record(record, data_type, json, path) %}{{ return(sales_kpis.field_of_json(json, path, 'json')) }}{% endmacro %}
{#- The way through JSON costs DuckDB a quarter of the model of Google's events; a text needs none. -#}
{% macro duckdb__field_of_record(record, data_type, json, path) -%}
    {%- set type = sales_kpis.duckdb__type_in_record(data_type, path) -%}
    {%- if type == 'VARCHAR' -%}{{ return(record ~ '."' ~ path | replace('.', '"."') ~ '"') }}
    {%- elif type == 'no such field' -%}{{ return('cast(null as varchar)') }}
    {%- else -%}{{ return(sales_kpis.field_of_json(json, path, 'json')) }}{%- endif -%}
{%- endmacro %}

{# The type of a field in that of a record, as DuckDB spells it, or `no such field`; none of what is no record, or cannot be told. #}
{% macro duckdb__type_in_record(data_type, path) %}
    {#- Names of which only quotes tell where they end are not looked for. -#}
    {%- for name in modules.re.findall('"([^"]*)"', data_type) if not modules.re.fullmatch('\\w+', name) -%}{{ return(none) }}{%- endfor -%}
    {%- set level = namespace(type=data_type | replace('"', '')) -%}
    {%- for name in path.split('.') -%}
        {%- if not (level.type.startswith('STRUCT(') and level.type.endswith(')')) -%}{{ return(none) }}{%- endif -%}
        {%- set fields, inside = [], namespace(depth=0) -%}
        {%- for part in level.type[7:-1].split(', ') -%}
            {#- Within a bracket it is a field of a field. -#}
            {%- if inside.depth -%}{%- do fields.append(fields.pop() ~ ', ' ~ part) -%}{%- else -%}{%- do fields.append(part) -%}{%- endif -%}
            {%- set inside.depth = inside.depth + part.count('(') - part.count(')') -%}
        {%- endfor -%}
        {%- set level.type = none -%}
        {%- for field in fields if field.split(' ')[0] == name -%}{%- set level.type = field[name | length + 1:] -%}{%- endfor -%}
        {%- if level.type is none -%}{{ return('no such field') }}{%- endif -%}
    {%- endfor -%}
    {{ return(level.type) }}
{% endmacro %}

{# The names in a list of pairs. #}
{% macro pair_names(expression, data_type) %}{{ return(adapter.dispatch('pair_names', 'sales_kpis')(expression, data_type)) }}{% endmacro %}
{#- Names that are text need no cast of the pairs. -#}
{% macro duckdb__pair_names(expression, data_type) %}list_transform({{ expression if sales_kpis.duckdb__are_typed_pairs(data_type, 'VARCHAR') else sales_kpis.duckdb__pairs(expression, data_type) }}, lambda pair: pair.key){% endmacro %}
{% macro spark__pair_names(expression, data_type) %}transform({{ sales_kpis.spark__pairs(expression, data_type) }}, pair -> pair.key){% endmacro %}

{# The values in a list of pairs, in the order of the names, each the text of whichever of its typed fields is filled. #}
{% macro pair_values(expression, data_type) %}{{ return(adapter.dispatch('pair_values', 'sales_kpis')(expression, data_type)) }}{% endmacro %}
{% macro duckdb__pair_values(expression, data_type) %}list_transform({{ sales_kpis.duckdb__pairs(expression, data_type) }}, lambda pair: coalesce(pair.value.string_value, pair.value.int_value, pair.value.double_value, pair.value.float_value)){% endmacro %}
{% macro spark__pair_values(expression, data_type) %}transform({{ sales_kpis.spark__pairs(expression, data_type) }}, pair -> coalesce(pair.value.string_value, pair.value.int_value, pair.value.double_value, pair.value.float_value)){% endmacro %}

{# The value that stands with a name (the first, where a list has it twice); null where no pair has it. #}
{% macro value_of_pair(names, values, name) %}{{ return(adapter.dispatch('value_of_pair', 'sales_kpis')(names, values, name)) }}{% endmacro %}
{% macro duckdb__value_of_pair(names, values, name) %}list_extract({{ values }}, list_position({{ names }}, {{ sales_kpis.text_literal(name) }})){% endmacro %}
{% macro spark__value_of_pair(names, values, name) %}get({{ values }}, cast(array_position({{ names }}, {{ sales_kpis.text_literal(name) }}) as int) - 1){% endmacro %}

{#
    Pairs with their values as text, whatever types the delivery gave them. On DuckDB a cast of the usual form is 7 times
    as fast as the way through JSON, which is for texts and for files of which a reader could not tell the types.
#}
{% macro duckdb__pairs(expression, data_type) -%}
{%- if sales_kpis.duckdb__are_typed_pairs(data_type) -%}
cast({{ expression }} as struct(key varchar, value struct(string_value varchar, int_value varchar, float_value varchar, double_value varchar))[])
{%- else -%}
from_json({{ sales_kpis.nested_as_text(expression, data_type) }}, '[{"key": "VARCHAR", "value": {"string_value": "VARCHAR", "int_value": "VARCHAR", "float_value": "VARCHAR", "double_value": "VARCHAR"}}]')
{%- endif -%}
{%- endmacro %}
{% macro duckdb__are_typed_pairs(data_type, key_type='') %}
    {%- set type = data_type | replace('"', '') -%}
    {{ return(type.startswith('STRUCT(key ' ~ (key_type ~ ', ' if key_type else '')) and type.endswith(')[]') and 'value STRUCT(' in type and '_value' in type and not modules.re.search('JSON|MAP', type)) }}
{% endmacro %}
{% macro spark__pairs(expression, data_type) -%}
from_json({{ sales_kpis.nested_as_text(expression, data_type) }}, 'array<struct<key: string, value: struct<string_value: string, int_value: string, float_value: string, double_value: string>>>')
{%- endmacro %}
