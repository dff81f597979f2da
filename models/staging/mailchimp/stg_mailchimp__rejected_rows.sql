{{ rejected_rows_of('mailchimp') }}
