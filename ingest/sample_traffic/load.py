"""Sending the sample through the ingest API, as any client would."""

from datetime import datetime

import msgspec

from ingest.importer.delivery import IngestClient
from ingest.sample_traffic.shop import sample_events

BATCH = 250  # events of a little over 1 KB

_encode = msgspec.json.Encoder().encode


def load_sample_traffic(ingest_url: str, key: str, now: datetime) -> int:
    """Send the traffic that ends at `now` and return how many events were accepted.

    Raises ImportFailedError when the API does not answer or refuses the key. With the same `now`
    it may be repeated: the events keep their ids.
    """
    events = [_encode(event) for event in sample_events(now)]
    accepted = 0
    with IngestClient(ingest_url, key, key_is_new=True, connections=1) as client:
        client.check()
        for begin in range(0, len(events), BATCH):
            batch = events[begin : begin + BATCH]
            accepted += len(batch) - len(client.send(batch))
    return accepted
