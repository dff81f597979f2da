with

contact_merge_audit_rows as (

    {{ contract_rows('hubspot', 'contact_merge_audit') }}

),

contact_merge_audits as (

    select
        'hubspot' as system,
        {{ system_key('hubspot', 'vid_to_merge') }} as record_id,
        {{ system_key('hubspot', 'canonical_vid') }} as survivor_record_id
    from contact_merge_audit_rows

)

select * from contact_merge_audits
