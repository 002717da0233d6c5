{{ config(order_by='(project_id, person_id)') }}

-- Rows of fct_events that this build, or one that died since the last committed build,
-- has written, plus whom ids belong to that it resolved, which may have no events of
-- their own, and whom the moved ones belonged to before.

{% set has_history = history_of('fct_person_days') or history_of('dim_persons') %}

with

written as (

    select
        project_id,
        person_id
    from {{ ref('fct_events') }}
    where {{ written_since_commit() if has_history else 'false' }}

),

resolved as (

    select
        project_id,
        person_id
    from {{ ref('dim_identities') }}
    where {{ written_since_commit() if has_history else 'false' }}

),

moved as (

    select
        project_id,
        old_person_id as person_id
    from {{ ref('int_identity_changes') }}
    where {{ written_since_commit() }}

),

affected as (

    select * from written

    union distinct

    select * from resolved

    union distinct

    select * from moved

)

select * from affected
where person_id != {{ nil_uuid() }}
