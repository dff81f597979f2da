{#
    The entry of source_mapping for a table: for the instance, else for the system. `is_left_out` is true of a table that it
    leaves out: `lead: false`, or false, null or nothing as its `table` or `rows`.
#}
{% macro mapping_of(contract) %}
    {%- set mapping = sales_kpis.setting('source_mapping') or {} -%}
    {%- for source in (contract.source, contract.system) -%}
        {%- set said = (mapping.get(source) or {}).get(contract.table, {}) -%}
        {%- if said is sameas false -%}{{ return({'is_left_out': true}) }}{%- endif -%}
        {%- if said -%}
            {%- set is_left_out = (said.get('table', 'x') or 'none') in ('none', false) or ('rows' in said and not said.rows) -%}
            {{ return(dict(said, is_left_out=is_left_out)) }}
        {%- endif -%}
    {%- endfor -%}
    {{ return({}) }}
{% endmacro %}

{# The faults of the words that source_mapping has for a table's columns, files and query. #}
{% macro faults_of_mapping(label, mapping) %}
    {%- set errors = [] -%}
    {%- for name, said in mapping.get('columns', {}).items() -%}
        {%- if not sales_kpis.is_column_said(said) -%}
            {%- do errors.append("source_mapping cannot read what it says of " ~ label ~ "." ~ name ~ ": write the name of a column, null, {value: <constant>}, {column: <its name>, values: {<raw value>: <value>}}, {first_of: [<columns>]}, {row: all} or {row: [<columns>]}.") -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set places = [] -%}
    {%- for place in ('table', 'rows', 'query') if mapping.get(place) -%}{%- do places.append(place) -%}{%- endfor -%}
    {%- if places | length > 1 -%}
        {%- do errors.append("source_mapping says " ~ places | join(' and ') ~ " of " ~ label ~ ": keep one of them.") -%}
    {%- endif -%}
    {%- set text = sales_kpis.without_texts(mapping.query).strip().lower() if mapping.get('query') else 'select' -%}
    {%- if ';' in text or not modules.re.match('(select|with)\\b', text) -%}
        {%- do errors.append("source_mapping has a query of " ~ label ~ " that is no single select statement: begin it with select or with, and write no semicolon.") -%}
    {%- endif -%}
    {{ return(errors) }}
{% endmacro %}

{# Whether an entry of source_mapping says of a column what can be read: a name, nothing, a constant, other words or a key. #}
{% macro is_column_said(said) %}
    {%- if said is not mapping -%}{{ return(said is not iterable or said is string) }}{%- endif -%}
    {{ return(
        (said.keys() | list == ['value'] and said.value is not none and said.value is not mapping)
        or (said.keys() | sort == ['column', 'values'] and said.column is string and said['values'] is mapping and said['values'] | length > 0)
        or (said.keys() | list == ['first_of'] and said.first_of is sequence and said.first_of is not string and said.first_of | length > 0)
        or (said.keys() | list == ['row'] and said.row is not mapping and said.row is iterable and said.row | length > 0)
    ) }}
{% endmacro %}

{# The mapping of a table without what it says wrongly of columns, whose faults are told. #}
{% macro without_faulty_columns(mapping) %}
    {%- set columns = {} -%}
    {%- for name, said in mapping.get('columns', {}).items() if sales_kpis.is_column_said(said) -%}{%- do columns.update({name: said}) -%}{%- endfor -%}
    {{ return(dict(mapping, columns=columns)) }}
{% endmacro %}

{# SQL without its comments and with nothing between its quotation marks. #}
{% macro without_texts(query) %}
    {{ return(modules.re.sub("('(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`[^`]*`)|--[^\n]*|/[*].*?[*]/", ' ', query | string, flags=modules.re.DOTALL)) }}
{% endmacro %}

{# The names of the raw tables that source_mapping says for a table, of which there may be several. #}
{% macro named_tables(mapping) %}
    {%- set said = mapping.get('table') -%}
    {{ return([] if not said else [said] if said is string else said | list) }}
{% endmacro %}
