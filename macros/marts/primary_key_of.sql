{# The columns of a model's primary key, as its contract names them. #}
{% macro primary_key_of(model_name) %}
    {%- if execute -%}
        {%- for node in graph.nodes.values() if node.name == model_name and node.resource_type == 'model' -%}
            {%- for constraint in node.constraints if constraint.type == 'primary_key' -%}{{ return(constraint.columns) }}{%- endfor -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(['1']) }}
{% endmacro %}
