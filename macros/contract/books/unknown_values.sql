{#
    Blanks where a KPI wants a value, ids that the table they name does not have, and values that no mapping seed knows.
    The contract says which columns these are (`expected`, `references`, `mapped_by`).
#}
{% macro blank_and_unknown_values(contract, delivery, counts) %}
    {%- set findings = [] -%}
    {%- set columns = contract.columns | selectattr('name', 'in', sales_kpis.found_columns(delivery)) | list -%}
    {%- set unknown_values = sales_kpis.unknown_values(contract, delivery, columns) -%}
    {%- for column in columns -%}
        {%- set missing = (counts.columns | selectattr('name', 'equalto', column.name) | first).missing_values -%}
        {%- if missing and column.is_expected -%}{%- do findings.append(sales_kpis.finding('blank', contract, column.name, rows=missing)) -%}{%- endif -%}
        {%- set unknown = unknown_values.get(column.name) -%}
        {%- if unknown -%}
            {%- set examples = (unknown.counts.keys() | list)[:10] -%}
            {%- do findings.append(sales_kpis.finding(
                'unknown_values', contract, column.name, rows=unknown.counts.values() | sum, examples=examples, references=column.references, mapped_by=column.mapped_by,
                is_vocabulary=column.mapped_by in sales_kpis.vocabularies(), look_alikes=sales_kpis.look_alikes(examples, unknown.known) if column.references else []
            )) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(findings) }}
{% endmacro %}

{# Pairs of an unknown value and a known one of the same plain spelling: only these leave the query of the known ones, which may tell of persons. #}
{% macro look_alikes(examples, known_sql) %}
    {%- set pairs, plain_examples = [], dict(zip(examples, sales_kpis.plain_names(examples))) -%}
    {%- set known_rows = run_query('select distinct known_value from (' ~ known_sql ~ ') as known_values order by known_value limit 2000').rows -%}
    {%- set plain_known = sales_kpis.plain_names(known_rows | map(attribute=0)) -%}
    {%- for row in known_rows -%}
        {%- set plain_value = plain_known[loop.index0] -%}
        {%- for example in examples if row[0] is not none and plain_value == plain_examples[example] -%}{%- do pairs.append([example, row[0]]) -%}{%- endfor -%}
    {%- endfor -%}
    {{ return(pairs) }}
{% endmacro %}

{#
    The values of a table's columns that the table or seed they name does not have, of all columns in one query: by
    column, how many rows have each value (the most frequent first), and the query of the known values.
#}
{% macro unknown_values(contract, delivery, columns) %}
    {%- set queries, found = [], {} -%}
    {%- for column in columns if column.references or column.mapped_by -%}
        {%- set known = sales_kpis.known_values_sql(contract, column) -%}
        {%- if known -%}
            {%- do found.update({column.name: {'known': known, 'counts': {}}}) -%}
            {%- set value = sales_kpis.read_text('raw_rows.' ~ column.name, delivery.columns[column.name].family) -%}
            {%- do queries.append(
                "select '" ~ column.name ~ "' as column_name, " ~ value ~ ' as unknown_value, count(*) as count_rows from (' ~ sales_kpis.raw_rows_sql(contract, delivery, [column.name]) ~ ') as raw_rows'
                ~ ' where ' ~ value ~ ' is not null and lower(' ~ value ~ ') not in (select lower(known_value) from (' ~ known ~ ') as known_values where known_value is not null)'
                ~ ' group by ' ~ value) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if queries -%}
        {%- for row in run_query('select * from (' ~ queries | join(' union all ') ~ ') as unknown_values order by column_name, count_rows desc, unknown_value') -%}
            {%- set shown = sales_kpis.shown_without_person({'name': row[0]}, row[1]) -%}
            {%- do found[row[0]].counts.update({shown: found[row[0]].counts.get(shown, 0) + row[2] | int}) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- set with_counts = {} -%}
    {%- for name, unknown in found.items() if unknown.counts -%}{%- do with_counts.update({name: unknown}) -%}{%- endfor -%}
    {{ return(with_counts) }}
{% endmacro %}

{# The values that the table and seed a column names have; empty where neither is there. #}
{% macro known_values_sql(contract, column) %}
    {%- set known = [] -%}
    {%- if column.references -%}
        {%- set target_contract = sales_kpis.contract_of(contract.system, column.references, contract.instance) -%}
        {%- set target_delivery = sales_kpis.delivery_of(target_contract) -%}
        {%- if target_delivery.relation is not none and not target_delivery.errors -%}
            {%- do known.append('select ' ~ sales_kpis.read_text(target_contract.primary_key[0], target_delivery.columns[target_contract.primary_key[0]].family) ~ ' as known_value from (' ~ sales_kpis.raw_rows_sql(target_contract, target_delivery, target_contract.primary_key[:1]) ~ ') as target_rows') -%}
        {%- endif -%}
    {%- endif -%}
    {%- if column.mapped_by -%}
        {%- set of_system = "coalesce(nullif(trim(system), ''), '" ~ contract.system ~ "') = '" ~ contract.system ~ "'" if column.mapped_by in ['lead_sources', 'deal_types', 'products'] + sales_kpis.vocabularies().keys() | list else 'true' -%}
        {%- do known.append('select trim(raw_value) as known_value from (' ~ sales_kpis.seed_rows_sql(column.mapped_by) ~ ') as seed_rows where ' ~ of_system) -%}
        {%- for word in column.known -%}{%- do known.append('select ' ~ sales_kpis.text_literal(word) ~ ' as known_value') -%}{%- endfor -%}
    {%- endif -%}
    {{ return(known | join(' union all ')) }}
{% endmacro %}
