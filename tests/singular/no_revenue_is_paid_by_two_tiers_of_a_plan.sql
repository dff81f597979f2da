select
    tiers.plan,
    tiers.team,
    greatest(tiers.valid_from, other_tiers.valid_from) as both_valid_from,
    'expected one rate for each part of the quota, found the tiers from '
    || tiers.attainment_from || ' (since ' || tiers.valid_from || ') and from '
    || other_tiers.attainment_from || ' (since ' || other_tiers.valid_from
    || ') for the same part and days: end one of them in the seed commission_plans' as message
from {{ ref('dim_commission_tiers') }} as tiers
inner join {{ ref('dim_commission_tiers') }} as other_tiers
    on
        tiers.plan = other_tiers.plan
        and coalesce(tiers.team, '') = coalesce(other_tiers.team, '')
        and tiers.commission_tier_id < other_tiers.commission_tier_id
        and tiers.valid_from <= other_tiers.valid_to
        and tiers.valid_to >= other_tiers.valid_from
        and coalesce(tiers.attainment_from < other_tiers.attainment_to, true)
        and coalesce(tiers.attainment_to > other_tiers.attainment_from, true)
