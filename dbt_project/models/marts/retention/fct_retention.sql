{{ config(order_by='(project_id, mode, period, cohort_date, period_index)') }}

-- Every person has, for each period, the indexes of the buckets with activity and that
-- of the bucket which holds the present; cohorts add these up. A recurring cohort has the
-- same from each bucket with activity on.

{% set last_day = 30 %}
{% set last_week_or_month = 12 %}

with

activity as (

    select * from {{ ref('int_active_days') }}

),

projects as (

    select
        project_id,
        week_start,
        {{ local_today('utc_offsets') }} as today
    from {{ ref('int_projects') }}

),

starts as (

    select
        activity.project_id as project_id,
        activity.active_days as active_days,
        activity.active_dates as active_dates,
        projects.today as today,
        intDiv(
            dateDiff(
                'millisecond', activity.first_seen_at, {{ current_instant() }}
            ),
            24 * 60 * 60 * 1000
        ) as current_day,
        activity.active_dates[1] as first_date,
        first_date
        - (toDayOfWeek(first_date) + 7 - projects.week_start) % 7 as first_week,
        toStartOfMonth(first_date) as first_month,
        toRelativeMonthNum(first_date) as first_month_number
    from activity
    any left join projects on activity.project_id = projects.project_id

),

buckets as (

    select
        project_id,
        'calendar' as mode,
        arrayJoin([
            (
                'day',
                first_date,
                arrayMap(day -> toInt32(day - first_date), active_dates),
                toInt32(today - first_date)
            ),
            (
                'week',
                first_week,
                arrayMap(day -> toInt32(intDiv(day - first_week, 7)), active_dates),
                toInt32(intDiv(today - first_week, 7))
            ),
            (
                'month',
                first_month,
                arrayMap(
                    day -> toInt32(toRelativeMonthNum(day) - first_month_number),
                    active_dates
                ),
                toInt32(toRelativeMonthNum(today) - first_month_number)
            )
        ]) as bucket
    from starts

    union all

    select
        project_id,
        'rolling' as mode,
        arrayJoin([
            (
                'day',
                first_date,
                arrayMap(day -> toInt32(day), active_days),
                toInt32(current_day)
            ),
            (
                'week',
                first_week,
                arrayMap(day -> toInt32(intDiv(day, 7)), active_days),
                toInt32(intDiv(current_day, 7))
            ),
            (
                'month',
                first_month,
                arrayMap(day -> toInt32(intDiv(day, 30)), active_days),
                toInt32(intDiv(current_day, 30))
            )
        ]) as bucket
    from starts

),

first_activity as (

    select
        project_id,
        mode,
        bucket.1 as period,
        bucket.2 as cohort_date,
        bucket.3 as indexes,
        bucket.4 as current_index
    from buckets

),

any_activity as (

    select
        project_id,
        'recurring' as mode,
        period,
        arrayJoin(arrayDistinct(first_activity.indexes)) as skipped,
        multiIf(
            period = 'day',
            first_activity.cohort_date + skipped,
            period = 'week',
            first_activity.cohort_date + 7 * skipped,
            addMonths(first_activity.cohort_date, skipped)
        ) as cohort_date,
        arrayMap(
            index -> index - skipped,
            arrayFilter(index -> index >= skipped, first_activity.indexes)
        ) as indexes,
        first_activity.current_index - skipped as current_index
    from first_activity
    where first_activity.mode = 'calendar'

),

memberships as (

    select * from first_activity

    union all

    select
        project_id,
        mode,
        period,
        cohort_date,
        indexes,
        current_index
    from any_activity

),

persons as (

    select
        project_id,
        mode,
        period,
        cohort_date,
        if(period = 'day', {{ last_day }}, {{ last_week_or_month }}) as last_kept,
        arrayDistinct(
            arrayMap(index -> least(index, last_kept + 1), memberships.indexes)
        ) as indexes,
        current_index
    from memberships

),

-- Everybody is active in the first bucket, so that it counts the whole cohort.
activity_by_bucket as (

    select
        project_id,
        mode,
        period,
        cohort_date,
        arrayJoin(indexes) as index,
        any(last_kept) as last_kept,
        count() as active,
        countIf(index = arrayMax(indexes)) as last_active,
        min(current_index) as first_present,
        max(current_index) as last_present
    from persons
    group by project_id, mode, period, cohort_date, index

),

cohorts as (

    select
        project_id,
        mode,
        period,
        cohort_date,
        sumIf(active, index = 0) as cohort_size,
        groupArray((index, active, last_active)) as buckets_of_cohort,
        min(first_present) as complete_count,
        least(
            any(last_kept), greatest(max(index), max(last_present))
        ) as last_index
    from activity_by_bucket
    group by project_id, mode, period, cohort_date

)

select
    project_id,
    cohort_date,
    toLowCardinality(period) as period,
    toUInt8(arrayJoin(range(toUInt8(last_index + 1)))) as period_index,
    toLowCardinality(mode) as mode,
    cohort_size,
    arraySum(
        found -> if(found.1 = period_index, found.2, 0), buckets_of_cohort
    ) as retained,
    arraySum(
        found -> if(found.1 >= period_index, found.3, 0), buckets_of_cohort
    ) as retained_on_or_after,
    toBool(period_index < complete_count) as is_complete
from cohorts
