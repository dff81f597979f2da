with

{{ daily_costs('selling_costs', ['cost_type', 'team', 'territory']) }}

select * from daily_costs
