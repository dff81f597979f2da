-- If it fails, int_people__components needs more rounds (count_rounds).
select
    links.link_type,
    min(links.record_key) as record_key,
    'expected one person for all records with the same ' || links.link_type || ', found '
    || count(distinct components.component_number) as message
from {{ ref('int_people__links') }} as links
inner join {{ ref('int_people__components') }} as components
    on links.record_key = components.record_key
group by links.link_type, links.link_key
having count(distinct components.component_number) > 1
