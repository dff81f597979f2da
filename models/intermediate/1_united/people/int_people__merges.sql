with

people as (

    select *
    from {{ ref('int_people__united') }}

),

person_merges as (

    select *
    from {{ ref('int_person_merges__united') }}

),

one_merge_a_record as (

    select
        record_id,
        min_by(survivor_record_id, {{ key_order('survivor_record_id') }}) as survivor_record_id
    from person_merges
    where record_id <> survivor_record_id
    group by record_id

),

-- Other records may still name a person that lost a merge and that no system delivers any more.
lost_merges as (

    select
        one_merge_a_record.record_id,
        one_merge_a_record.survivor_record_id,
        losers.person_record_id is not null as is_delivered,
        survivors.system,
        survivors.system_order,
        survivors.created_at as survivor_created_at
    from one_merge_a_record
    left join people as losers
        on one_merge_a_record.record_id = losers.person_record_id
    left join people as survivors
        on one_merge_a_record.survivor_record_id = survivors.person_record_id

)

select * from lost_merges
