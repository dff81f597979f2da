{#
    The rows that a query of source_mapping gives. It names the raw tables by their names alone, wherever their schema is:
    each that it mentions stands before it as a step.
#}
{% macro queried_rows(contract, mapping) %}
    {%- set tables, steps = [], [] -%}
    {%- for name in sales_kpis.raw_names(contract) if modules.re.search('(?<![\\w.])' ~ modules.re.escape(name) ~ '(?!\\w)', mapping.query | string, modules.re.IGNORECASE) -%}
        {%- do tables.append(name) -%}
        {%- do steps.append(sales_kpis.quoted_name(name) ~ ' as (select * from ' ~ sales_kpis.raw_relation(contract, name) ~ ')') -%}
    {%- endfor -%}
    {#- A comment may end the query, so its bracket stands in a line of its own. -#}
    {%- set query = '(' ~ ('with ' ~ steps | join(', ') ~ ' ' if steps else '') ~ 'select * from (\n' ~ mapping.query ~ '\n) as queried)' -%}
    {%- set types = sales_kpis.query_types(query) -%}
    {{ return({'relation': query, 'found_as': 'a query', 'raw_tables': tables, 'raw_columns': sales_kpis.families_of(types), 'raw_types': types}) }}
{% endmacro %}

{#
    The columns of source_mapping that are more than another name: {value: call} is a constant, {column: Stage, values:
    {Gewonnen: Won}} a column with values of other names, {first_of: [Won on, Lost on]} the first that is not blank,
    {row: all} or {row: [Name, Client]} a key made of the row. They
    become columns of the relation, called `<column> of source_mapping`, and the mapping then names these; `said` keeps what it said.
    Returns the mapping and what changes of the delivered table.
#}
{% macro made_columns(contract, mapping, delivered) %}
    {%- set names, cells, columns = {}, [], dict(delivered.raw_columns) -%}
    {%- set spellings = sales_kpis.spellings_of(delivered.raw_columns.keys() | list) -%}
    {%- for name, said in mapping.get('columns', {}).items() if said is mapping and delivered.relation is not none -%}
        {%- set made = sales_kpis.made_column(said, delivered, spellings) -%}
        {#- A raw column that is not there is told as of any other mapping, by its name. -#}
        {%- set own = made.lacks if made.lacks else name ~ ' of source_mapping' -%}
        {%- if not made.lacks -%}
            {%- do cells.append(made.sql ~ ' as ' ~ sales_kpis.quoted_name(own)) -%}
            {%- do columns.update({own: 'text'}) -%}
        {%- endif -%}
        {%- do names.update({name: own}) -%}
    {%- endfor -%}
    {%- if not names -%}{{ return({'mapping': mapping, 'delivered': {}}) }}{%- endif -%}
    {%- set relation = '(select made_of.*, ' ~ cells | join(', ') ~ ' from ' ~ delivered.relation ~ ' as made_of)' if cells else delivered.relation -%}
    {{ return({
        'mapping': dict(mapping, columns=dict(mapping.columns, **names), said=mapping.columns),
        'delivered': {'relation': relation, 'raw_columns': columns},
    }) }}
{% endmacro %}

{# One such column as SQL, or the raw column that it names and that `lacks`. #}
{% macro made_column(said, delivered, spellings) %}
    {%- if 'value' in said -%}{{ return({'sql': 'cast(' ~ sales_kpis.text_literal(said.value) ~ ' as ' ~ dbt.type_string() ~ ')'}) }}{%- endif -%}
    {%- set cells = {} -%}
    {%- for raw_name, family in delivered.raw_columns.items() if raw_name != '_raw_table' -%}
        {%- set cell = 'made_of.' ~ sales_kpis.quoted_name(raw_name) -%}
        {%- do cells.update({raw_name: sales_kpis.as_json(cell, 'other') if family == 'other' else sales_kpis.read_text(cell, family)}) -%}
    {%- endfor -%}
    {%- set wanted = [said.column] if said.column is defined else said.first_of if said.first_of is defined else [] if said.row == 'all' else [said.row] if said.row is string else said.row -%}
    {%- set found = [] -%}
    {%- for name in wanted -%}
        {%- set raw_name = sales_kpis.find_raw_column(spellings, [name]) -%}
        {%- if raw_name is none -%}{{ return({'lacks': name}) }}{%- endif -%}
        {%- do found.append(cells[raw_name]) -%}
    {%- endfor -%}
    {%- if said.column is defined -%}
        {%- set cases = [] -%}
        {%- for value, meant in said['values'].items() -%}
            {%- do cases.append('when ' ~ sales_kpis.text_literal(value) ~ ' then ' ~ ('null' if meant is none else sales_kpis.text_literal(meant))) -%}
        {%- endfor -%}
        {{ return({'sql': 'case ' ~ sales_kpis.trimmed(found[0]) ~ ' ' ~ cases | join(' ') ~ ' else ' ~ found[0] ~ ' end'}) }}
    {%- endif -%}
    {%- if said.first_of is defined -%}
        {%- set filled = [] -%}
        {%- for cell in found -%}{%- do filled.append('nullif(' ~ sales_kpis.trimmed(cell) ~ ", '')") -%}{%- endfor -%}
        {{ return({'sql': 'coalesce(' ~ filled | join(', ') ~ ')'}) }}
    {%- endif -%}
    {#- Rows that are alike in what the key is made of get a number, in an order that each delivery of them has. -#}
    {%- set whole = sales_kpis.fingerprint(cells.values() | list) -%}
    {%- set key = sales_kpis.fingerprint(found) if found else whole -%}
    {%- set number = 'row_number() over (partition by ' ~ key ~ ' order by ' ~ whole ~ ')' -%}
    {{ return({'sql': key ~ ' || case when ' ~ number ~ " = 1 then '' else '-' || cast(" ~ number ~ ' as ' ~ dbt.type_string() ~ ') end'}) }}
{% endmacro %}

{# A digest of texts, of which a missing one counts as blank. #}
{% macro fingerprint(texts) %}
    {%- set cells = [] -%}
    {%- for text in texts -%}{%- do cells.append('coalesce(' ~ sales_kpis.trimmed(text) ~ ", '')") -%}{%- endfor -%}
    {{ return("md5(concat_ws('|', " ~ cells | join(', ') ~ '))') }}
{% endmacro %}
