select
    tiers.plan,
    tiers.team,
    greatest(tiers.valid_from, others.valid_from) as both_valid_from,
    'expected one rate for each part of the quota, found the tiers from '
    || tiers.attainment_from || ' (since ' || tiers.valid_from || ') and from '
    || others.attainment_from || ' (since ' || others.valid_from
    || ') for the same part and days: end one of them in the seed commission_plans' as message
from {{ ref('dim_commission_tiers') }} as tiers
inner join {{ ref('dim_commission_tiers') }} as others
    on
        tiers.plan = others.plan
        and coalesce(tiers.team, '') = coalesce(others.team, '')
        and tiers.commission_tier_id < others.commission_tier_id
        and tiers.valid_from <= others.valid_to
        and others.valid_from <= tiers.valid_to
        and coalesce(tiers.attainment_from < others.attainment_to, true)
        and coalesce(others.attainment_from < tiers.attainment_to, true)
