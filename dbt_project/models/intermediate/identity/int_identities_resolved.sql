{{ config(order_by='(project_id, distinct_id)') }}

-- Only ids that a build since the last committed one has seen or found overridden, and
-- those that aliases lead to from them, can have changed.

with

components as (

    select * from {{ ref('int_identity_components') }}

),

overrides as (

    select * from {{ ref('int_identity_overrides') }}

),

affected as (

    select
        project_id,
        distinct_id
    from {{ ref('int_identity_links') }}
    where {{ written_since_commit() }}

    union all

    select
        project_id,
        distinct_id
    from components
    where {{ written_since_commit() }}

    union all

    select
        project_id,
        distinct_id
    from overrides
    where {{ written_since_commit() }}

),

links as (

    select
        project_id,
        distinct_id,
        max(is_identified) = 1 as is_user,
        min(first_seen_at) as seen_at,
        min(identified_at) as user_seen_at,
        min(first_link) as own_link
    from {{ ref('int_identity_links') }}
    where (project_id, distinct_id) in affected
    group by project_id, distinct_id

),

joined as (

    select
        links.project_id as project_id,
        links.distinct_id as distinct_id,
        links.is_user as is_user,
        links.seen_at as seen_at,
        links.user_seen_at as user_seen_at,
        links.own_link as own_link,
        if(components.distinct_id = '', links.distinct_id, components.first_id)
            as first_id,
        if(components.distinct_id = '', links.own_link, components.first_link)
            as link,
        overrides.is_effective as is_overridden,
        overrides.action as action,
        overrides.user_id as override_user_id,
        overrides.decided_at as decided_at
    from links
    any left join components
        on links.project_id = components.project_id
            and links.distinct_id = components.distinct_id
    any left join overrides
        on links.project_id = overrides.project_id
            and links.distinct_id = overrides.distinct_id

),

resolved as (

    select
        project_id,
        distinct_id,
        first_id,
        multiIf(
            is_user, 'user',
            is_overridden, action,
            link.3 != '', if(link = own_link, link.4, 'alias'),
            first_id = distinct_id, 'anonymous',
            'alias'
        ) as method,
        multiIf(
            is_user, distinct_id, is_overridden, override_user_id, link.3
        ) as user_id,
        toDateTime64(
            multiIf(
                is_user, user_seen_at,
                is_overridden, decided_at,
                link.3 != '', link.1,
                seen_at
            ),
            3,
            'UTC'
        ) as linked_at
    from joined

)

select
    project_id,
    distinct_id,
    {{
        person_id(
            "concat(project_id, if(user_id != '', ':u:', ':a:'), "
            ~ "if(user_id != '', user_id, first_id))"
        )
    }} as person_id,
    user_id,
    linked_at,
    method
from resolved
