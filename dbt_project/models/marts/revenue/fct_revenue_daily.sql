{{ config(order_by='(project_id, revenue_date, currency)') }}

-- A table, not cells: only orders and refunds are read in full, so that a build of it costs
-- less than finding out which days have changed.

with

payments as (

    select * from {{ ref('fct_events') }}
    where is_counted and (is_order or is_refund)

),

daily as (

    select
        project_id,
        event_date as revenue_date,
        currency,
        sumIf(payments.revenue, is_order) as taken,
        sumIf(-payments.revenue, is_refund) as returned,
        countIf(is_order) as order_count,
        countIf(is_refund) as refund_count,
        uniqExactIf(
            person_id, payments.revenue > 0 and person_id != {{ nil_uuid() }}
        ) as paying_persons
    from payments
    group by project_id, event_date, currency

)

select
    project_id,
    revenue_date,
    currency,
    cast({{ in_list('currency', 'currencies') }}, 'Bool') as is_known_currency,
    {{ money('taken') }} as revenue,
    {{ money('returned') }} as refunds,
    {{ money('taken - returned') }} as net_revenue,
    order_count,
    refund_count,
    {{ money_per('revenue', 'order_count') }} as average_order_value,
    paying_persons
from daily
