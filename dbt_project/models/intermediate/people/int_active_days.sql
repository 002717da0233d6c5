{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        engine='ReplacingMergeTree(version)',
        order_by='(project_id, person_id)',
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

{% set day_ms = 24 * 60 * 60 * 1000 %}

with

events as (

    select * from {{ ref('fct_events') }}
    where is_counted
        and person_id != {{ nil_uuid() }}
    {% if is_incremental() -%}
    and {{ of_affected_persons() }}
    {%- endif %}

),

persons as (

    select
        project_id,
        person_id,
        min(occurred_at) as first_seen_at,
        arraySort(groupUniqArray(event_date)) as active_dates,
        groupArray(occurred_at) as times
    from events
    group by project_id, person_id

)

select
    project_id,
    person_id,
    first_seen_at,
    active_dates,
    arraySort(
        arrayDistinct(
            arrayMap(
                occurred_at -> toUInt16(
                    intDiv(
                        dateDiff('millisecond', first_seen_at, occurred_at),
                        {{ day_ms }}
                    )
                ),
                times
            )
        )
    ) as active_days,
    {{ build_version() }} as version
from persons
