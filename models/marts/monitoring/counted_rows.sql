with

books as (

    select *
    from {{ ref('source_reconciliation') }}

),

deals as (

    select *
    from {{ ref('int_deals__delivered') }}

),

rates as (

    select *
    from {{ ref('int_currencies__rates') }}

),

-- Each deal for one reason, the first that holds. A deal of an unknown stage is taken for open,
-- which it may not be.
deals_with_reason as (

    select
        system,
        source_table,
        amount,
        {{ currency_code_of('currency') }} as currency_code,
        case
            when coalesce(is_deleted, false) then 'deleted'
            when deal_id <> surviving_deal_id then 'merged'
            when is_closed and close_date is null then 'undated'
            when not is_stage_known then 'unknown_stage'
            else 'counted'
        end as reason
    from deals

),

deals_of_tables as (

    select
        deals.system,
        deals.source_table,
        count(case when deals.reason = 'deleted' then 1 end) as deleted_rows,
        count(case when deals.reason = 'merged' then 1 end) as merged_rows,
        count(case when deals.reason = 'undated' then 1 end) as undated_rows,
        count(case when deals.reason = 'unknown_stage' then 1 end) as unknown_stage_rows,
        -- The worth of merged deals stands in their survivors.
        sum(
            case
                when deals.reason in ('deleted', 'undated', 'unknown_stage')
                    then deals.amount * rates.rate_to_reporting
            end
        ) as amount_not_counted
    from deals_with_reason as deals
    left join rates
        on
            deals.currency_code = rates.currency_code
            and {{ as_of_date() }} between rates.valid_from and rates.valid_to
    group by deals.system, deals.source_table

),

counted_rows as (

    select
        books.system,
        books.source_table,
        books.raw_rows,
        books.duplicate_rows,
        books.rejected_rows,
        {% for reason in ['deleted', 'merged', 'undated', 'unknown_stage'] -%}
        coalesce(deals_of_tables.{{ reason }}_rows, 0) as {{ reason }}_rows,
        {% endfor -%}
        books.staged_rows
        - coalesce(
            deals_of_tables.deleted_rows
            + deals_of_tables.merged_rows
            + deals_of_tables.undated_rows
            + deals_of_tables.unknown_stage_rows, 0
        ) as counted_rows,
        {{ as_measure('deals_of_tables.amount_not_counted') }} as amount_not_counted
    from books
    left join deals_of_tables
        on
            books.system = deals_of_tables.system
            and books.source_table = deals_of_tables.source_table

)

select * from counted_rows
