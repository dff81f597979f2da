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

{#
    A table's columns by their spellings, worked out once for the table: `plain` has the first raw name of each plain
    spelling, `bare` that of each name behind a connector's prefix.
#}
{% macro spellings_of(raw_names) %}
    {%- set spellings, fields = {'names': raw_names | list, 'plain': {}, 'bare': {}}, {} -%}
    {%- for plain in sales_kpis.plain_names(raw_names) -%}{%- do spellings.plain.setdefault(plain, spellings.names[loop.index0]) -%}{%- endfor -%}
    {%- for raw_name in raw_names if (raw_name | lower).startswith(('property_', 'properties_')) -%}
        {%- do fields.update({raw_name: modules.re.sub('^(property|properties)_', '', raw_name | lower)}) -%}
    {%- endfor -%}
    {%- for plain in sales_kpis.plain_names(fields.values()) -%}{%- do spellings.bare.setdefault(plain, (fields.keys() | list)[loop.index0]) -%}{%- endfor -%}
    {{ return(spellings) }}
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
{% macro find_raw_column(spellings, candidates, never_fields=[]) %}
    {%- for plain in sales_kpis.plain_names(candidates) -%}
        {%- set candidate = candidates[loop.index0] -%}
        {%- if candidate in spellings.names -%}{{ return(candidate) }}{%- endif -%}
        {%- if plain in spellings.plain -%}{{ return(spellings.plain[plain]) }}{%- endif -%}
        {%- if loop.first and candidate.startswith(('hs_', 'hubspot_', 'createdate')) and plain in spellings.bare -%}{{ return(spellings.bare[plain]) }}{%- endif -%}
    {%- endfor -%}
    {%- if not spellings.bare -%}{{ return(none) }}{%- endif -%}
    {%- for plain in sales_kpis.plain_names(sales_kpis.names_of_fields(candidates, never_fields)) if plain in spellings.bare -%}{{ return(spellings.bare[plain]) }}{%- endfor -%}
    {{ return(none) }}
{% endmacro %}
