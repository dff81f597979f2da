with

touched_content as (

    select
        content,
        content_type
    from {{ ref('fct_content_touches') }}

),

content_of_messages as (

    select
        content,
        'email' as content_type
    from {{ ref('int_emails__messages') }}
    where content is not null

),

all_content as (

    select * from touched_content
    union all
    select * from content_of_messages

),

-- Content that is both a page and in a message has the first type in the alphabet.
contents as (

    select
        content,
        min(content_type) as content_type
    from all_content
    group by content

)

select * from contents
