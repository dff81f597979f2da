{# The kinds of activity by which a rep reaches out. Source: KPI catalog, outreach. #}
{% macro outreach_types() %}{{ return(['call', 'email', 'meeting']) }}{% endmacro %}
