select
    deal_id,
    attribution_model,
    'expected weights that sum to 1, found ' || sum(weight) as message
from {{ ref('fct_attributed_touches') }}
group by deal_id, attribution_model
having sum(weight) <> 1
