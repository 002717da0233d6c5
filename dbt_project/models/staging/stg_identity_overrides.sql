with

overrides as (

    select * from {{ source('raw', 'identity_overrides') }}
    order by version desc
    limit 1 by project_id, distinct_id

),

checked as (

    select
        project_id,
        distinct_id,
        action as sent_action,
        {{ valid_distinct_id('user_id') }} as valid_user_id,
        at as decided_at,
        toBool(
            {{ valid_distinct_id('distinct_id') }} != ''
            and (
                sent_action = 'split'
                or (
                    sent_action = 'merge'
                    and valid_user_id != ''
                    and valid_user_id != distinct_id
                )
            )
        ) as is_valid
    from overrides

)

select
    project_id,
    distinct_id,
    if(is_valid, sent_action, 'none') as action,
    if(is_valid and sent_action = 'merge', valid_user_id, '') as user_id,
    decided_at,
    is_valid
from checked
