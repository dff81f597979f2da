with

touches as (

    select *
    from {{ ref('int_touches__deals') }}

),

touches_by_model as (

    {% for attribution_model in attribution_models() -%}
    select
        touches.*,
        '{{ attribution_model }}' as attribution_model,
        {{ share_of_first_touches(attribution_model, '(touch_number - 1)', 'count_touches') }}
            as share_before,
        {{ share_of_first_touches(attribution_model, 'touch_number', 'count_touches') }}
            as share_with
    from touches
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

-- Weights and amounts are differences of rounded sums, so that they add up to 1 and to the deal's.
weighted_touches as (

    select
        deal_id,
        attribution_model,
        touch_id,
        cast(touch_number as bigint) as touch_number,
        touch_type,
        occurred_at,
        close_date,
        channel,
        campaign,
        content,
        {{ as_measure(as_measure('share_with') ~ ' - ' ~ as_measure('share_before')) }} as weight,
        {{ as_measure(
            share_of_amount('deal_amount', 'share_with')
            ~ ' - ' ~ share_of_amount('deal_amount', 'share_before')
        ) }} as amount
    from touches_by_model
    where share_with > share_before

)

select * from weighted_touches
