{{ config(order_by='(project_id, distinct_id)') }}

-- Aliases without a user join ids that are free: no user ids, nor overridden ones. Two
-- graphs are solved at once: `joined` has the edges between free ids, `reached` all.
-- Whatever a new event or override changes, also by making an id a user id, stays within
-- what it reaches.

with recursive

aliases as (

    select distinct
        project_id,
        event_id,
        occurred_at,
        valid_anonymous_id,
        valid_previous_id
    from {{ ref('int_identity_aliases') }}
    where
        valid_user_id = ''
        and valid_anonymous_id != ''
        and valid_previous_id != ''
        and valid_anonymous_id != valid_previous_id

),

-- Each alias from either side.
edges as (

    select
        project_id,
        arrayJoin(
            [
                (valid_anonymous_id, valid_previous_id),
                (valid_previous_id, valid_anonymous_id)
            ]
        ) as ends,
        ends.1 as distinct_id,
        ends.2 as other_id,
        occurred_at,
        event_id
    from aliases

),

observed as (

    select
        project_id,
        distinct_id,
        max(is_identified) = 1 as is_user,
        min(first_seen_at) as seen_at,
        min(first_link) as link,
        max(version) as seen_version
    from {{ ref('int_identity_links') }}
    where
        (project_id, distinct_id) in (
            select
                project_id,
                distinct_id
            from edges
        )
    group by project_id, distinct_id

),

ids as (

    select
        observed.project_id as project_id,
        observed.distinct_id as distinct_id,
        observed.seen_at as seen_at,
        observed.link as link,
        greatest(observed.seen_version, overrides.version) as seen_version,
        observed.is_user or overrides.is_effective as is_decided,
        if(observed.is_user, observed.distinct_id, overrides.user_id) as user_id
    from observed
    any left join {{ ref('int_identity_overrides') }} as overrides
        on observed.project_id = overrides.project_id
            and observed.distinct_id = overrides.distinct_id

),

decided as (

    select
        project_id,
        distinct_id
    from ids
    where is_decided

),

user_links as (

    select
        edges.project_id as project_id,
        edges.distinct_id as distinct_id,
        min((edges.occurred_at, toUInt128(edges.event_id), ids.user_id, 'alias'))
            as link
    from edges
    inner join ids
        on edges.project_id = ids.project_id
            and edges.other_id = ids.distinct_id
    where ids.is_decided and ids.user_id != ''
    group by project_id, distinct_id

),

pairs as (

    select distinct
        project_id,
        'reached' as graph,
        greatest(distinct_id, other_id) as high,
        least(distinct_id, other_id) as low
    from edges

    union all

    select distinct
        project_id,
        'joined' as graph,
        greatest(distinct_id, other_id) as high,
        least(distinct_id, other_id) as low
    from edges
    where
        (project_id, distinct_id) not in decided
        and (project_id, other_id) not in decided

),

stars as (

    {{ star_rounds('pairs', 'stars') }}

),

centres as (

    select
        project_id,
        graph,
        high,
        argMax(low, round) as centre
    from stars
    group by project_id, graph, high

),

members as (

    select
        project_id,
        arrayJoin([high, centre]) as distinct_id,
        maxIf(centre, graph = 'reached') as reach,
        maxIf(centre, graph = 'joined') as component
    from centres
    group by project_id, distinct_id

),

described as (

    select
        members.project_id as project_id,
        members.distinct_id as distinct_id,
        members.reach as reach,
        if(members.component = '', members.distinct_id, members.component)
            as component,
        ids.is_decided as is_decided,
        ids.seen_at as seen_at,
        ids.seen_version as seen_version,
        if(user_links.distinct_id = '', ids.link, least(ids.link, user_links.link))
            as link
    from members
    inner join ids
        on members.project_id = ids.project_id
            and members.distinct_id = ids.distinct_id
    left join user_links
        on members.project_id = user_links.project_id
            and members.distinct_id = user_links.distinct_id

),

resolved as (

    select
        project_id,
        distinct_id,
        is_decided,
        min((seen_at, distinct_id)) over (partition by project_id, component)
            as first_seen,
        min(link) over (partition by project_id, component) as first_link,
        max(seen_version) over (partition by project_id, reach) as version
    from described

)

select
    project_id,
    distinct_id,
    first_seen.2 as first_id,
    -- Not the types of the states that they come from.
    cast(first_link, 'Tuple(DateTime64(3, \'UTC\'), UInt128, String, String)')
        as first_link,
    toUInt64(version) as version
from resolved
where not is_decided
