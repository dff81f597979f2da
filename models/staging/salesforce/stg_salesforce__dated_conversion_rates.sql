with

dated_conversion_rate_rows as (

    {{ contract_rows('salesforce', 'dated_conversion_rate') }}

),

dated_conversion_rates as (

    select
        'salesforce' as system,
        {{ system_key('salesforce', 'iso_code') }} as rate_id,
        upper({{ without_instance('salesforce', 'iso_code') }}) as currency,
        start_date as valid_from,
        conversion_rate,
        {{ salesforce_is_removed() }} as is_deleted
    from dated_conversion_rate_rows

)

select * from dated_conversion_rates
