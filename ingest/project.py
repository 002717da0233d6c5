"""What ingest has to know of a project to take its events."""

import msgspec

from ingest.tracking_plans import TrackingPlan


class EventLimits(msgspec.Struct, frozen=True, gc=False):
    """Sizes are of JSON as received, after decompression."""

    max_event_bytes: int = 32 * 1024
    max_batch_bytes: int = 500 * 1024
    max_batch_events: int = 2_500
    max_properties: int = 255
    max_depth: int = 8


class RateLimits(msgspec.Struct, frozen=True, gc=False):
    """None means that only backpressure limits; `burst_seconds` of allowance may be saved up, and
    a month is one of UTC."""

    tier: str = "unlimited"
    events_per_second: int | None = None
    bytes_per_second: int | None = None
    burst_seconds: int = 10
    monthly_events: int | None = None


class Project(msgspec.Struct, frozen=True, gc=False):
    project_id: str
    keep_ip: bool = False
    limits: EventLimits = EventLimits()
    rates: RateLimits = RateLimits()
    plan: TrackingPlan | None = None  # None also where the plan checks nothing
