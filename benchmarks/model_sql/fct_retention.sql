-- Every person adds one to the buckets with activity and to the last of them; of recurring cohorts, from each one on.
WITH
    zones AS
    (
        SELECT
            project_id AS project,
            week_start,
            toDate(present + toIntervalSecond(arrayLast(change -> change.1 <= present, utc_offsets).2)) AS today
        FROM intermediate.int_projects
    ),
    persons AS
    (
        SELECT
            project_id,
            active_dates[1] AS first_day,
            first_day - (toDayOfWeek(first_day) + 7 - week_start) % 7 AS first_week,
            toStartOfMonth(first_day) AS first_month,
            intDiv(dateDiff('millisecond', first_seen_at, present), 24 * 60 * 60 * 1000) AS age,
            toRelativeMonthNum(first_day) AS month,
            arrayJoin(
                [
                    ('calendar', 'day', first_day, arrayMap(day -> toInt32(day - first_day), active_dates),
                        toInt32(today - first_day)),
                    ('calendar', 'week', first_week, arrayMap(day -> toInt32(intDiv(day - first_week, 7)), active_dates),
                        toInt32(intDiv(today - first_week, 7))),
                    ('calendar', 'month', first_month,
                        arrayMap(day -> toInt32(toRelativeMonthNum(day) - month), active_dates),
                        toInt32(toRelativeMonthNum(today) - month)),
                    ('rolling', 'day', first_day, arrayMap(day -> toInt32(day), active_days), toInt32(age)),
                    ('rolling', 'week', first_week, arrayMap(day -> toInt32(intDiv(day, 7)), active_days),
                        toInt32(intDiv(age, 7))),
                    ('rolling', 'month', first_month, arrayMap(day -> toInt32(intDiv(day, 30)), active_days),
                        toInt32(intDiv(age, 30)))
                ]
            ) AS bucket
        FROM intermediate.int_active_days
        LEFT ANY JOIN zones ON project_id = project
    ),
    members AS
    (
        SELECT
            project_id,
            arrayJoin(
                if(
                    bucket.1 = 'rolling',
                    [('rolling', toInt32(0))],
                    arrayConcat(
                        [('calendar', toInt32(0))],
                        arrayMap(skipped -> ('recurring', skipped), arrayDistinct(bucket.4))
                    )
                )
            ) AS membership,
            membership.1 AS mode,
            membership.2 AS skipped,
            bucket.2 AS period,
            multiIf(
                period = 'month', addMonths(bucket.3, skipped), period = 'week', bucket.3 + 7 * skipped, bucket.3 + skipped
            ) AS cohort_date,
            if(period = 'day', 30, 12) AS last_kept,
            bucket.5 - skipped AS present_index,
            arrayFilter(index -> index >= 0 AND index <= last_kept, arrayMap(index -> index - skipped, bucket.4)) AS near,
            arrayDistinct(near) AS active,
            least(bucket.4[-1] - skipped, last_kept) AS last_active
        FROM persons
    ),
    cohorts AS
    (
        SELECT
            project_id,
            mode,
            period,
            cohort_date,
            count() AS cohort_size,
            sumMap(active, arrayMap(_ -> 1, active)) AS by_active,
            sumMap([last_active], [1]) AS by_last,
            min(present_index) AS complete,
            least(any(last_kept), greatest(max(last_active), max(present_index))) AS last_index
        FROM members
        GROUP BY project_id, mode, period, cohort_date
    )
SELECT
    project_id,
    mode,
    period,
    cohort_date,
    cohort_size,
    arrayJoin(range(toUInt32(last_index + 1))) AS period_index,
    by_active.2[indexOf(by_active.1, period_index)] AS retained,
    arraySum((persons, index) -> if(index >= period_index, persons, 0), by_last.2, by_last.1) AS retained_on_or_after,
    period_index < complete AS is_complete
FROM cohorts
