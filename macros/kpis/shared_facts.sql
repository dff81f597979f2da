{#
    The facts of KPIs that differ in what they count of them: each macro writes the CTEs that such KPIs share, and the call
    says what is the numerator and what the denominator.
#}

{# The customers at the start of each period, `customers_at_start`: both parts are of them, and of where they were then. #}
{% macro customers_at_start(numerator, denominator) -%}
customers_at_start as (

    select
        account_id as fact_id,
        period_grain,
        period_start_date,
        territory_at_start as territory,
        market,
        segment,
        {{ numerator }} as numerator,
        {{ denominator }} as denominator
    from {{ ref('fct_customer_periods') }}
    where is_active_at_start

)
{%- endmacro %}

{#
    The losses of a period, of customers or of their revenue, over what was there at its start: `losses_and_start`. Losses of
    a customer that came after the start are in the numerator only.
#}
{% macro losses_over_start(is_loss, loss, at_start) -%}
losses as (

    select
        account_id as fact_id,
        changed_on as kpi_date,
        territory,
        market,
        segment,
        industry,
        {{ loss }} as numerator,
        0 as denominator
    from {{ ref('fct_customer_changes') }}
    where {{ is_loss }}

),

losses_in_periods as (

    {{ sales_kpis.facts_in_periods('losses') }}

),

losses_and_start as (

    select
        fact_id,
        period_grain,
        period_start_date,
        territory,
        market,
        segment,
        industry,
        numerator,
        denominator
    from losses_in_periods
    union all
    select
        account_id as fact_id,
        period_grain,
        period_start_date,
        territory_at_start as territory,
        market,
        segment,
        industry,
        0 as numerator,
        {{ at_start }} as denominator
    from {{ ref('fct_customer_periods') }}
    where is_active_at_start

)
{%- endmacro %}

{#
    The deals that were closed, `closed_deals`, and their parts of product lines, `closed_deals_by_product_line`: where deals
    are counted and not their amounts (is_count), the part of a deal that is not explained by its lines is no deal.
#}
{% macro closed_deals(numerator, denominator, is_count=true) -%}
closed_deals as (

    select
        deal_id as fact_id,
        close_date as kpi_date,
        territory,
        market,
        team,
        rep_id as rep,
        lead_source,
        industry,
        competitor,
        {{ numerator }} as numerator,
        {{ denominator }} as denominator
    from {{ ref('fct_deals') }}
    where is_closed

),

closed_deals_by_product_line as (

    select
        deal_id as fact_id,
        close_date as kpi_date,
        product_line,
        {{ numerator }} as numerator,
        {{ denominator }} as denominator
    from {{ ref('fct_deal_product_lines') }}
    where is_closed{{ ' and is_counted' if is_count }}

)
{%- endmacro %}

{# The leads created, `created_leads`, of which some did what the numerator asks. #}
{% macro created_leads(numerator) -%}
created_leads as (

    select
        lead_id as fact_id,
        created_date as kpi_date,
        lead_source,
        rep_id as rep,
        team,
        {{ numerator }} as numerator,
        1 as denominator
    from {{ ref('fct_leads') }}

)
{%- endmacro %}

{#
    The first stay of a deal in each stage that it has left, but for won and lost ones: `left_stages`, and
    `left_stages_by_product_line`, in which a deal counts once for each line that it has.
#}
{% macro left_stages(kpi_date, team, numerator) -%}
left_stages as (

    select
        deal_id || '|' || stage_id as fact_id,
        deal_id,
        {{ kpi_date }} as kpi_date,
        stage,
        {{ team }} as team,
        {{ numerator }} as numerator,
        1 as denominator
    from {{ ref('fct_deal_stage_visits') }}
    where is_left_stage

),

left_stages_by_product_line as (

    select
        left_stages.fact_id,
        left_stages.kpi_date,
        deal_product_lines.product_line,
        left_stages.numerator,
        left_stages.denominator
    from left_stages
    inner join {{ ref('fct_deal_product_lines') }} as deal_product_lines
        on left_stages.deal_id = deal_product_lines.deal_id
    where deal_product_lines.is_counted

)
{%- endmacro %}

{#
    Facts (a CTE with kpi_date, team, territory and numerators) over the reps employed in each period: `per_rep` for the
    total, `per_rep_by_team` and `per_rep_by_territory`, where a rep counts once in each in which it was.
#}
{% macro facts_per_rep(facts) -%}
facts_of_periods as (

    {{ sales_kpis.facts_in_periods(facts) }}

),

per_rep as (

    select
        fact_id,
        period_grain,
        period_start_date,
        numerator,
        denominator
    from facts_of_periods
    union all
    {{ sales_kpis.active_reps(facts) }}

),

per_rep_by_team as (

    select
        fact_id,
        period_grain,
        period_start_date,
        team,
        numerator,
        denominator
    from facts_of_periods
    union all
    {{ sales_kpis.active_reps(facts, 'team') }}

),

per_rep_by_territory as (

    select
        fact_id,
        period_grain,
        period_start_date,
        territory,
        numerator,
        denominator
    from facts_of_periods
    union all
    {{ sales_kpis.active_reps(facts, 'territory') }}

)
{%- endmacro %}
