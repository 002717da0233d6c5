-- The sessions and orders of all campaigns together are those of fct_sessions.

with

campaigns as (

    select
        project_id,
        sum(session_count) as session_count,
        sum(order_count) as order_count
    from {{ ref('fct_campaigns_daily') }}
    group by project_id

),

sessions as (

    select
        project_id,
        count() as session_count,
        sum(order_count) as order_count
    from {{ ref('fct_sessions') }}
    group by project_id

)

select
    sessions.project_id as project_id,
    sessions.session_count as expected_sessions,
    campaigns.session_count as found_sessions,
    sessions.order_count as expected_orders,
    campaigns.order_count as found_orders
from sessions
full join campaigns on sessions.project_id = campaigns.project_id
where
    sessions.session_count != campaigns.session_count
    or sessions.order_count != campaigns.order_count
