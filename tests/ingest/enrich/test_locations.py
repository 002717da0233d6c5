"""Where an address is: by the user's own database, else the country by its registry."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ingest.enrich import locations
from ingest.enrich.context import Sender, take_device
from ingest.enrich.countries import country_of
from ingest.enrich.locations import DatabaseError, Location, location_of
from tests.ingest.enrich import mmdb

COLOGNE = mmdb.city("DE", "North Rhine-Westphalia", "Cologne")
PARIS = mmdb.city("FR", "Île-de-France", "Paris")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Path]:
    networks: dict[str, Any] = {
        "8.8.8.0/24": COLOGNE,
        "2a00:1450::/32": PARIS,
        "203.0.113.0/24": {"country": {"iso_code": "JP"}},
        "198.51.100.0/24": {"country": "odd", "city": ["odd"], "subdivisions": {}},
    }
    path = mmdb.write(tmp_path / "city.mmdb", networks)
    locations.use(path)
    yield path
    locations.use(None)


def located(context: dict[str, Any], address: str = "") -> tuple[str, str, str]:
    row = take_device(context, Sender(address), is_page=False, keep_ip=False)
    assert row.ip == ""
    return row.country, row.region, row.city


@pytest.mark.parametrize(
    ("address", "country"),
    [
        ("8.8.8.8", "US"),
        ("::ffff:8.8.8.8", "US"),
        ("2a00:1450:4001:81b::200e", "IE"),
        ("192.0.2.1", ""),
        ("10.0.0.1", ""),
        ("::1", ""),
        ("", ""),
        ("not an address", ""),
        ("8" * 100_000, ""),
    ],
)
def test_without_a_database_there_is_the_country(address: str, country: str) -> None:
    assert country_of(address) == country
    assert location_of(address) == Location(country)


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("address", "location"),
    [
        ("8.8.8.8", Location("DE", "North Rhine-Westphalia", "Cologne")),
        ("::ffff:8.8.8.8", Location("DE", "North Rhine-Westphalia", "Cologne")),
        ("2a00:1450:4001:81b::200e", Location("FR", "Île-de-France", "Paris")),
        ("203.0.113.9", Location("JP")),
        ("1.1.1.1", Location("AU")),
        ("198.51.100.1", Location()),
        ("not an address", Location()),
        ("", Location()),
    ],
)
def test_the_database_comes_before_the_registry(address: str, location: Location) -> None:
    assert location_of(address) == location


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ({}, ("DE", "North Rhine-Westphalia", "Cologne")),
        ({"city": "Bonn"}, ("DE", "", "Bonn")),
        ({"country": "de"}, ("DE", "North Rhine-Westphalia", "Cologne")),
        ({"country": "AT"}, ("AT", "", "")),
        ({"country": "AT", "region": "Wien", "city": "Wien"}, ("AT", "Wien", "Wien")),
        ({"region": "Hesse"}, ("DE", "Hesse", "")),
        ({"city": 7, "country": ["DE"]}, ("DE", "North Rhine-Westphalia", "Cologne")),
    ],
)
def test_what_the_event_states_comes_first(
    stated: dict[str, Any], expected: tuple[str, str, str]
) -> None:
    assert located({"location": stated}, "8.8.8.8") == expected


@pytest.mark.usefixtures("database")
def test_the_stated_address_comes_before_the_sender_s() -> None:
    assert located({"ip": "2a00:1450::1"}, "8.8.8.8") == ("FR", "Île-de-France", "Paris")


def test_a_new_file_is_taken_up_and_a_broken_one_is_not(database: Path) -> None:
    in_use = locations.in_use()
    assert in_use is not None
    assert location_of("8.8.8.8").city == "Cologne"
    mmdb.write(database.with_suffix(".new"), {"8.8.8.0/24": PARIS}).replace(database)
    assert in_use.refresh()
    assert not in_use.refresh()
    assert location_of("8.8.8.8").city == "Paris"
    database.with_suffix(".new").write_text("broken")
    database.with_suffix(".new").replace(database)
    assert not in_use.refresh()
    assert location_of("8.8.8.8").city == "Paris"
    database.unlink()
    assert not in_use.refresh()
    assert location_of("8.8.8.9").city == "Paris"


@pytest.mark.parametrize("content", [None, b"", b"broken", b"x" * 5000])
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "city.mmdb"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DatabaseError, match=r"GEOIP_DATABASE: .*city\.mmdb cannot be used"):
        locations.use(path)


def test_the_service_does_not_start_without_the_file_it_is_told_to_use(tmp_path: Path) -> None:
    variables = {"GEOIP_DATABASE": str(tmp_path / "none.mmdb"), "DATA_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "ingest"],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 1
    assert "error: GEOIP_DATABASE: " in done.stderr
    assert "Traceback" not in done.stderr


def test_the_kind_of_device_is_what_the_library_says_where_there_is_no_agent() -> None:
    kinds = [
        take_device({"device": {"type": kind}}, Sender(), is_page=False, keep_ip=False).device_type
        for kind in ("Desktop", "mobile", "ios", 7, None)
    ]
    assert kinds == ["desktop", "mobile", "", "", ""]
