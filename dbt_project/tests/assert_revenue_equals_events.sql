-- fct_revenue_daily adds up to the orders and refunds of fct_events, currency by currency. A
-- sum of either side may have been held at the most that money can be.

with

daily as (

    select
        project_id,
        currency,
        sum(net_revenue) as net_revenue,
        sum(order_count + refund_count) as payment_count
    from {{ ref('fct_revenue_daily') }}
    group by project_id, currency

),

events as (

    select
        project_id,
        currency,
        sum(revenue) as net_revenue,
        count() as payment_count
    from {{ ref('fct_events') }}
    where is_counted and (is_order or is_refund)
    group by project_id, currency

)

select
    events.project_id as project_id,
    events.currency as currency,
    events.net_revenue as expected_revenue,
    daily.net_revenue as found_revenue
from events
full join daily
    on events.project_id = daily.project_id
        and events.currency = daily.currency
where
    events.payment_count != daily.payment_count
    or (
        events.net_revenue != daily.net_revenue
        and abs(events.net_revenue) < toDecimal128('99999999999999', 4)
    )
