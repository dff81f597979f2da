{# The comparison of kpi_restatements: conditions and expressions over the rows of one or two CTEs. #}

{# Values are comparable in one currency, and in fiscal grains with one month in which the year begins. #}
{% macro basis_of_values(period_grain) -%}
case
            when {{ period_grain }} in ('fiscal_quarter', 'fiscal_year')
                then '{{ var("reporting_currency") }}, year from month {{ var("fiscal_year_start_month") }}'
            else '{{ var("reporting_currency") }}'
        end
{%- endmacro %}

{% macro is_same_dimension(rows, others) -%}
{%- for column in ['kpi', 'basis', 'period_grain', 'dimension'] -%}
{{ rows }}.{{ column }} = {{ others }}.{{ column }}{{ ' and ' if not loop.last }}
{%- endfor -%}
{%- endmacro %}

{% macro is_same_value(rows, others) -%}
{{ sales_kpis.is_same_dimension(rows, others) }}
            and {{ rows }}.period_start_date = {{ others }}.period_start_date
            and {{ rows }}.dimension_value = {{ others }}.dimension_value
{%- endmacro %}

{#
    Whether a value or a part of it is another one, by more than rounding; an unknown one differs from all that are known. A build
    has decimals and what is published has doubles, so large parts may differ by their last digit. That of `is_more_than` would be
    too much: a cent in a billion is a restatement.
#}
{% macro is_another_value(now, before) -%}
{%- set tolerances = {
    'numerator': 'greatest(0.000001, abs(' ~ before ~ '.numerator) * 1e-15)',
    'denominator': 'greatest(0.000001, abs(' ~ before ~ '.denominator) * 1e-15)',
    'value': '1e-11 * greatest(1, abs(' ~ before ~ '.value))',
} -%}
{%- for column, tolerance in tolerances.items() -%}
coalesce(
                        abs({{ now }}.{{ column }} - {{ before }}.{{ column }}) > {{ tolerance }},
                        ({{ now }}.{{ column }} is null) <> ({{ before }}.{{ column }} is null)
                    ){{ ' or ' if not loop.last }}
{%- endfor -%}
{%- endmacro %}

{# Whether a slice has nothing in a period, which is as much as having no row there. #}
{% macro is_nothing(rows) -%}
(
                    coalesce({{ rows }}.numerator, 0) = 0
                    and coalesce({{ rows }}.denominator, 0) = 0
                    and coalesce({{ rows }}.value, 0) = 0
                )
{%- endmacro %}
