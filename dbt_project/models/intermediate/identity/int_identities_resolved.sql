{{ config(order_by='(project_id, distinct_id)') }}

-- Only ids that a build since the last committed one has seen can have changed: an id's
-- person depends on nothing but its own links.

with

links as (

    select
        project_id,
        distinct_id,
        max(is_identified) = 1 as is_user,
        min(first_seen_at) as seen_at,
        min(identified_at) as user_seen_at,
        min(first_link) as link
    from {{ ref('int_identity_links') }}
    group by project_id, distinct_id
    having max(version) > {{ window_value('committed_version') }}

),

resolved as (

    select
        project_id,
        distinct_id,
        multiIf(
            is_user, 'user', link.3 != '', link.4, 'anonymous'
        ) as method,
        multiIf(
            is_user, distinct_id, link.3 != '', link.3, ''
        ) as user_id,
        toDateTime64(
            multiIf(is_user, user_seen_at, link.3 != '', link.1, seen_at), 3, 'UTC'
        ) as linked_at
    from links

)

select
    project_id,
    distinct_id,
    {{
        person_id(
            "concat(project_id, if(user_id != '', ':u:', ':a:'), "
            ~ "if(user_id != '', user_id, distinct_id))"
        )
    }} as person_id,
    user_id,
    linked_at,
    method
from resolved
