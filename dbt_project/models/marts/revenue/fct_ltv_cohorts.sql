{{ config(order_by='(project_id, cohort_month, currency, month_index)') }}

-- Months as maps and arrays of one row per cohort and currency: a spine of months with joins
-- and windows would read the payments and people several times.

with

projects as (

    select * from {{ ref('int_projects') }}

),

persons as (

    select
        project_id,
        person_id,
        toStartOfMonth(first_seen_date) as cohort_month
    from {{ ref('dim_persons') }}

),

cohorts as (

    select
        project_id,
        cohort_month,
        count() as cohort_size
    from persons
    group by project_id, cohort_month

),

spans as (

    select
        project_id,
        max(activity_date) as last_date
    from {{ ref('fct_person_days') }}
    group by project_id

),

events as (

    select
        events.*,
        projects.default_currency as default_currency
    from {{ ref('fct_events') }} as events
    any left join projects on events.project_id = projects.project_id
    where
        events.is_counted
        and (events.is_order or events.is_refund)
        and events.person_id != {{ nil_uuid() }}

),

payments as (

    select
        project_id,
        person_id,
        currency,
        sumMap(map(toStartOfMonth(event_date), toDecimal128(revenue, 4)))
            as net_revenue,
        minIf(toStartOfMonth(event_date), revenue > 0) as first_paid_month,
        countIf(revenue > 0) > 0 as has_paid
    from events
    where {{ in_list('currency', 'currencies') }} or currency = default_currency
    group by project_id, person_id, currency

),

cohort_payments as (

    select
        payments.project_id as project_id,
        persons.cohort_month as cohort_month,
        payments.currency as currency,
        payments.net_revenue as net_revenue,
        map(payments.first_paid_month, toUInt64(payments.has_paid)) as new_payers
    from payments
    inner join persons on payments.person_id = persons.person_id

    union all

    select
        cohorts.project_id as project_id,
        cohorts.cohort_month as cohort_month,
        toLowCardinality(projects.default_currency) as currency,
        map(cohorts.cohort_month, toDecimal128(0, 4)) as net_revenue,
        map(cohorts.cohort_month, toUInt64(0)) as new_payers
    from cohorts
    any left join projects on cohorts.project_id = projects.project_id

),

totals as (

    select
        project_id,
        cohort_month,
        currency,
        sumMap(net_revenue) as net_revenue,
        sumMap(new_payers) as new_payers
    from cohort_payments
    group by project_id, cohort_month, currency

),

months as (

    select
        totals.project_id as project_id,
        totals.cohort_month as cohort_month,
        totals.currency as currency,
        cohorts.cohort_size as cohort_size,
        {{ local_today('projects.utc_offsets') }} as today,
        arrayMap(
            month_index -> addMonths(totals.cohort_month, month_index),
            range(
                toUInt32(
                    dateDiff('month', totals.cohort_month, spans.last_date) + 1
                )
            )
        ) as starts,
        arrayMap(start -> totals.net_revenue[start], starts) as amounts,
        arrayJoin(
            arrayZip(
                starts,
                amounts,
                arrayCumSum(amounts),
                arrayCumSum(start -> totals.new_payers[start], starts)
            )
        ) as figures
    from totals
    inner join cohorts
        on totals.project_id = cohorts.project_id
            and totals.cohort_month = cohorts.cohort_month
    inner join spans on totals.project_id = spans.project_id
    any left join projects on totals.project_id = projects.project_id

)

select
    project_id,
    cohort_month,
    currency,
    toUInt16(dateDiff('month', cohort_month, figures.1)) as month_index,
    cohort_size,
    figures.4 as paying_persons,
    {{ money('figures.2') }} as net_revenue,
    {{ money('figures.3') }} as cumulative_net_revenue,
    assumeNotNull(
        {{ money_per('cumulative_net_revenue', 'cohort_size') }}
    ) as net_revenue_per_person,
    toBool(addMonths(figures.1, 1) <= today) as is_complete
from months
