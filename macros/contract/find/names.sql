{# The spelling that all spellings share: `StageName`, `stage_name`, `stage-name` and `STAGE_NAME` are `stagename`. #}
{% macro plain_name(name) %}{{ return(sales_kpis.plain_names([name])[0]) }}{% endmacro %}

{% macro plain_names(names) %}
    {{ return(names | map('lower') | map('replace', '_', '') | map('replace', '-', '') | map('replace', ' ', '') | list) }}
{% endmacro %}

{# Names from outside in a sentence: in one line, without what a terminal obeys, long ones cut. #}
{% macro shown_names(names) %}
    {%- set shown = [] -%}
    {%- for name in names -%}{%- do shown.append(modules.re.sub('[\x00-\x1f\x7f-\x9f]+', '?', name | string)[:300]) -%}{%- endfor -%}
    {{ return(shown | join(', ')) }}
{% endmacro %}

{# The first raw name of each plain spelling, and of each without such a prefix; worked out once for a table. #}
{% macro spellings_of(raw_names) %}
    {%- set known = graph.setdefault('sales_kpis_spellings', {}) -%}
    {%- set label = raw_names | join('\n') -%}
    {%- if label not in known -%}
        {%- set spellings = {'plain': {}, 'bare': {}} -%}
        {%- for raw_name in raw_names -%}
            {%- do spellings.plain.setdefault(sales_kpis.plain_name(raw_name), raw_name) -%}
            {%- set field = modules.re.sub('^(property|properties)_', '', raw_name | lower) -%}
            {%- if field != raw_name | lower -%}{%- do spellings.bare.setdefault(sales_kpis.plain_name(field), raw_name) -%}{%- endif -%}
        {%- endfor -%}
        {%- do known.update({label: spellings}) -%}
    {%- endif -%}
    {{ return(known[label]) }}
{% endmacro %}

{# The names under which a value may be among a record's fields: `id` and `deal_id` there are a portal's own where it has `hs_object_id`. #}
{% macro names_of_fields(candidates, never_fields=[]) %}
    {%- set first = ['hs_object_id'] if 'hs_object_id' in candidates else [] -%}
    {{ return(first + candidates | reject('in', first + never_fields) | list) }}
{% endmacro %}

{#
    HubSpot's connectors put `property_` or `properties_` before a field's own name. A portal may have fields with the
    names of the connector's own columns: what has no prefix goes first, unless HubSpot itself gave the field its name.
    `never_fields` are names of the connector's only, such as `archived`: a field of that name is the portal's own.
#}
{% macro find_raw_column(raw_names, candidates, never_fields=[]) %}
    {%- set spellings = sales_kpis.spellings_of(raw_names) -%}
    {%- for candidate in candidates -%}
        {%- set plain = sales_kpis.plain_name(candidate) -%}
        {%- if candidate in raw_names -%}{{ return(candidate) }}{%- endif -%}
        {%- if plain in spellings.plain -%}{{ return(spellings.plain[plain]) }}{%- endif -%}
        {%- if loop.first and candidate.startswith(('hs_', 'hubspot_', 'createdate')) and plain in spellings.bare -%}{{ return(spellings.bare[plain]) }}{%- endif -%}
    {%- endfor -%}
    {%- for candidate in sales_kpis.names_of_fields(candidates, never_fields) -%}
        {%- set plain = sales_kpis.plain_name(candidate) -%}
        {%- if plain in spellings.bare -%}{{ return(spellings.bare[plain]) }}{%- endif -%}
    {%- endfor -%}
    {{ return(none) }}
{% endmacro %}
