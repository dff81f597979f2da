with

member_rows as (

    {{ contract_rows('mailchimp', 'member') }}

),

members as (

    select
        id as member_id,
        list_id,
        email_address,
        lower(status) as status,
        timestamp_opt as joined_at,
        last_changed as changed_at
    from member_rows

)

select * from members
