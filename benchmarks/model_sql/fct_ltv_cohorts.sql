-- Known currencies are those that fct_revenue_daily tells, so that their list stands once.
WITH
    months AS
    (
        SELECT
            project_id AS project,
            default_currency,
            toDate(present + toIntervalSecond(arrayLast(change -> change.1 <= present, utc_offsets).2)) AS today
        FROM intermediate.int_projects
    ),
    persons AS
    (
        SELECT person_id AS person, toStartOfMonth(first_seen_date) AS cohort_month FROM analytics.dim_persons
    ),
    cohorts AS
    (
        SELECT project_id, toStartOfMonth(first_seen_date) AS cohort_month, count() AS cohort_size
        FROM analytics.dim_persons
        GROUP BY project_id, cohort_month
    ),
    payers AS
    (
        SELECT
            project_id,
            person_id,
            currency,
            minIf(toStartOfMonth(event_date), revenue > 0) AS first_paid,
            sumMap(map(toStartOfMonth(event_date), toDecimal128(revenue, 4))) AS paid
        FROM analytics.fct_events
        WHERE is_counted AND (is_order OR is_refund) AND person_id != toUUID('00000000-0000-0000-0000-000000000000')
            AND (
                currency IN (SELECT currency FROM analytics.fct_revenue_daily WHERE is_known_currency)
                OR (project_id, currency) IN (SELECT project_id, default_currency FROM intermediate.int_projects)
            )
        GROUP BY project_id, person_id, currency
    ),
    totals AS
    (
        SELECT
            project_id,
            cohort_month,
            currency,
            sumMap(paid) AS paid,
            sumMap(map(first_paid, toUInt64(first_paid > toDate(0)))) AS new_payers
        FROM
        (
            SELECT project_id, cohort_month, currency, paid, first_paid
            FROM payers
            INNER JOIN persons ON person_id = person
            UNION ALL
            SELECT project_id, cohort_month, default_currency, map(cohort_month, toDecimal128(0, 4)), toDate(0)
            FROM cohorts
            INNER JOIN months ON project_id = project
        )
        GROUP BY project_id, cohort_month, currency
    ),
    spans AS (SELECT project_id, max(activity_date) AS last_date FROM analytics.fct_person_days GROUP BY project_id),
    monthly AS
    (
        SELECT
            totals.project_id AS project_id,
            totals.cohort_month AS cohort_month,
            currency,
            cohort_size,
            today,
            arrayJoin(range(toUInt32(dateDiff('month', cohort_month, last_date) + 1))) AS month_index,
            addMonths(cohort_month, month_index) AS month,
            paid[month] AS amount,
            sum(amount) OVER cohort AS amount_so_far,
            sum(new_payers[month]) OVER cohort AS paying_persons
        FROM totals
        INNER JOIN cohorts ON totals.project_id = cohorts.project_id AND totals.cohort_month = cohorts.cohort_month
        INNER JOIN spans ON totals.project_id = spans.project_id
        INNER JOIN months ON totals.project_id = months.project
        WINDOW cohort AS (PARTITION BY project_id, cohort_month, currency ORDER BY month_index)
    ),
    toDecimal128('99999999999999.9999', 4) AS most
SELECT
    project_id,
    cohort_month,
    currency,
    month_index,
    cohort_size,
    paying_persons,
    toDecimal64(greatest(least(amount, most), -most), 4) AS net_revenue,
    toDecimal64(greatest(least(amount_so_far, most), -most), 4) AS cumulative_net_revenue,
    round(toDecimal128(cumulative_net_revenue, 8) / toInt64(cohort_size), 4) AS net_revenue_per_person,
    addMonths(month, 1) <= today AS is_complete
FROM monthly
