{#
    What of a delivered value may go on to the marts. Vendors and people put addresses and phone numbers, or digests of them,
    where an id or a word belongs: Mailchimp's member id is the MD5 of the address, a lead's id in a file may be the address.
    Whoever has a list of addresses could find its people again, so such an id becomes a salted pseudonym where the contract
    reads it, alike in each table that names it, and in a word the place is taken by `(personal data)`.
#}

{# Ids that staff and lists have, which seeds name as they are: no person stands behind them, or one whose name is published. #}
{% macro is_id_of_staff_or_list(contract, column) %}
    {%- set lists = ['rep', 'owner', 'user', 'user_role', 'team', 'owner_team', 'product', 'product_2', 'deal_stage', 'opportunity_stage', 'deal_pipeline', 'deal_pipeline_stage',
        'campaign', 'email_campaign', 'automation_email', 'report', 'list', 'form', 'currency_type', 'dated_conversion_rate'] -%}
    {%- if column.references in lists -%}{{ return(true) }}{%- endif -%}
    {%- if contract.table in lists and column.name != 'deal_id' -%}{{ return(true) }}{%- endif -%}
    {{ return(modules.re.search('(^|_)(rep|owner|manager|product|product_2|campaign|automation|automation_email|stage|pipeline|role|team|list|form|type|content|load)_id$|^_dlt|^stage|^iso_code$', column.name) is not none) }}
{% endmacro %}

{# Whether a column of the contract holds ids that may be made of a person's address, number or name. #}
{% macro is_personal_id(contract, column) %}
    {%- set is_id = column.is_native_id or column.name.endswith('_id') or 'vid' in column.name.split('_') -%}
    {{ return(is_id and column.type == 'text' and not column.is_pii and not sales_kpis.is_id_of_staff_or_list(contract, column)) }}
{% endmacro %}

{#
    What an id looks like that is an address, a phone number, or one of the usual digests, as hexadecimal digits (MD5, SHA-1
    and the SHA-2 family), as a UUID that is none of the kinds made of chance or time, or in Base64. The ids that people
    choose for people (tabular) may be names, and numbers without a sign before them, too.
#}
{% macro personal_id_pattern(is_chosen_by_people=false) %}
    {%- set patterns = ['@', '%40', '^[+][0-9 ().-]+$', '^00[1-9][0-9]{8,13}$', '^0[1-9][0-9]{7,10}$', '^[0-9(][0-9().-]* [0-9 ().-]*[0-9]$', '^([0-9]{1,3}[-. ])?[(]?[0-9]{3}[)]?[-. ][0-9]{3}[-. ][0-9]{4}$'] -%}
    {%- for length in (32, 40, 56, 64, 96, 128) -%}{%- do patterns.append('^(0x)?[0-9a-fA-F]{' ~ length ~ '}$') -%}{%- endfor -%}
    {%- do patterns.append('^[{]?[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-([0235689a-fA-F][0-9a-fA-F]{3}-[0-9a-fA-F]{4}|[0-9a-fA-F]{4}-[0-7c-fC-F][0-9a-fA-F]{3})-[0-9a-fA-F]{12}[}]?$') -%}
    {%- for length, padding in ((22, '=='), (27, '='), (43, '='), (86, '==')) -%}
        {%- do patterns.append('^[A-Za-z0-9+/_-]{' ~ length ~ '}' ~ padding ~ '$') -%}
        {%- do patterns.append('^[A-Za-z0-9+/]{' ~ length ~ '}$') -%}
    {%- endfor -%}
    {%- if is_chosen_by_people -%}
        {%- do patterns.append('^[1-9][0-9]{10,12}$') -%}
        {%- do patterns.append('^[^0-9:/ ._,-]{2,}([ ._,-]+[^0-9:/ ._,-]+)*[ ._,-]+[^0-9:/ ._,-]{2,}$') -%}
    {%- endif -%}
    {{ return(patterns | join('|')) }}
{% endmacro %}

{# An id of the contract as it came, or its pseudonym where it could tell who it is. #}
{% macro id_without_person(contract, column, expression) %}
    {%- if not sales_kpis.is_personal_id(contract, column) -%}{{ return(expression) }}{%- endif -%}
    {%- set is_chosen_by_people = contract.is_written_by_people and modules.re.search('(^|_)(person|lead)_id$', column.name) is not none -%}
    {{ return('case when ' ~ sales_kpis.matches(expression, sales_kpis.personal_id_pattern(is_chosen_by_people)) ~ ' then ' ~ sales_kpis.pseudonym('k', expression) ~ ' else ' ~ expression ~ ' end') }}
{% endmacro %}

{# An address, also as it stands in a link, or a phone number with its country's, anywhere in a text. #}
{% macro personal_data_pattern() %}{{ return('[^ /?&=:;,<>()|]+(@|%40)[^ /?&=:;,<>()|@%]+[.][^ /?&=:;,<>()|@%]+|[+][0-9]{9,15}') }}{% endmacro %}

{# A word, path or value with `(personal data)` in the place of each address and phone number. #}
{% macro without_personal_data(expression) %}
    {{ return('case when ' ~ expression ~ " like '%@%' or " ~ expression ~ " like '%40%' or " ~ expression ~ " like '%+%' then "
        ~ sales_kpis.replace_matches(expression, sales_kpis.personal_data_pattern(), '(personal data)') ~ ' else ' ~ expression ~ ' end') }}
{% endmacro %}

{# The same of a value that is known already, such as an example that check_sources shows. #}
{% macro shown_without_personal_data(value) %}
    {{ return(modules.re.sub(sales_kpis.personal_data_pattern(), '(personal data)', value) if value is string else value) }}
{% endmacro %}
