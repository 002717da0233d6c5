with

offsets as (

    select * from {{ source('raw', 'time_zone_offsets') }}

)

select
    zone as time_zone,
    valid_from,
    offset_seconds
from offsets
