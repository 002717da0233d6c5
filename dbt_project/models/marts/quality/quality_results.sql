{{ config(materialized='view') }}

with

projects as (

    select project_id from {{ ref('int_projects') }}

),

results as (

    select * from {{ source('ops', 'quality_results') }}

),

-- A step that is tried again checks again: its last outcome counts.
evaluations as (

    select * from results
    where project_id = ''
    order by checked_at desc
    limit 1 by run_id, asset, check_name

),

findings as (

    select * from results
    where project_id != ''

),

combined as (

    select
        projects.project_id as project_id,
        evaluations.suite as suite,
        evaluations.check_name as expectation,
        evaluations.run_id as run_id,
        evaluations.asset as asset,
        evaluations.source as source,
        evaluations.severity as severity,
        evaluations.is_by_project as is_by_project,
        evaluations.checked_at as checked_at,
        evaluations.description as description,
        if(is_by_project, findings.run_id = '', evaluations.passed) as has_passed,
        if(
            is_by_project,
            findings.unexpected_count,
            evaluations.unexpected_count
        ) as unexpected_count,
        -- What was found over all projects is nothing for one of them to see.
        if(is_by_project, '', evaluations.observed) as observed
    from evaluations
    cross join projects
    left join findings
        on projects.project_id = findings.project_id
            and evaluations.run_id = findings.run_id
            and evaluations.asset = findings.asset
            and evaluations.check_name = findings.check_name
            and evaluations.checked_at = findings.checked_at

)

select
    toLowCardinality(project_id) as project_id,
    suite,
    expectation,
    run_id,
    asset,
    source,
    severity,
    is_by_project,
    checked_at,
    description,
    toBool(has_passed) as has_passed,
    unexpected_count,
    observed
from combined
