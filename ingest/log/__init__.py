"""The segment log: an acknowledged event is in it, on disk, before its 200.

Every life of a worker writes a stream of its own: `<stream>-<number>.segment` files, each a segment
header followed by frames. A file is never written again once a write or sync on it has failed, and
never by another process. `docs/decisions/0003-segment-log.md` has the format and the reasons.
"""
