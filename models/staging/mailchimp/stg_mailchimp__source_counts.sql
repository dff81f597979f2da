{%- set campaigns = ref('stg_mailchimp__email_campaigns') -%}
{%- set recipients = ref('stg_mailchimp__recipients') -%}
{%- set activity = ref('stg_mailchimp__recipient_activity') -%}
{{ source_counts_of('mailchimp', {
    'campaign': campaigns ~ " where source_table = 'campaign'",
    'campaign_recipient': recipients ~ " where source_table = 'campaign_recipient'",
    'campaign_recipient_activity': activity ~ " where source_table = 'campaign_recipient_activity'",
    'unsubscribe': ref('stg_mailchimp__unsubscribes'),
    'automation_email': campaigns ~ " where source_table = 'automation_email'",
    'automation_recipient': recipients ~ " where source_table = 'automation_recipient'",
    'automation_recipient_activity': activity ~ " where source_table = 'automation_recipient_activity'",
    'list': ref('stg_mailchimp__lists'),
    'member': ref('stg_mailchimp__members'),
    'report': ref('stg_mailchimp__reports'),
}) }}
