{#
    A history keeps values of several fields in one column of texts: meta `history_of: {field: …, values: […], fields: […]}`
    says in which, and which fields KPIs need.
    Its amounts and close dates are read in the form that they themselves prove, as those of a column of their own are.
#}

{# One row per value of a history: `amount` and `close_date` as delivered, each null in rows of other fields. #}
{% macro history_values_sql(contract, delivery) %}
    {%- set queries = [] -%}
    {%- for name in contract.history_of['values'] if delivery.columns[name].raw_name is not none -%}
        {%- do queries.append(
            'select ' ~ sales_kpis.history_field('raw_rows.' ~ contract.history_of.field) ~ ' as field, ' ~ sales_kpis.read_text('raw_rows.' ~ name, delivery.columns[name].family) ~ ' as history_value'
            ~ ' from (' ~ sales_kpis.raw_rows_sql(contract, delivery, [contract.history_of.field, name]) ~ ') as raw_rows') -%}
    {%- endfor -%}
    {{ return("select case when field = 'amount' then history_value end as amount, case when field in ('closedate', 'expectedclosedate') then history_value end as close_date from (" ~ queries | join(' union all ') ~ ') as history_values') }}
{% endmacro %}

{# A field's name in the spelling that all spellings share. #}
{% macro history_field(field) %}{{ return("lower(replace(replace(" ~ field ~ ", '_', ''), ' ', ''))") }}{% endmacro %}

{# The forms of a history's amounts and close dates; none where all are written as machines write. #}
{% macro forms_of_history(contract, delivery, mapping) %}
    {%- if not contract.is_written_by_people or not sales_kpis.has_history_values(contract, delivery) -%}{{ return({}) }}{%- endif -%}
    {%- set rows = sales_kpis.history_values_sql(contract, delivery) -%}
    {%- set written = run_query('select count(case when not ' ~ sales_kpis.matches('amount', sales_kpis.plain_number_pattern(contract.is_written_by_people))
        ~ ' then 1 end), count(case when not ' ~ sales_kpis.matches('close_date', '^(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}([T ].*)?$') ~ ' then 1 end) from (' ~ rows ~ ') as raw_rows')[0] -%}
    {%- if not written[0] and not written[1] -%}{{ return({}) }}{%- endif -%}
    {%- set found, forms = sales_kpis.evidence_in_rows(rows, {'amount': 'decimal', 'close_date': 'date'}), {} -%}
    {#- A sign at an amount is not compared with a currency: the deal's own stands in another table. -#}
    {%- if written[0] -%}{%- do forms.update({'amount': dict(sales_kpis.number_form('amount', found, contract, mapping), has_signs=false)}) -%}{%- endif -%}
    {%- if written[1] -%}{%- do forms.update({'close_date': sales_kpis.day_form('close_date', found, mapping)}) -%}{%- endif -%}
    {{ return(forms) }}
{% endmacro %}
