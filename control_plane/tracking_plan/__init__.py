"""Tracking plans: which events a project sends, and what each of them carries.

A plan is a plain JSON document, so that a version of it is stored, exported and read by ingest as
it was written:

    {"mode": "warn", "unknown_events": "allow",
     "events": {"order_completed": {"description": "…", "mode": "enforce",
                                    "properties": {JSON Schema}, "traits": {JSON Schema}}}}
"""
