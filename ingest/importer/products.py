"""The products whose exports can be read without a mapping."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from ingest.importer.formats import amplitude, mixpanel, posthog, segment
from ingest.importer.formats.event import ImportedEvent
from ingest.importer.input_file import InputFile
from ingest.importer.sources.json_records import (
    RawRecord,
    csv_records,
    json_records,
    looks_like_csv,
)

Reader = Callable[[bytes], ImportedEvent]


@dataclass(frozen=True)
class Product:
    """`json_columns`: what a CSV of this product holds as JSON; None if it exports no CSV."""

    reader: Callable[[ZoneInfo | None], Reader]
    json_columns: frozenset[str] | None = None

    def records(self, file: InputFile) -> Iterator[RawRecord]:
        if self.json_columns is not None and looks_like_csv(file):
            return csv_records(file, self.json_columns)
        return json_records(file)


PRODUCTS: dict[str, Product] = {
    "segment": Product(lambda _: segment.to_event, frozenset()),
    "posthog": Product(lambda _: posthog.to_event, posthog.JSON_COLUMNS),
    "mixpanel": Product(mixpanel.reader),
    "amplitude": Product(lambda _: amplitude.to_event),
}
