"""`analytics import`: files of other systems, sent through the ingest API.

    file -> source (records with line numbers) -> mapping (events, rejects) -> batches -> POST

Everything up to the POST is a deterministic stream of outcomes, one a record or group; the journal
keeps how far into that stream everything was answered, so a stopped import goes on from there, and
event ids that depend only on the file make whatever is sent twice a duplicate.
"""
