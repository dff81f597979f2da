with

product_rows as (

    {{ sales_kpis.contract_rows('pipedrive', 'product') }}

),

products as (

    select
        'pipedrive' as system,
        {{ sales_kpis.system_key('pipedrive', 'id') }} as product_id,
        name as product_name,
        cast(null as {{ dbt.type_string() }}) as product_line,
        price as list_price,
        cast(null as date) as launched_on
    from product_rows

)

select * from products
