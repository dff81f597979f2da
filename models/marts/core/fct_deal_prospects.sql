with

forecast_periods as (

    select *
    from {{ ref('dim_forecast_periods') }}

),

deals as (

    select
        deal_id,
        system,
        created_date,
        close_date,
        is_won,
        amount
    from {{ ref('fct_deals') }}

),

systems_with_history as (

    {{ systems_with_stage_history() }}

),

usual_deals as (

    select {{ as_measure(safe_ratio('sum(amount)', 'count(*)')) }} as amount
    from deals
    where
        is_won
        and amount <> 0
        and close_date > {{ add_months_to(as_of_date(), -12) }}

),

-- A deal without an amount is taken for a usual one.
open_deals as (

    select
        snapshots.deal_id,
        snapshots.stage,
        {{ age_group('deals.created_date', 'snapshots.snapshot_date') }} as age_group,
        snapshots.amount,
        case when snapshots.amount <> 0 then snapshots.amount else coalesce(usual_deals.amount, 0)
        end as amount_to_win,
        snapshots.probability,
        snapshots.expected_close_date,
        case when systems_with_history.system is not null then snapshots.stage end as known_stage
    from {{ ref('fct_pipeline_snapshots') }} as snapshots
    inner join deals
        on snapshots.deal_id = deals.deal_id
    left join systems_with_history
        on deals.system = systems_with_history.system
    cross join usual_deals
    where snapshots.snapshot_date = {{ as_of_date() }}

),

-- The most like ones of which there are enough; all deals, however few, but of a deal without a
-- created date, which was never seen among them.
shares_by_fit as (

    select
        forecast_periods.period_grain,
        forecast_periods.period_start_date,
        open_deals.deal_id,
        won_shares.measured_by,
        won_shares.count_cases,
        won_shares.count_won_cases,
        row_number() over (
            partition by
                forecast_periods.period_grain,
                forecast_periods.period_start_date,
                open_deals.deal_id
            order by
                case won_shares.measured_by
                    when 'stage and age' then 1
                    when 'stage' then 2
                    when 'age' then 3
                    else 4
                end
        ) as fit
    from forecast_periods
    cross join open_deals
    inner join {{ ref('fct_won_shares') }} as won_shares
        on
            forecast_periods.period_grain = won_shares.period_grain
            and forecast_periods.period_start_date = won_shares.period_start_date
            and (open_deals.known_stage = won_shares.stage or won_shares.stage = '(all)')
            and (open_deals.age_group = won_shares.age_group or won_shares.age_group = '(all)')
            and case
                when won_shares.measured_by = 'all deals' then open_deals.age_group <> '(none)'
                else won_shares.count_deals >= {{ var('min_sample_size') | int }}
            end

),

deal_prospects as (

    select
        forecast_periods.period_grain,
        forecast_periods.period_start_date,
        open_deals.deal_id,
        open_deals.stage,
        open_deals.age_group,
        open_deals.amount,
        {{ as_measure('open_deals.amount_to_win') }} as amount_to_win,
        open_deals.probability,
        coalesce(
            open_deals.expected_close_date
            between forecast_periods.period_start_date and forecast_periods.period_end_date,
            false
        ) as is_expected_in_period,
        shares_by_fit.measured_by,
        shares_by_fit.count_cases,
        shares_by_fit.count_won_cases,
        {{ safe_ratio('shares_by_fit.count_won_cases', 'shares_by_fit.count_cases') }} as won_share
    from forecast_periods
    cross join open_deals
    left join shares_by_fit
        on
            forecast_periods.period_grain = shares_by_fit.period_grain
            and forecast_periods.period_start_date = shares_by_fit.period_start_date
            and open_deals.deal_id = shares_by_fit.deal_id
            and shares_by_fit.fit = 1

)

select * from deal_prospects
