select
    deal_id,
    currency_code,
    rate_date,
    'expected a rate of ' || currency_code || ' in force on ' || rate_date
    || ', found none: add it to the seed exchange_rates' as message
from {{ ref('int_deals__valued') }}
where exchange_rate is null
