{{ config(order_by='(project_id, device_id)') }}

-- A pair of ids is refused in the history of one device: of the id that was to be merged
-- or, if that is a placeholder, of the other one.

{% set has_history = history_of('fct_refused_merges') %}

with

-- Whatever changes the answer about a pair, shows a valid id of it.
seen as (

    select
        project_id,
        distinct_id,
        max(is_identified) = 1 and tupleElement(min(first_link), 3) != '' as is_linked_user
    from {{ ref('int_identity_links') }}
    where
        {{ 'true' if has_history else 'false' }}
        and (project_id, distinct_id) in (
            select
                project_id,
                distinct_id
            from {{ ref('int_identity_links') }}
            where {{ written_since_commit() }}
        )
    group by project_id, distinct_id

),

seen_ids as (

    select
        project_id,
        distinct_id
    from seen

),

placeholders as (

    select
        project_id,
        device_id
    from {{ ref('stg_events') }}
    where
        {{ in_load_window() if has_history else 'false' }}
        and device_id != ''
        and trimBoth(user_id) != ''
        and trimBoth(anonymous_id) != ''
        and (valid_user_id = '' or valid_anonymous_id = '')

),

aliases as (

    select
        project_id,
        arrayJoin(
            if(
                valid_previous_id != '',
                [valid_previous_id],
                [valid_user_id, valid_anonymous_id]
            )
        ) as device_id
    from {{ ref('int_identity_aliases') }}
    where
        (project_id, valid_previous_id) in seen_ids
        or (project_id, valid_user_id) in seen_ids
        or (project_id, valid_anonymous_id) in seen_ids

),

affected as (

    select
        project_id,
        distinct_id as device_id
    from seen
    where is_linked_user

    union distinct

    select * from placeholders

    union distinct

    select * from aliases

)

select * from affected
where device_id != ''
