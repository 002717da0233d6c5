{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        engine='ReplacingMergeTree(version)',
        order_by='(load_id, project_id, distinct_id, old_person_id)',
    )
}}

-- Written before dim_identities, so that a build that dies in between finds the change
-- in this log although the next one sees no difference any more.

{% set identities = history_of('dim_identities') if is_incremental() else none %}

with

resolved as (

    select * from {{ ref('int_identities_resolved') }}

),

known as (

    {% if identities %}
    select
        project_id,
        distinct_id,
        argMax(person_id, version) as person_id
    from {{ identities }}
    where
        (project_id, distinct_id) in (
            select
                project_id,
                distinct_id
            from resolved
        )
    group by project_id, distinct_id
    {% else %}
    select
        project_id,
        distinct_id,
        person_id
    from resolved
    where false
    {% endif %}

)

select
    resolved.project_id as project_id,
    resolved.distinct_id as distinct_id,
    known.person_id as old_person_id,
    resolved.person_id as new_person_id,
    {{ window_value('hi') }} as load_id,
    {{ build_version() }} as version
from resolved
inner join known
    on resolved.project_id = known.project_id
        and resolved.distinct_id = known.distinct_id
where resolved.person_id != known.person_id
