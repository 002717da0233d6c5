"""Broken rules of the tracking plan and names that it does not know, counted."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from dashboard_api.event_quality.periods import Period, from_clickhouse
from semantic_layer.clickhouse import ClickHouse
from semantic_layer.limits import LIMITS
from semantic_layer.project import Role

# Of an attempt to replay: it repeats what the first rejection said.
IS_REPLAY = """match(payload, '"(?:replay":\\\\{"of|\\\\$replay_of)":"[0-9]+-[0-9]+-[0-9]+"')"""

VIOLATIONS = f"""
SELECT
    event_name, violation, outcome, count() AS events, min(received_at) AS first_seen,
    max(received_at) AS last_seen, groupArray(3)(sample_id) AS sample_ids,
    argMax(content, received_at) AS sample
FROM
(
    SELECT
        event_name, arrayJoin(violations) AS violation, 'stored' AS outcome, received_at,
        toString(event_id) AS sample_id, leftUTF8(properties, 2000) AS content
    FROM analytics.plan_violations
    WHERE project_id = {{project:String}}
        AND received_at >= {{since:DateTime64(3, 'UTC')}}
        AND received_at < {{until:DateTime64(3, 'UTC')}}
    UNION ALL
    SELECT
        if(JSONExtractString(payload, 'event') != '', JSONExtractString(payload, 'event'),
            JSONExtractString(payload, 'type')) AS event_name,
        arrayJoin(splitByString('; ', replaceRegexpOne(reason, ' and [0-9]+ more$', '')))
            AS violation,
        'rejected' AS outcome, received_at, rejected_id AS sample_id,
        leftUTF8(payload, 2000) AS content
    FROM analytics.rejected_events
    WHERE project_id = {{project:String}} AND code = 'plan_violation'
        AND received_at >= {{since:DateTime64(3, 'UTC')}}
        AND received_at < {{until:DateTime64(3, 'UTC')}}
        AND NOT {IS_REPLAY}
)
WHERE violation != 'unknown_event' AND ({{event:String}} = '' OR event_name = {{event:String}})
GROUP BY event_name, violation, outcome
ORDER BY events DESC, event_name, violation, outcome
LIMIT {{limit:UInt32}}
"""  # noqa: S608 - the only thing put in is a constant

UNKNOWN = f"""
SELECT
    event_name, countIf(outcome = 'stored') AS stored, countIf(outcome = 'rejected') AS rejected,
    min(received_at) AS first_seen, max(received_at) AS last_seen,
    groupArray(3)(sample_id) AS sample_ids, argMax(content, received_at) AS sample
FROM
(
    SELECT
        event_name, 'stored' AS outcome, received_at, toString(event_id) AS sample_id,
        leftUTF8(properties, 2000) AS content
    FROM analytics.plan_violations
    WHERE project_id = {{project:String}} AND has(violations, 'unknown_event')
        AND received_at >= {{since:DateTime64(3, 'UTC')}}
        AND received_at < {{until:DateTime64(3, 'UTC')}}
    UNION ALL
    SELECT
        JSONExtractString(payload, 'event') AS event_name, 'rejected' AS outcome, received_at,
        rejected_id AS sample_id, leftUTF8(payload, 2000) AS content
    FROM analytics.rejected_events
    WHERE project_id = {{project:String}} AND code = 'unknown_event'
        AND received_at >= {{since:DateTime64(3, 'UTC')}}
        AND received_at < {{until:DateTime64(3, 'UTC')}}
        AND NOT {IS_REPLAY}
)
GROUP BY event_name
ORDER BY stored + rejected DESC, event_name
LIMIT {{limit:UInt32}}
"""  # noqa: S608


class Violation(BaseModel):
    event_name: str = Field(examples=["order_completed"])
    violation: str = Field(examples=["properties.revenue: type number"])
    outcome: str = Field(description="`stored` (mode warn) or `rejected` (mode enforce)")
    events: int
    first_seen: datetime
    last_seen: datetime
    sample_ids: list[str] = Field(description="Ids of events, or of rejected events")
    sample: str = Field(description="Properties, or the payload if it was rejected; 2,000 letters")


class UnknownEvent(BaseModel):
    event_name: str
    stored: int
    rejected: int
    first_seen: datetime
    last_seen: datetime
    sample_ids: list[str]
    sample: str


async def violations(
    warehouse: ClickHouse, project_id: str, period: Period, *, event: str = "", limit: int = 100
) -> list[Violation]:
    """Broken rules by event, the most frequent first."""
    values = {"project": project_id, "event": event, "limit": str(limit), **period.values}
    return [Violation(**row) for row in await named_rows(warehouse, VIOLATIONS, values)]


async def unknown_events(
    warehouse: ClickHouse,
    project_id: str,
    period: Period,
    *,
    documented: set[str],
    limit: int = 100,
) -> list[UnknownEvent]:
    """Names that the plan did not know when they came, without those that it knows by now."""
    values = {"project": project_id, "limit": str(limit + len(documented)), **period.values}
    found = [UnknownEvent(**row) for row in await named_rows(warehouse, UNKNOWN, values)]
    return [event for event in found if event.event_name not in documented][:limit]


async def named_rows(
    warehouse: ClickHouse, sql: str, values: Mapping[str, str]
) -> list[dict[str, Any]]:
    found = await warehouse.read(sql, values, LIMITS[Role.ANALYST])
    times = {
        name for name, kind in zip(found.names, found.types, strict=True) if "DateTime" in kind
    }
    return [
        {
            name: from_clickhouse(value) if name in times else value
            for name, value in zip(found.names, row, strict=True)
        }
        for row in found.rows
    ]
