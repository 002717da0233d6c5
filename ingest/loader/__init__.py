"""Moves frames from the segment log into ClickHouse: each row exactly once, in blocks."""
