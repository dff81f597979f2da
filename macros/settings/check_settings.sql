{# Stops a run whose settings cannot be right, with one sentence on each, before anything is built. #}
{% macro check_settings() %}
    {%- if not execute -%}{{ return('') }}{%- endif -%}
    {%- set errors = [] -%}
    {%- for rule in sales_kpis.setting_rules() -%}
        {%- for name in rule.names -%}
            {%- for fault in sales_kpis.faults_of_setting(rule, name, var(name)) -%}{%- do errors.append('The variable ' ~ fault) -%}{%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
    {#- With a folder outside the project dbt writes its compiled files over the user's own. -#}
    {%- set seeds = env_var('SALES_KPIS_SEEDS', 'seeds') -%}
    {%- if seeds.startswith('/') or '..' in seeds or ':' in seeds -%}
        {%- do errors.append("SALES_KPIS_SEEDS is a folder inside the project, such as build/seeds, not '" ~ seeds ~ "': copy the folder there, or use `kpis run --seeds`, which does.") -%}
    {%- endif -%}
    {%- if errors -%}{{ exceptions.raise_compiler_error(errors | join(' ')) }}{%- endif -%}
    {%- do sales_kpis.require_pseudonym_salt() -%}
{% endmacro %}

{# A sentence for each fault of a setting's value, by the kinds of setting_rules; none if it is right. #}
{% macro faults_of_setting(rule, name, value) %}
    {%- if rule.kind == 'event_lists' -%}{{ return(sales_kpis.faults_of_event_lists(rule, name, value)) }}
    {%- elif rule.kind == 'names' -%}{{ return(sales_kpis.faults_of_names(rule, name, value)) }}
    {%- elif rule.kind == 'instances' -%}{{ return(sales_kpis.faults_of_instances(rule, name, value)) }}
    {%- elif rule.kind == 'links' -%}{{ return(sales_kpis.faults_of_links(rule, name, value)) }}{%- endif -%}
    {%- set text, last = value | string, rule.get('at_most') -%}
    {%- if rule.kind == 'day' -%}{%- set is_right = sales_kpis.is_day_of_calendar(text) -%}
    {%- elif rule.kind == 'zone' -%}{%- set is_right = text in modules.pytz.all_timezones -%}
    {%- elif rule.kind == 'matches' -%}{%- set is_right = modules.re.fullmatch(rule.pattern, text) -%}
    {%- elif rule.kind == 'whole' -%}{%- set is_right = modules.re.fullmatch('-?[0-9]+', text) and rule.at_least <= text | int and (last is none or text | int <= last) -%}
    {%- elif rule.kind == 'number' -%}{%- set is_right = modules.re.fullmatch('-?[0-9]*[.]?[0-9]+(e-?[0-9]+)?', text) and rule.at_least <= text | float <= last -%}
    {%- elif rule.kind == 'word' -%}{%- set is_right = value in rule.words -%}
    {%- else -%}{{ exceptions.raise_compiler_error('setting_rules has a rule of the unknown kind ' ~ rule.kind) }}{%- endif -%}
    {{ return([] if is_right else [rule.says.format(name=name, value=value)]) }}
{% endmacro %}

{# Whether a text is a day that there is, such as 2024-02-29. #}
{% macro is_day_of_calendar(text) %}
    {%- set found = modules.re.fullmatch('([1-9][0-9]{3})-(0[1-9]|1[0-2])-([0-9]{2})', text) -%}
    {%- if not found -%}{{ return(false) }}{%- endif -%}
    {%- set year, month, day = found.group(1) | int, found.group(2) | int, found.group(3) | int -%}
    {%- set last = 31 if month == 12 else (modules.datetime.date(year, month + 1, 1) - modules.datetime.timedelta(days=1)).day -%}
    {{ return(1 <= day <= last) }}
{% endmacro %}

{% macro faults_of_names(rule, name, value) %}
    {%- if value is string or value is not sequence -%}{{ return([rule.says.format(name=name, value=value)]) }}{%- endif -%}
    {%- set faults = [] -%}
    {%- for each in value if not modules.re.fullmatch(rule.pattern, each | string) -%}{%- do faults.append(rule.says.format(name=name, value=each)) -%}{%- endfor -%}
    {{ return(faults) }}
{% endmacro %}

{% macro faults_of_event_lists(rule, name, value) %}
    {%- set faults, known = [], [] -%}
    {%- for word, events in value.items() -%}
        {%- if word not in rule.words -%}{%- do faults.append(rule.says.format(name=name, value=word)) -%}{%- endif -%}
        {%- if events is string or events is not iterable -%}{%- do faults.append(rule.says_of_no_list.format(name=name, value=events, word=word)) -%}
        {%- else -%}
            {%- for event in events -%}
                {%- if event in known -%}{%- do faults.append(rule.says_of_two.format(name=name, value=event)) -%}{%- endif -%}
                {%- do known.append(event) -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(faults) }}
{% endmacro %}

{% macro faults_of_instances(rule, name, value) %}
    {%- set faults, systems = [], sales_kpis.systems_in_use() -%}
    {%- for system, instances in (value or {}).items() -%}
        {%- if system not in systems -%}{%- do faults.append(rule.says.format(name=name, value=system, systems=systems | join(', '))) -%}{%- endif -%}
        {%- for instance, schema in (instances or {}).items() if not modules.re.fullmatch(rule.pattern, instance | string) or not modules.re.fullmatch(rule.schema_pattern, schema | string) -%}
            {%- do faults.append(rule.says_of_names.format(name=name, value=instance, system=system, schema=schema)) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(faults) }}
{% endmacro %}

{% macro faults_of_links(rule, name, value) %}
    {%- set faults, systems = [], sales_kpis.systems_in_use() -%}
    {%- for system, address in (value or {}).items() -%}
        {%- if system.partition('.')[0] not in systems -%}{%- do faults.append(rule.says.format(name=name, value=system, systems=systems | join(', '))) -%}
        {%- elif not modules.re.fullmatch(rule.pattern, address | string) -%}{%- do faults.append(rule.says_of_address.format(name=name, value=address, system=system, id='{id}')) -%}{%- endif -%}
    {%- endfor -%}
    {{ return(faults) }}
{% endmacro %}
