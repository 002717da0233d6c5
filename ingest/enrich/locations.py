"""Country, region and city of an address.

From the MMDB file that GEOIP_DATABASE names (GeoIP2 City, GeoLite2 City, or another of their
layout), mapped into memory and so shared between workers. Without one, and where it names no
country, the country is that of the registries.
"""

import logging
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import maxminddb

from ingest.enrich.countries import IPV4_IN_IPV6, MAX_LENGTH, country_of

logger = logging.getLogger(__name__)

CACHED_ADDRESSES = 50_000
UNREADABLE = (OSError, ValueError, maxminddb.InvalidDatabaseError)


class Location(NamedTuple):
    """ISO 3166-1 alpha-2, and English names; '' for what is not known."""

    country: str = ""
    region: str = ""
    city: str = ""


class DatabaseError(Exception):
    """The file cannot be used; the message says which and why."""


class Database:
    """The file, opened again when another one has taken its place."""

    def __init__(self, path: Path) -> None:
        """Raises DatabaseError."""
        self._path = path
        try:
            self._seen = self._state()
            self._reader = _open(path)
        except UNREADABLE as error:
            raise DatabaseError(f"GEOIP_DATABASE: {path} cannot be used: {error}") from error
        self.find = lru_cache(maxsize=CACHED_ADDRESSES)(self.lookup)

    def lookup(self, address: str) -> Location:
        """Addresses that are none, and records of another layout, are of nowhere."""
        try:
            record = self._reader.get(address)
        except UNREADABLE:
            return Location()
        return _location(record) if isinstance(record, Mapping) else Location()

    def refresh(self) -> bool:
        """Take a new file, if there is one that can be read; else the old one stays."""
        try:
            seen = self._state()
            if seen == self._seen:
                return False
            self._seen = seen
            self._reader = _open(self._path)
        except UNREADABLE as error:
            logger.warning("GEOIP_DATABASE stays as it was: %s", error)
            return False
        self.find.cache_clear()
        return True

    def _state(self) -> tuple[int, int, int]:
        status = self._path.stat()
        return status.st_ino, status.st_size, status.st_mtime_ns


class _InUse:
    database: Database | None = None


def use(path: Path | None) -> None:
    """Look addresses up in this file from now on, or in none. Raises DatabaseError."""
    _InUse.database = Database(path) if path else None


def in_use() -> Database | None:
    return _InUse.database


def location_of(address: str) -> Location:
    """Of private, unknown and malformed addresses nothing is known."""
    database = _InUse.database
    if database is None or len(address) > MAX_LENGTH:
        return Location(country_of(address))
    found = database.find(address.removeprefix(IPV4_IN_IPV6))
    return found if found.country else found._replace(country=country_of(address))


def _open(path: Path) -> maxminddb.Reader:
    reader = maxminddb.open_database(path)
    reader.get("192.0.2.1")  # the end of the file is read when it is opened, its tree by this
    return reader


def _location(record: Mapping[str, Any]) -> Location:
    country = _member(record.get("country"), "iso_code")
    subdivisions = record.get("subdivisions")
    first = subdivisions[0] if isinstance(subdivisions, list) and subdivisions else None
    return Location(
        country if len(country) == 2 else "",
        _name(first),
        _name(record.get("city")),
    )


def _name(place: object) -> str:
    names = place.get("names") if isinstance(place, Mapping) else None
    return _member(names, "en")


def _member(value: object, key: str) -> str:
    member = value.get(key) if isinstance(value, Mapping) else None
    return member if isinstance(member, str) else ""
