{{ config(order_by='(project_id, distinct_id)') }}

-- Aliases without a user join ids that are not user ids. Two graphs are solved at once:
-- `joined` has the edges that join, `reached` also those that touch user ids. Whatever a
-- new event changes, also by making an id a user id, stays within what it reaches.
--
-- Each round links every id to the least of its neighbours, first those above it, then
-- those below (Kiveris et al., Connected Components in MapReduce and Beyond, 2014), until
-- nothing changes: 12 rounds for a chain of 20,000 ids in random order.

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
        (occurred_at, toUInt128(event_id), ends.2, 'alias') as link
    from aliases

),

ids as (

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

users as (

    select
        project_id,
        distinct_id
    from ids
    where is_user

),

user_links as (

    select
        project_id,
        distinct_id,
        min(link) as link
    from edges
    where (project_id, other_id) in users
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
        (project_id, distinct_id) not in users
        and (project_id, other_id) not in users

),

stars as (

    select
        0 as round,
        toUInt64(0) as previous_digest,
        sum(cityHash64(project_id, graph, high, low)) over () as digest,
        project_id,
        graph,
        high,
        low
    from pairs

    union all

    select * from (
        select
            round,
            previous_digest,
            sum(cityHash64(project_id, graph, high, low)) over () as digest,
            project_id,
            graph,
            high,
            low
        from (
            select distinct
                any(round) + 1 as round,
                any(digest) as previous_digest,
                project_id,
                graph,
                arrayJoin(arrayPushBack(groupUniqArray(least_id), above)) as high,
                min(least_id) as low
            from (
                select
                    any(round) as round,
                    any(digest) as digest,
                    project_id,
                    graph,
                    arrayJoin(
                        arrayFilter(id -> id > node, groupUniqArray(neighbour))
                    ) as above,
                    least(min(neighbour), node) as least_id
                from (
                    select
                        round,
                        digest,
                        project_id,
                        graph,
                        arrayJoin([(high, low), (low, high)]) as ends,
                        ends.1 as node,
                        ends.2 as neighbour
                    from stars
                ) as neighbours
                group by project_id, graph, node
            ) as linked_above
            group by project_id, graph, above
        ) as linked
        where high != low
    ) as next_stars
    where digest != previous_digest

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
        ids.is_user as is_user,
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
        is_user,
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
where not is_user
