{{ config(order_by='(project_id, distinct_id)') }}

-- Decisions taken back stay in here: their ids have to be resolved once more.

with

latest as (

    select * from {{ ref('int_override_changes') }}
    order by version desc
    limit 1 by project_id, distinct_id

),

ids as (

    select
        project_id,
        distinct_id,
        max(is_identified) = 1 as is_user,
        max(version) as seen_version
    from {{ ref('int_identity_links') }}
    where
        (project_id, distinct_id) in (
            select
                project_id,
                arrayJoin([distinct_id, user_id]) as distinct_id
            from latest
        )
    group by project_id, distinct_id

)

select
    latest.project_id as project_id,
    latest.distinct_id as distinct_id,
    latest.action as action,
    latest.user_id as user_id,
    latest.decided_at as decided_at,
    toBool(
        not subjects.is_user
        and (
            latest.action = 'split'
            or (latest.action = 'merge' and targets.is_user)
        )
    ) as is_effective,
    toUInt64(
        greatest(latest.version, subjects.seen_version, targets.seen_version)
    ) as version
from latest
any left join ids as subjects
    on latest.project_id = subjects.project_id
        and latest.distinct_id = subjects.distinct_id
any left join ids as targets
    on latest.project_id = targets.project_id
        and latest.user_id = targets.distinct_id
