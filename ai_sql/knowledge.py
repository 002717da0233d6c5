"""The values that a project's data holds, so that "Germany" or "Chrome" is known as a filter."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from ai_sql.countries import spoken_names
from ai_sql.lexicon import Lexicon, lexicon_of
from ai_sql.text import phrase
from semantic_layer.catalogue import Catalogue
from semantic_layer.layer import SemanticLayer
from semantic_layer.project import ProjectContext, Role

EVENTS = "fct_events"
# Enough for every country and event name; a rarer value can be quoted.
VALUES_PER_DIMENSION = 300
LONGEST_VALUE = 80
# Values change slowly: a new event name is known at the latest this long after its first event.
REFRESH_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Knowledge:
    """The words that may be used about a project, and the local days that hold its data."""

    lexicon: Lexicon
    first_day: date | None = None
    last_day: date | None = None


class KnowledgeCache:
    """What is known about each project, read again after `REFRESH_SECONDS`."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], tuple[float, Knowledge]] = {}

    async def of(self, project: ProjectContext, layer: SemanticLayer) -> Knowledge:
        """At most a minute old; a changed catalogue is read at once."""
        key = (project.project_id, layer.catalogue.manifest_hash)
        entry = self._known.get(key)
        if entry is None or time.monotonic() - entry[0] >= REFRESH_SECONDS:
            entry = (time.monotonic(), await _read(project, layer))
            self._known[key] = entry
        return entry[1]


async def _read(project: ProjectContext, layer: SemanticLayer) -> Knowledge:
    dimensions = _dimensions(layer.catalogue)
    arrays = ", ".join(f"topK({VALUES_PER_DIMENSION})({name})" for name in dimensions)
    # Only names out of the catalogue go into the text.
    sql = f"SELECT count(), min(event_date), max(event_date), {arrays} FROM {EVENTS}"  # noqa: S608
    result = await layer.run_sql(sql, project, Role.ANALYST)
    count, first, last, *found = result.rows[0]
    values = [
        (dimension, value, spoken)
        for dimension, held in zip(dimensions, found, strict=True)
        for value in held
        for spoken in spoken_forms(dimension, value)
    ]
    lexicon = lexicon_of(layer.catalogue, values)
    return Knowledge(lexicon, _day(first), _day(last)) if count else Knowledge(lexicon)


def _dimensions(catalogue: Catalogue) -> list[str]:
    """Dimensions that are text columns of the events; a path is known by its slash."""
    columns = catalogue.models[EVENTS].columns
    metric = catalogue.metrics["events"]
    return [
        name
        for name in metric.dimensions
        if name in columns and name != "path" and catalogue.dimensions[name].type == "string"
    ]


def spoken_forms(dimension: str, value: object) -> Iterator[str]:
    """What a value may be called in a question; nothing for what nobody would type."""
    text = str(value or "")
    if not text or len(text) > LONGEST_VALUE:
        return
    if dimension == "country":
        yield from spoken_names(text)
        return
    yield text
    words = phrase(text)
    if dimension == "event_name" and len(words) == 2:
        yield f"{words[1]} {words[0]}"  # "cancelled orders" are order_cancelled


def _day(value: object) -> date:
    return date.fromisoformat(str(value)[:10])
