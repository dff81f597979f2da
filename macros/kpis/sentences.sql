{# A value of a KPI in words by its unit, as the terminal shows it: 63.1 %, 1,234 EUR, 12, 1.25 ×, 51.8 days. #}
{% macro value_in_words(value, unit) -%}
case
            when {{ value }} is null then 'no value'
            when {{ unit }} = 'ratio' then {{ sales_kpis.formatted_number(value ~ ' * 100', 1) }} || ' %'
            when {{ unit }} = 'multiple' then {{ sales_kpis.formatted_number(value, 2) }} || ' ×'
            when {{ unit }} not in ('currency', 'count') then {{ sales_kpis.formatted_number(value, 1) }} || ' ' || {{ unit }}
            when abs({{ value }}) < 100 and {{ value }} <> floor({{ value }}) then {{ sales_kpis.formatted_number(value, 2) }}
            else {{ sales_kpis.formatted_number(value, 0) }}
        end || case when {{ unit }} = 'currency' and {{ value }} is not null then {{ sales_kpis.text_literal(' ' ~ sales_kpis.setting('reporting_currency')) }} else '' end
{%- endmacro %}

{# A ratio as a change: +12.5 % or -20.0 %. #}
{% macro change_in_words(ratio) -%}
case when {{ ratio }} > 0 then '+' else '' end || {{ sales_kpis.formatted_number(ratio ~ ' * 100', 1) }} || ' %'
{%- endmacro %}

{# The end of a sentence about a change: by which threshold what was expected follows from the earlier value. #}
{% macro expected_change(earlier) -%}
' was expected (' || {{ sales_kpis.change_in_words('threshold') }} || ' to the {{ earlier }} before)'
{%- endmacro %}
