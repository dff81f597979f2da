select
    currency_code,
    count(*) as count_deals,
    count(distinct rate_date) as count_days,
    min(deal_id) as example,
    'expected rates of ' || currency_code || ' in force from ' || min(rate_date) || ' to '
    || max(rate_date) || ', found none on ' || count(distinct rate_date)
    || ' of these days, on which ' || count(*)
    || ' deals count: add them to the seed exchange_rates' as message
from {{ ref('int_deals__valued') }}
where exchange_rate is null
group by currency_code
