{{ config(materialized='view') }}

with

projects as (

    select project_id from {{ ref('int_projects') }}

),

results as (

    select * from {{ source('ops', 'quality_results') }}

),

-- A step that is tried again checks again: its last outcome counts. Looked for in the few
-- runs with such a step only, so that a reader of some days need not sort a year.
retried as (

    select run_id from results
    where project_id = ''
    group by run_id
    having count() > uniqExact(asset, check_name)

),

superseded as (

    select
        run_id,
        asset,
        check_name,
        arrayJoin(arraySlice(arraySort(groupUniqArray(checked_at)), 1, -1))
            as checked_at
    from results
    where run_id in (select run_id from retried)
    group by run_id, asset, check_name

),

-- No outer join: readers differ in what they want of its missing rows.
evaluations as (

    select
        run_id,
        asset,
        check_name,
        checked_at,
        anyIf(
            (suite, source, severity, is_by_project, description),
            project_id = ''
        ) as told,
        anyIf((passed, unexpected_count, observed), project_id = '') as overall,
        mapFromArrays(
            groupArrayIf(project_id, project_id != ''),
            groupArrayIf(unexpected_count, project_id != '')
        ) as findings
    from results
    where
        (run_id, asset, check_name, checked_at) not in (
            select
                run_id,
                asset,
                check_name,
                checked_at
            from superseded
        )
    group by run_id, asset, check_name, checked_at

)

select
    toLowCardinality(projects.project_id) as project_id,
    toLowCardinality(told.1) as suite,
    evaluations.check_name as expectation,
    evaluations.run_id as run_id,
    evaluations.asset as asset,
    toLowCardinality(told.2) as source,
    toLowCardinality(told.3) as severity,
    told.4 as is_by_project,
    evaluations.checked_at as checked_at,
    toLowCardinality(told.5) as description,
    toBool(
        if(
            is_by_project,
            not mapContains(findings, projects.project_id),
            overall.1
        )
    ) as has_passed,
    if(is_by_project, findings[projects.project_id], overall.2) as unexpected_count,
    -- What was found over all projects is nothing for one of them to see.
    if(is_by_project, '', overall.3) as observed
from evaluations
cross join projects
