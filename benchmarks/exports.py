"""Export files as the other products write them, of any length, for measuring imports."""

import json
import random
import uuid
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from gzip import compress
from pathlib import Path
from typing import Any

Record = dict[str, Any]

START = datetime(2026, 3, 1, tzinfo=UTC)
AGENT = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/120.0.0.0 Safari/537.36"
)
NAMES = ["Product Viewed", "Button Clicked", "Order Completed", "Search", "Signed Up"]


def write(path: Path, format_: str, count: int) -> Path:
    """A file of the format in `path`, a folder; Amplitude's is a zip, as its API answers."""
    choose = random.Random(format_)  # noqa: S311 - ids of the formats must differ
    make = RECORDS[format_]
    lines = (json.dumps(make(choose, number)) for number in range(count))
    if format_ == "amplitude":
        return _zipped(path / "amplitude.zip", lines)
    file = path / f"{format_}.ndjson"
    with file.open("w") as output:
        output.writelines(line + "\n" for line in lines)
    return file


def _zipped(file: Path, lines: Iterator[str]) -> Path:
    content = "".join(line + "\n" for line in lines).encode()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("100001/100001_2026-03-01_0#0.json.gz", compress(content, 6))
    return file


def _moment(number: int) -> datetime:
    return START + timedelta(milliseconds=250 * number)


def _own(choose: random.Random) -> Record:
    return {
        "product_id": f"sku-{choose.randrange(1000)}",
        "price": round(choose.random() * 100, 2),
        "quantity": choose.randrange(1, 5),
        "category": choose.choice(["shoes", "shirts", "hats"]),
        "in_stock": True,
    }


def segment(choose: random.Random, number: int) -> Record:
    moment, person = _moment(number).isoformat(), choose.randrange(5000)
    return {
        "anonymousId": str(uuid.UUID(int=person)),
        "channel": "client",
        "context": {
            "ip": "203.0.113.9",
            "library": {"name": "analytics.js", "version": "next-1.70.0"},
            "locale": "en-US",
            "page": {
                "path": f"/products/{person % 100}",
                "referrer": "https://www.google.com/",
                "title": "A product",
                "url": f"https://shop.example/products/{person % 100}",
            },
            "timezone": "Europe/Berlin",
            "userAgent": AGENT,
        },
        "event": choose.choice(NAMES),
        "integrations": {},
        "messageId": f"ajs-next-{number}-{choose.getrandbits(64):x}",
        "originalTimestamp": moment,
        "projectId": "p1",
        "properties": _own(choose),
        "receivedAt": moment,
        "sentAt": moment,
        "timestamp": moment,
        "type": "track",
        "userId": f"user-{person}" if person % 3 == 0 else None,
        "version": 2,
        "writeKey": "w1",
    }


def posthog(choose: random.Random, number: int) -> Record:
    person = str(uuid.UUID(int=choose.randrange(5000)))
    return {
        "uuid": str(uuid.UUID(int=choose.getrandbits(128))),
        "event": choose.choice([*NAMES, "$pageview"]),
        "distinct_id": person,
        "person_id": person,
        "timestamp": _moment(number).isoformat(),
        "created_at": _moment(number).isoformat(),
        "elements_chain": "",
        "properties": {
            "$os": "Mac OS X",
            "$os_version": "10.15.7",
            "$browser": "Chrome",
            "$browser_version": 120,
            "$device_type": "Desktop",
            "$current_url": "https://shop.example/products/7",
            "$host": "shop.example",
            "$pathname": "/products/7",
            "$raw_user_agent": AGENT,
            "$screen_height": 1080,
            "$screen_width": 1920,
            "$viewport_height": 950,
            "$viewport_width": 1903,
            "$lib": "web",
            "$lib_version": "1.210.2",
            "$insert_id": f"{choose.getrandbits(64):x}",
            "$time": 1772323200.1,
            "distinct_id": person,
            "$device_id": person,
            "$session_id": str(uuid.UUID(int=number // 20)),
            "$window_id": str(uuid.UUID(int=number // 20)),
            "$referrer": "$direct",
            "$referring_domain": "$direct",
            "$is_identified": False,
            "token": "phc_1",
            "$geoip_city_name": "Berlin",
            "$geoip_country_code": "DE",
            "$geoip_country_name": "Germany",
            "$geoip_continent_code": "EU",
            "$ip": "203.0.113.9",
            **_own(choose),
        },
        "set": {},
        "set_once": {"$initial_referrer": "$direct"},
    }


def mixpanel(choose: random.Random, number: int) -> Record:
    person = choose.randrange(5000)
    return {
        "event": choose.choice(NAMES),
        "properties": {
            "time": int(_moment(number).timestamp()),
            "distinct_id": f"user-{person}",
            "$browser": "Chrome",
            "$browser_version": 120,
            "$city": "Berlin",
            "$current_url": "https://shop.example/products/7",
            "$device_id": str(uuid.UUID(int=person)),
            "$initial_referrer": "$direct",
            "$initial_referring_domain": "$direct",
            "$insert_id": f"{choose.getrandbits(64):016x}",
            "$lib_version": "2.55.1",
            "$mp_api_endpoint": "api.mixpanel.com",
            "$os": "Mac OS X",
            "$region": "Berlin",
            "$screen_height": 1080,
            "$screen_width": 1920,
            "$user_id": f"user-{person}",
            "mp_country_code": "DE",
            "mp_lib": "web",
            "mp_processing_time_ms": 1772323200000,
            **_own(choose),
        },
    }


def amplitude(choose: random.Random, number: int) -> Record:
    moment = _moment(number).strftime("%Y-%m-%d %H:%M:%S.%f")
    person = choose.randrange(5000)
    return {
        "$insert_id": str(uuid.UUID(int=choose.getrandbits(128))),
        "$schema": None,
        "adid": None,
        "amplitude_id": person,
        "app": 100001,
        "city": "Berlin",
        "client_event_time": moment,
        "client_upload_time": moment,
        "country": "Germany",
        "data": {"path": "/2/httpapi"},
        "device_carrier": None,
        "device_family": "Mac OS X",
        "device_id": str(uuid.UUID(int=person)),
        "device_type": "Apple Mac",
        "dma": None,
        "event_id": number,
        "event_properties": _own(choose),
        "event_time": moment,
        "event_type": choose.choice(NAMES),
        "groups": {},
        "group_properties": {},
        "idfa": None,
        "ip_address": "203.0.113.9",
        "language": "English",
        "library": "amplitude-ts/2.3.0",
        "os_name": "Chrome",
        "os_version": "120",
        "paying": None,
        "platform": "Web",
        "region": "Berlin",
        "server_received_time": moment,
        "server_upload_time": moment,
        "session_id": 1772323200000 + number // 20,
        "user_id": f"user-{person}" if person % 3 == 0 else None,
        "user_properties": {"plan": "free", "initial_utm_source": "google"},
        "uuid": str(uuid.UUID(int=choose.getrandbits(128))),
        "version_name": None,
    }


RECORDS: dict[str, Callable[[random.Random, int], Record]] = {
    "segment": segment,
    "posthog": posthog,
    "mixpanel": mixpanel,
    "amplitude": amplitude,
}
