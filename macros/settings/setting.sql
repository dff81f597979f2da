{#
    A setting, for macros that a model of another project may call: there `var()` knows what that project's own `vars` say and
    not the defaults of this package. as_of_date and reporting_currency have none, so that nobody takes another's by silence.
#}
{% macro setting(name) %}
    {%- set defaults = {
        'kpi_families': ['customers', 'leads', 'marketing', 'pipeline', 'reps', 'revenue'],
        'own_kpis': [],
        'own_systems': {},
        'system_instances': {},
        'deal_links': {},
        'deal_names': false,
        'source_mapping': {},
        'reporting_time_zone': 'Europe/Amsterdam',
        'fiscal_year_start_month': 4,
        'zero_fill_days': 400,
        'min_sample_size': 10,
        'max_unreadable_share': 0.1,
        'subscription_end': 'auto',
        'on_track_attainment': 1,
        'at_risk_attainment': 0.9,
    } -%}
    {{ return(var(name, defaults[name]) if name in defaults else var(name)) }}
{% endmacro %}
