with

{{ daily_costs('marketing_costs', ['channel', 'lead_source', 'campaign']) }}

select * from daily_costs
