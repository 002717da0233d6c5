"""Say a semantic query in words, so that the reader sees how the question was understood."""

from ai_sql.countries import country_name
from ai_sql.dates import Period
from semantic_layer.catalogue import Catalogue
from semantic_layer.queries import Filter, MetricsQuery, Operator, Scalar, Unit

_OPERATORS = {
    Operator.EQ: "is",
    Operator.NEQ: "is not",
    Operator.IN: "is",
    Operator.NOT_IN: "is not",
    Operator.CONTAINS: "contains",
    Operator.NOT_CONTAINS: "does not contain",
    Operator.STARTS_WITH: "starts with",
}


def restate(query: MetricsQuery, period: Period, catalogue: Catalogue) -> str:
    """For example: Sessions by country where device is mobile, per week, May 2015."""
    metrics = " and ".join(catalogue.metrics[name].label for name in query.metrics)
    dimensions = [catalogue.dimensions[name].label.lower() for name in query.group_by]
    parts = [metrics + (f" by {' and '.join(dimensions)}" if dimensions else "")]
    if query.limit and query.limit < 100:
        is_top = not query.order_by or query.order_by[0].descending
        parts[0] += f", {'top' if is_top else 'bottom'} {query.limit}"
    parts += [f"where {condition(item, catalogue)}" for item in query.where]
    if query.time.grain:
        parts.append(f"per {query.time.grain}")
    parts.append(period.describe() + _open_end(period))
    if query.compare:
        parts.append("compared to the period before")
    return ", ".join(parts)


def _open_end(period: Period) -> str:
    if not period.last:
        return ""
    unit = period.last[1]
    return f" including {'today' if unit is Unit.DAY else f'the current {unit}'} so far"


def condition(item: Filter, catalogue: Catalogue) -> str:
    """A filter in words: country is Germany or France."""
    dimension = catalogue.dimensions.get(item.field)
    label = dimension.label.lower() if dimension else item.field
    values: list[Scalar | None] = [*item.value] if isinstance(item.value, list) else [item.value]
    shown = " or ".join(spoken(item.field, value) for value in values)
    return f"{label} {_OPERATORS.get(item.op, item.op.value)} {shown}"


def spoken(field: str, value: object) -> str:
    """A value as people say it: a country by name, a missing one as "(not set)"."""
    if value is None or value == "":
        return "(not set)"
    return country_name(str(value)) if field == "country" else str(value)
