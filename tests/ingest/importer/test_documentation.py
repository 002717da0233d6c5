"""The mapping reference names everything there is, and its examples can be used."""

import re
from pathlib import Path

import pytest

from ingest.importer import mapping_file
from ingest.importer.expressions.aggregates import AGGREGATES
from ingest.importer.expressions.functions import FUNCTIONS
from ingest.importer.mapping import compile_mapping
from ingest.importer.mapping_file import CSV_SETTINGS, OBJECT_FIELDS, SCALAR_FIELDS, SETTINGS
from ingest.importer.sources import FlatColumns
from ingest.importer.sources.combined_log import COLUMNS

ROOT = Path(__file__).resolve().parents[3]
REFERENCE = (ROOT / "docs/reference/import-mapping.md").read_text()
WEB_LOGS = (ROOT / "docs/how-to/import-web-logs.md").read_text()


@pytest.mark.parametrize("name", [*FUNCTIONS, *AGGREGATES, "column"])
def test_every_function_is_documented(name: str) -> None:
    assert f"`{name}(" in REFERENCE


def test_no_function_is_documented_that_does_not_exist() -> None:
    tables = "\n".join(line for line in REFERENCE.splitlines() if line.startswith("| `"))
    named = set(re.findall(r"`(\w+)\(", tables))
    assert named <= {*FUNCTIONS, *AGGREGATES, "column"}


@pytest.mark.parametrize("name", [*SETTINGS, *SCALAR_FIELDS, *OBJECT_FIELDS, *CSV_SETTINGS])
def test_every_member_is_documented(name: str) -> None:
    assert f"`{name}`" in REFERENCE


@pytest.mark.parametrize("name", COLUMNS)
def test_every_column_of_a_log_is_documented(name: str) -> None:
    assert f"`{name}`" in WEB_LOGS


def test_the_mapping_of_the_web_log_page_compiles() -> None:
    (text,) = re.findall(r"```yaml\n(.*?)```", WEB_LOGS, re.DOTALL)
    mapping = compile_mapping(mapping_file.parse("pages.yml", text), FlatColumns(COLUMNS))
    assert mapping.skip is not None


def test_the_first_mapping_of_the_reference_compiles() -> None:
    text = re.findall(r"```yaml\n(.*?)```", REFERENCE, re.DOTALL)[0]
    columns = FlatColumns(["paid_at", "customer_id", "quantity", "unit_price"])
    assert compile_mapping(mapping_file.parse("orders.yml", text), columns).grouping is None
