{# The event's name as the marts know it: lead_created, sign_up or activation where the variable google_analytics_events says so. #}
{% macro ga4_event_name(event_name) -%}
case
            {% for canonical, names in sales_kpis.setting('google_analytics_events').items() if names -%}
            when {{ event_name }} in ({% for name in names %}{{ sales_kpis.text_literal(name) }}{{ ', ' if not loop.last }}{% endfor %}) then '{{ canonical }}'
            {% endfor -%}
            else {{ event_name }}
        end
{%- endmacro %}

{# The campaign of a click on an ad. "(organic)" and its like are what Google writes where there is none, so they are no ad's. #}
{% macro ga4_ad_campaign(campaign) -%}
case when lower({{ campaign }}) not in ('(organic)', '(direct)', '(not set)', '(referral)', '(none)') then {{ campaign }} end
{%- endmacro %}

{#
    The channel of a visit by Google's default channel group; the first rule that holds decides. Each rule is in Google's
    words ("Default channel group", support.google.com/analytics/answer/9756891); AI Assistant is of 13 May 2026 ("What's
    new", answer/9164320). The arguments are lower case, because "GA4 does not enforce case sensitivity" in these rules.
    `category` is what vendor/google_analytics/ga4_source_categories.csv says of the source: search, social, shopping or video.
#}
{% macro ga4_default_channel_group(source, medium, campaign, category) -%}
{%- set is_paid = sales_kpis.matches(medium, '^(.*cp.*|ppc|retargeting|paid.*)$') -%}
{%- set is_shopping_campaign = sales_kpis.matches(campaign, '^(.*(([^a-df-z]|^)shop|shopping).*)$') -%}
{%- set emails = "('email', 'e-mail', 'e_mail', 'e mail')" -%}
case
            -- Source exactly matches "(direct)" AND Medium is one of ("(not set)", "(none)")
            when {{ source }} = '(direct)' and {{ medium }} in ('(not set)', '(none)') then 'Direct'
            -- Campaign Name contains "cross-network"
            when {{ campaign }} like '%cross-network%' then 'Cross-network'
            -- (Source matches a list of shopping sites OR Campaign Name matches regex
            -- ^(.*(([^a-df-z]|^)shop|shopping).*)$) AND Medium matches regex ^(.*cp.*|ppc|retargeting|paid.*)$
            when ({{ category }} = 'shopping' or {{ is_shopping_campaign }}) and {{ is_paid }} then 'Paid Shopping'
            -- Source matches a list of search sites AND Medium matches regex ^(.*cp.*|ppc|retargeting|paid.*)$
            when {{ category }} = 'search' and {{ is_paid }} then 'Paid Search'
            -- Source matches a regex list of social sites AND Medium matches regex ^(.*cp.*|ppc|retargeting|paid.*)$
            when {{ category }} = 'social' and {{ is_paid }} then 'Paid Social'
            -- Source matches a list of video sites AND Medium matches regex ^(.*cp.*|ppc|retargeting|paid.*)$
            when {{ category }} = 'video' and {{ is_paid }} then 'Paid Video'
            -- Medium is one of ("display", "banner", "expandable", "interstitial", "cpm")
            when {{ medium }} in ('display', 'banner', 'expandable', 'interstitial', 'cpm') then 'Display'
            -- Medium matches regex ^(.*cp.*|ppc|retargeting|paid.*)$
            when {{ is_paid }} then 'Paid Other'
            -- "Medium: a new ai-assistant value is automatically assigned when the referrer matches a recognized AI
            -- Assistant; these visits are categorized under the AI Assistant channel"
            when {{ medium }} = 'ai-assistant' then 'AI Assistant'
            -- Source matches a list of shopping sites OR Campaign name matches regex
            -- ^(.*(([^a-df-z]|^)shop|shopping).*)$
            when {{ category }} = 'shopping' or {{ is_shopping_campaign }} then 'Organic Shopping'
            -- Source matches a regex list of social sites OR Medium is one of ("social", "social-network",
            -- "social-media", "sm", "social network", "social media")
            when {{ category }} = 'social' or {{ medium }} in ('social', 'social-network', 'social-media', 'sm', 'social network', 'social media') then 'Organic Social'
            -- Source matches a list of video sites OR Medium matches regex ^(.*video.*)$
            when {{ category }} = 'video' or {{ sales_kpis.matches(medium, '^(.*video.*)$') }} then 'Organic Video'
            -- Source matches a list of search sites OR Medium exactly matches organic
            when {{ category }} = 'search' or {{ medium }} = 'organic' then 'Organic Search'
            -- Source = email|e-mail|e_mail|e mail OR Medium = email|e-mail|e_mail|e mail
            when {{ source }} in {{ emails }} or {{ medium }} in {{ emails }} then 'Email'
            -- Medium = affiliate
            when {{ medium }} = 'affiliate' then 'Affiliates'
            -- Medium is one of ("referral", "app", or "link")
            when {{ medium }} in ('referral', 'app', 'link') then 'Referral'
            -- Medium exactly matches audio
            when {{ medium }} = 'audio' then 'Audio'
            -- Source exactly matches sms OR Medium exactly matches sms
            when {{ source }} = 'sms' or {{ medium }} = 'sms' then 'SMS'
            -- Medium ends with "push" OR Medium contains "mobile" or "notification" OR Source exactly matches "firebase"
            when {{ medium }} like '%push' or {{ medium }} like '%mobile%' or {{ medium }} like '%notification%' or {{ source }} = 'firebase' then 'Mobile Push Notifications'
            -- "Unassigned is the value Analytics uses when there are no other channel rules that match the event data"
            else 'Unassigned'
        end
{%- endmacro %}
