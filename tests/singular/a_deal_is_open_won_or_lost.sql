select
    deal_id,
    'expected exactly one of open, won and lost, and a close date not after as_of_date when closed;'
    || ' found closed ' || is_closed || ', won ' || is_won || ', lost ' || is_lost
    || ', close date ' || coalesce(cast(close_date as {{ dbt.type_string() }}), 'none') as message
from {{ ref('fct_deals') }}
where
    (is_won and is_lost)
    or is_closed <> (is_won or is_lost)
    or (is_closed and (close_date is null or close_date > {{ as_of_date() }}))
