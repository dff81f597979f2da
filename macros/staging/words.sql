{#
    A company's own words for what the models know by one (an activity of the type Genesys is a call): each vocabulary has
    a seed in seeds/mapping/ with system (blank: every one), raw_value and the word that it means. They are few, and read
    from the seed's file when a model is compiled, so that a staging view needs no table but its raw one.
#}
{% macro words_of(vocabulary, system) %}
    {#- A unit test has no graph: its words are those that it overrides. -#}
    {%- if not execute or not graph.get('nodes') -%}{{ return({}) }}{%- endif -%}
    {%- set known = graph.setdefault('sales_kpis_words', {}) -%}
    {%- if vocabulary not in known -%}
        {%- set rows = run_query('select system, raw_value, ' ~ sales_kpis.vocabularies()[vocabulary] ~ ' from (' ~ sales_kpis.seed_rows_sql(vocabulary) ~ ') as seed_rows').rows if sales_kpis.node_named(vocabulary) else [] -%}
        {%- do known.update({vocabulary: rows}) -%}
    {%- endif -%}
    {%- set words = {} -%}
    {#- A row of the system goes before one of all systems. -#}
    {%- for is_own in [false, true] -%}
        {%- for row in known[vocabulary] if row[1] and row[2] and (((row[0] or '') | string | trim | lower) == (system if is_own else '')) -%}
            {%- do words.update({row[1] | string | trim | lower: row[2] | string | trim | lower}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(words) }}
{% endmacro %}

{# The seed of each vocabulary and its column of the words that the models know. #}
{% macro vocabularies() %}
    {{ return({
        'activity_types': 'activity_type',
        'activity_directions': 'direction',
        'activity_outcomes': 'outcome',
        'email_event_types': 'event_type',
        'lifecycle_event_types': 'event_type',
        'lifecycle_stages': 'lifecycle_stage',
        'survey_types': 'survey_type',
    }) }}
{% endmacro %}

{# The word that a raw value means by its vocabulary's seed; what the seed does not have is `otherwise`. #}
{% macro word_of(vocabulary, system, column, otherwise) -%}
    {%- set words = sales_kpis.words_of(vocabulary, system) -%}
    {%- if not words -%}{{ otherwise }}{%- else -%}
case lower(trim({{ column }}))
            {%- for raw_value, word in words.items() %}
            when {{ sales_kpis.text_literal(raw_value) }} then {{ sales_kpis.text_literal(word) }}
            {%- endfor %}
            else {{ otherwise }}
        end
    {%- endif -%}
{%- endmacro %}

{# No text: what a word is that the seed does not have, where another column is asked next. #}
{% macro text_null() -%}
cast(null as {{ dbt.type_string() }})
{%- endmacro %}
