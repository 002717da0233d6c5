{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        engine='ReplacingMergeTree(version)',
        order_by='(project_id, activity_date, person_id)',
        partition_by='toYear(activity_date)',
        query_settings={'optimize_on_insert': 0},
        post_hook=[
            "{{ delete_recomputed(
                ['person_id'], recomputed_persons()
            ) }}",
            "{{ record_completion() }}",
        ],
    )
}}

-- depends_on: {{ ref('int_affected_persons') }}

with

events as (

    select * from {{ ref('fct_events') }}
    where is_counted
        and person_id != {{ nil_uuid() }}
    {% if is_incremental() -%}
    and {{ of_affected_persons() }}
    {%- endif %}

),

person_days as (

    select
        project_id,
        person_id,
        event_date as activity_date,
        count() as event_count,
        uniqExact(session_id) as session_count,
        countIf(is_page_view) as page_view_count,
        {{ money('sum(events.revenue)') }} as revenue
    from events
    group by project_id, person_id, event_date

)

select
    *,
    toBool(
        activity_date
        = min(activity_date) over (partition by project_id, person_id)
    ) as is_new,
    {{ build_version() }} as version
from person_days
