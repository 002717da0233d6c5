"""Which table answers a metric: the smallest one that has the same figure for the query."""

from collections.abc import Sequence

from semantic_layer.catalogue import Metric
from semantic_layer.periods import Period
from semantic_layer.queries import Unit


def cheapest(metric: Metric, fields: Sequence[str], grain: Unit | None, period: Period) -> Metric:
    """The first rollup of the metric that fits, else the metric itself.

    `fields` are what the query groups by and filters on.
    """
    fitting = (each for each in metric.rollups if _fits(each, fields, grain, period))
    return next(fitting, metric)


def _fits(rollup: Metric, fields: Sequence[str], grain: Unit | None, period: Period) -> bool:
    """Whether it keeps all fields, buckets as fine as the grain, and the ends of the period."""
    home = rollup.home
    if home is None or any(name not in rollup.sources for name in fields):
        return False
    if grain is not None and grain not in rollup.grains:
        return False
    if not rollup.is_additive and grain is not home.grain:
        return False
    return home.grain is Unit.HOUR or period.is_whole_days
