{#
    The rules of each setting, told once: `check_settings` stops a plain `dbt build` by this list, and the command `kpis` reads it
    out of this file (scripts/sales_kpis/setting_rules.py). `says` is the sentence of both, `next_step` the command's advice.

    The kinds: day (of the calendar), zone (IANA), matches (`pattern`, the whole text), whole and number (from `at_least` to
    `at_most`), word (one of `words`),
    names (a list, each of which matches `pattern`), event_lists (lists of names by `words`), instances (of each system in use),
    links (an address that matches `pattern`, of systems in use or instances of theirs).
#}
{% macro setting_rules() %}
{%- set rules -%}
- names: [as_of_date]
  kind: day
  says: "{name} is a day such as 2025-09-17, not '{value}'."
  next_step: Write it as 2025-09-17, or as today or yesterday.
- names: [reporting_currency]
  kind: matches
  pattern: "[A-Z]{3}"
  says: "{name} is an ISO code such as EUR, not '{value}'."
  next_step: Use three capital letters, for example EUR.
- names: [reporting_time_zone]
  kind: zone
  says: "{name} is an IANA name such as Europe/Amsterdam, not '{value}'."
  next_step: Use an IANA name, for example Europe/Amsterdam or UTC.
- names: [fiscal_year_start_month]
  kind: whole
  at_least: 1
  at_most: 12
  says: "{name} is a month from 1 to 12, not '{value}'."
  next_step: "1 is January: then there are no fiscal periods beside the calendar's."
- names:
    - conversion_window_days
    - new_product_months
    - zero_fill_days
    - min_sample_size
    - activation_window_days
    - attribution_window_days
    - speed_to_lead_target_hours
    - prior_activity_days
    - stalled_after_days
    - event_lookback_days
    - churn_grace_days
    - stale_system_days
  kind: whole
  at_least: 0
  says: "{name} is a whole number of 0 or more, not '{value}'."
  next_step: Write a number without a sign.
- names: [contract_term_months]
  kind: whole
  at_least: 1
  says: "{name} is a whole number of 1 or more, not '{value}'."
  next_step: It is how long a won deal covers its account where nothing says more.
- names: [gross_margin, max_unreadable_share]
  kind: number
  at_least: 0
  at_most: 1
  says: "{name} is a part of one, such as 0.8, not '{value}'."
  next_step: "It is a part of one: 80 percent is 0.8."
- names: [on_track_attainment, at_risk_attainment]
  kind: number
  at_least: 0
  at_most: 2
  says: "{name} is a part of a target, such as 0.9, not '{value}'."
  next_step: "It is a part of one: 90 percent of the target is 0.9."
- names: [hubspot_lead_without_stage, include_machine_opens, deal_names]
  kind: word
  words: [true, false]
  says: "{name} is true or false, not '{value}'."
  next_step: Write true or false.
- names: [subscription_end]
  kind: word
  words: [auto, inclusive, exclusive]
  says: "{name} is auto, inclusive or exclusive, not '{value}'."
  next_step: Leave it at auto where you do not know.
- names: [published_access]
  kind: word
  words: [everybody, group, owner]
  says: "{name} is everybody, group or owner, not '{value}'."
  next_step: It says who besides the owner may read what is published.
- names: [kpi_families]
  kind: names
  pattern: customers|leads|marketing|pipeline|reps|revenue
  says: "{name} lists customers, leads, marketing, pipeline, reps and revenue, or some of them, not '{value}'."
  next_step: Name the folders of models/marts/kpis/ that are in use.
- names: [own_kpis]
  kind: names
  pattern: kpi_[a-z][a-z0-9_]*
  says: "{name} lists models such as kpi_lost_deals, not '{value}'."
  next_step: "Write for example: [kpi_lost_deals]"
- names: [google_analytics_events]
  kind: event_lists
  words: [lead_created, sign_up, activation]
  says: "{name} knows lead_created, sign_up and activation, not '{value}'."
  says_of_no_list: "{name} gives a list of event names for {word}, such as [generate_lead], not '{value}'."
  says_of_two: "{name} has the event '{value}' twice: it can mean one thing."
  next_step: "Write for example: {lead_created: [generate_lead]}"
- names: [system_instances]
  kind: instances
  pattern: "[a-z][a-z0-9_]*"
  schema_pattern: "[A-Za-z_][A-Za-z0-9_]*"
  says: "{name} names the system '{value}', which the variable systems does not list: use one of {systems}."
  says_of_names: "{name} names the instance '{value}' of {system} with the schema '{schema}': both are plain names, such as emea and raw_salesforce_emea."
  next_step: "Write for example: {salesforce: {emea: raw_salesforce_emea}}"
- names: [deal_links]
  kind: links
  pattern: "https?://[^\\s'\"<>{}]+[{]id[}][^\\s'\"<>{}]*"
  says: "{name} names the system '{value}', which the variable systems does not list: use one of {systems}."
  says_of_address: "{name} gives {system} the address '{value}': it begins with https:// and has {id} for the deal's own id."
  next_step: "Write for example: {hubspot: 'https://app.hubspot.com/contacts/123/deal/{id}'}"
{%- endset -%}
{{ return(fromyaml(rules)) }}
{% endmacro %}
