{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        order_by='version',
    )
}}

-- lo goes back to the start of the oldest attempt that was never committed: a full
-- refresh that died half-way is taken up from load 0.

{% set commits = history_of('int_load_commits', 'intermediate') %}

with

committed as (

    {% if is_incremental() and commits %}
    select
        max(hi) as hi,
        max(version) as version
    from {{ commits }}
    {% else %}
    select
        toUInt64(0) as hi,
        toUInt64(0) as version
    {% endif %}

),

uncommitted as (

    {% if is_incremental() %}
    select
        count() as attempts,
        min(lo) as lo
    from {{ this }}
    where version > (select version from committed)
    {% else %}
    select
        toUInt64(0) as attempts,
        toUInt64(0) as lo
    {% endif %}

),

loaded as (

    select max(load_id) as hi from {{ source('raw', 'events') }}

)

select
    {{ build_version() }} as version,
    committed.version as committed_version,
    committed.hi as committed_hi,
    if(uncommitted.attempts > 0, least(committed.hi, uncommitted.lo), committed.hi)
        as lo,
    greatest(loaded.hi, committed.hi) as hi,
    now64(3, 'UTC') as started_at
from committed
cross join uncommitted
cross join loaded
