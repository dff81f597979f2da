{#
    The part of a delivered value that may go on to the marts. Vendors and people put addresses and phone numbers, or digests of them,
    where an id or a word belongs: Mailchimp's member id is the MD5 of the address, a lead's id in a file may be the address.
    Whoever has a list of addresses could find its people again, so such an id becomes a salted pseudonym on its way out of
    staging (union_systems), alike in each table that names it, and in a word `(personal data)` takes the place.
#}

{# Ids that staff and lists have, which seeds name as they are: no person stands behind them, or one whose name is published. #}
{% macro is_id_of_staff_or_list(name) %}
    {{ return(modules.re.search('(^|_)(rep|owner|manager|product|campaign|automation|automation_email|stage|pipeline|rate|role|team|list|form|type|content|load)_id$|^_dlt|^stage|^iso_code$', name) is not none) }}
{% endmacro %}

{#
    The looks of an id that is or holds an address, a phone number, or one of the usual digests, as hexadecimal digits
    (MD5, SHA-1 and the SHA-2 family), as a UUID that is none of the kinds made of chance or time, or in Base64. The ids
    that people choose for people may be names, and numbers without a sign before them, too.
#}
{% macro personal_id_pattern(is_chosen_by_people=false) %}
    {%- set before, after, hex = '(^|[^0-9a-zA-Z])', '([^0-9a-zA-Z]|$)', '[0-9a-fA-F]' -%}
    {%- set patterns = ['@', '%40', '^[+][0-9 ().-]+$', '^00[1-9][0-9]{8,13}$', '^0[1-9][0-9]{7,10}$', '^[0-9(][0-9().-]* [0-9 ().-]*[0-9]$', '^([0-9]{1,3}[-. ])?[(]?[0-9]{3}[)]?[-. ][0-9]{3}[-. ][0-9]{4}$'] -%}
    {%- for length in (32, 40, 56, 64, 96, 128) -%}{%- do patterns.append(before ~ '(0x)?' ~ hex ~ '{' ~ length ~ '}' ~ after) -%}{%- endfor -%}
    {%- do patterns.append(before ~ hex ~ '{8}-' ~ hex ~ '{4}-([0235689a-fA-F]' ~ hex ~ '{3}-' ~ hex ~ '{4}|' ~ hex ~ '{4}-[0-7c-fC-F]' ~ hex ~ '{3})-' ~ hex ~ '{12}' ~ after) -%}
    {%- for length, padding in ((22, '=='), (27, '='), (43, '='), (86, '==')) -%}
        {%- do patterns.append('(^|:)[A-Za-z0-9+/_-]{' ~ length ~ '}' ~ padding ~ '$') -%}
        {%- do patterns.append('(^|:)[A-Za-z0-9+/]{' ~ length ~ '}$') -%}
    {%- endfor -%}
    {%- if is_chosen_by_people -%}
        {%- do patterns.append('^[1-9][0-9]{10,12}$') -%}
        {%- do patterns.append('^[^0-9:/ ._,-]{2,}([ ._,-]+[^0-9:/ ._,-]+)*[ ._,-]+[^0-9:/ ._,-]{2,}$') -%}
    {%- endif -%}
    {{ return(patterns | join('|')) }}
{% endmacro %}

{# A native id as it came, or its pseudonym where it could tell who it is. #}
{% macro id_without_person(expression, is_chosen_by_people=false) %}
    {{ return('case when ' ~ sales_kpis.matches(expression, sales_kpis.personal_id_pattern(is_chosen_by_people)) ~ ' then ' ~ sales_kpis.pseudonym('k', expression) ~ ' else ' ~ expression ~ ' end') }}
{% endmacro %}

{# A key, `<system>:<native id>` with its instance or none: the system stays, the rest is a pseudonym where it must be. #}
{% macro key_without_person(system, expression, is_chosen_by_people=false) %}
    {%- set instances = sales_kpis.instances_of(system).keys() | list -%}
    {%- set prefix = '^(' ~ system ~ ':)?' ~ ('((' ~ instances | join('|') ~ ')[.])?' if instances else '') -%}
    {%- set native_id = sales_kpis.replace_matches(expression, prefix, '') -%}
    {{ return('case when ' ~ sales_kpis.matches(native_id, sales_kpis.personal_id_pattern(is_chosen_by_people)) ~ ' then ' ~ sales_kpis.extract_match(expression, prefix, 0) ~ ' || ' ~ sales_kpis.pseudonym('k', native_id) ~ ' else ' ~ expression ~ ' end') }}
{% endmacro %}

{# An address, also as it stands in a link, or a phone number with its country's, anywhere in a text. #}
{% macro personal_data_pattern() %}{{ return('[^ /?&=:;,<>()|]+(@|%40)[^ /?&=:;,<>()|@%]+[.][^ /?&=:;,<>()|@%]+|[+][0-9]{9,15}') }}{% endmacro %}

{# A word, path or value with `(personal data)` in the place of each address and phone number. #}
{% macro without_personal_data(expression) %}
    {{ return('case when ' ~ expression ~ " like '%@%' or " ~ expression ~ " like '%40%' or " ~ expression ~ " like '%+%' then "
        ~ sales_kpis.replace_matches(expression, sales_kpis.personal_data_pattern(), '(personal data)') ~ ' else ' ~ expression ~ ' end') }}
{% endmacro %}

{#
    A column of an entity as it leaves staging. The parts of identity (addresses, names, numbers, domains) stay in
    intermediate/, the changes of a deal are read by their fields, and a session of Google Analytics has its browser in it as
    a pseudonym already.
#}
{% macro column_without_person(system, entity, name, type) %}
    {%- if type != 'text' or entity == 'reps' or name in ('system', 'source_table', 'email', 'recipient_email', 'full_name', 'phone', 'domain', 'old_value', 'new_value') -%}{{ return(name) }}{%- endif -%}
    {%- if not name.endswith('_id') or sales_kpis.is_id_of_staff_or_list(name) and not modules.re.search('(rep|product)_id$', name) -%}{{ return(sales_kpis.without_personal_data(name)) }}{%- endif -%}
    {%- if sales_kpis.is_id_of_staff_or_list(name) or name == 'session_id' and system == 'google_analytics' -%}{{ return(name) }}{%- endif -%}
    {%- set is_of_person = modules.re.search('(^|_)(person_record|lead)_id$', name) is not none or (entity in ('people', 'leads', 'person_merges') and name in ('record_id', 'survivor_record_id', 'merged_into_record_id')) -%}
    {{ return(sales_kpis.key_without_person(system, name, is_of_person and sales_kpis.is_written_by_people(system))) }}
{% endmacro %}

{# A key's part of a raw row, as the books show it: without the person that it may tell. #}
{% macro key_part_without_person(contract, column, expression) %}
    {%- set is_id = column.is_native_id or column.name.endswith('_id') or 'vid' in column.name.split('_') -%}
    {%- if column.is_pii -%}{{ return("'(personal data)'") }}{%- endif -%}
    {%- if is_id and not sales_kpis.is_id_of_staff_or_list(column.name) and contract.table not in ('rep', 'owner', 'user', 'product', 'product_2', 'form') -%}
        {{ return(sales_kpis.id_without_person(expression, contract.is_written_by_people and modules.re.search('(^|_)(person|lead)_id$', column.name) is not none)) }}
    {%- endif -%}
    {{ return(sales_kpis.without_personal_data(expression)) }}
{% endmacro %}

{# A value that is known already, such as an example that check_sources shows, without what it tells of a person. #}
{% macro shown_without_person(column, value) %}
    {%- if value is not string -%}{{ return(value) }}{%- endif -%}
    {%- set is_personal_id = column.name.endswith('_id') and not sales_kpis.is_id_of_staff_or_list(column.name) and not column.references -%}
    {%- if is_personal_id and modules.re.search(sales_kpis.personal_id_pattern(), value) -%}{{ return('(personal data)') }}{%- endif -%}
    {{ return(modules.re.sub(sales_kpis.personal_data_pattern(), '(personal data)', value)) }}
{% endmacro %}
