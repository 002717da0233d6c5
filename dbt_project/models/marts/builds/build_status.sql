{{ config(materialized='view') }}

with

commits as (

    select
        max(version) as version,
        max(hi) as load_id
    from {{ ref('int_load_commits') }}

),

attempts as (

    select max(version) as version from {{ ref('int_load_windows') }}

)

select
    commits.version as version,
    commits.load_id as load_id,
    toBool(attempts.version != commits.version) as is_building
from commits
cross join attempts
