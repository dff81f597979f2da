select
    account_id,
    month_start_date,
    'expected active at start + new + returned - churned = active at end, found '
    || cast(is_active_at_start as int) || ' + ' || cast(is_new as int) || ' + '
    || cast(is_returned as int) || ' - ' || cast(is_churned as int) || ' and '
    || cast(is_active_at_end as int) as message
from {{ ref('fct_customer_months') }}
where
    cast(is_active_at_start as int)
    + cast(is_new as int)
    + cast(is_returned as int)
    - cast(is_churned as int)
    <> cast(is_active_at_end as int)
