{{ config(order_by='(project_id, device_id, range_from)') }}

-- The stretches of a device's time that this build recomputes: the runs of activity
-- that new events touch or join, the whole past of ids that changed person, and of all
-- devices of projects whose settings changed. Other rows keep their session and person.

{% set sessions = history_of('fct_sessions') %}
{% set has_history = sessions or history_of('fct_events') %}
{% set beginning = "toDateTime64('1970-01-01 00:00:00', 3, 'UTC')" %}
{% set end = "toDateTime64('2299-12-31 00:00:00', 3, 'UTC')" %}

with

projects as (

    select * from {{ ref('int_projects') }}

),

batch as (

    select * from {{ ref('stg_events') }}
    where {{ in_batch() if has_history else 'false' }}

),

points as (

    select distinct
        batch.project_id as project_id,
        batch.device_id as device_id,
        batch.occurred_at as occurred_at
    from batch
    any left join projects on batch.project_id = projects.project_id
    where batch.device_id != ''
        and (not batch.is_bot or projects.include_bots)

),

changed_devices as (

    select
        project_id,
        distinct_id as device_id
    from {{ ref('int_identity_changes') }}
    where {{ written_since_commit() }}

    union distinct

    select
        project_id,
        device_id
    from points
    where project_id in {{ changed_projects() }}

    {% if sessions %}
    union distinct

    select
        project_id,
        device_id
    from {{ sessions }}
    where project_id in {{ changed_projects() }}
    {% else %}
    union distinct

    select
        project_id,
        device_id
    from points
    {% endif %}

),

{% if sessions %}
runs as (

    select
        project_id,
        device_id,
        sessions.run_started_at as run_from,
        max(sessions.ended_at) as run_to,
        0 as is_new
    from {{ sessions }} as sessions
    where
        (project_id, device_id) in (
            select
                project_id,
                device_id
            from points
        )
    group by project_id, device_id, run_from

    union all

    select
        project_id,
        device_id,
        occurred_at as run_from,
        occurred_at as run_to,
        1 as is_new
    from points

),

preceded as (

    select
        runs.project_id as project_id,
        runs.device_id as device_id,
        runs.run_from as run_from,
        runs.run_to as run_to,
        runs.is_new as is_new,
        projects.session_timeout_seconds as session_timeout_seconds,
        max(run_to) over (
            partition by runs.project_id, runs.device_id
            order by runs.run_from, runs.run_to
            rows between unbounded preceding and 1 preceding
        ) as previous_to
    from runs
    any left join projects on runs.project_id = projects.project_id

),

numbered as (

    select
        *,
        sum(
            dateDiff('millisecond', previous_to, run_from)
            >= 1000 * session_timeout_seconds
        ) over (
            partition by project_id, device_id
            order by run_from, run_to
        ) as run_number
    from preceded

),

touched as (

    select
        project_id,
        device_id,
        min(run_from) as range_from,
        max(run_to) as range_to,
        toBool(min(is_new) = 0) as has_sessions
    from numbered
    group by project_id, device_id, run_number
    having max(is_new) = 1

),
{% endif %}

ranges as (

    select
        project_id,
        device_id,
        {{ beginning }} as range_from,
        {{ end }} as range_to,
        true as has_sessions
    from changed_devices

    {% if sessions %}
    union all

    select
        project_id,
        device_id,
        range_from,
        range_to,
        has_sessions
    from touched
    where
        (project_id, device_id) not in (
            select
                project_id,
                device_id
            from changed_devices
        )
    {% endif %}

)

select * from ranges
