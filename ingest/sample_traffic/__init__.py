"""Thirty days of a small shop's traffic, so that a new installation has something to show.

Everything follows from the time it ends at: loading it again with the same time adds nothing.
"""

from ingest.sample_traffic.load import load_sample_traffic
from ingest.sample_traffic.shop import sample_events

__all__ = ["load_sample_traffic", "sample_events"]
