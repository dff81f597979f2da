with

currency_type_rows as (

    {{ contract_rows('salesforce', 'currency_type') }}

),

currency_types as (

    select
        'salesforce' as system,
        {{ system_key('salesforce', 'iso_code') }} as rate_id,
        upper({{ without_instance('salesforce', 'iso_code') }}) as currency,
        case when is_corporate then 1 else conversion_rate end as conversion_rate,
        {{ salesforce_is_removed() }} as is_deleted
    from currency_type_rows

)

select * from currency_types
