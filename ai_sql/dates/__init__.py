"""Dates and periods in plain English, relative to a project's local day."""

from ai_sql.dates.grammar import find_comparison, find_grain, find_period, is_change
from ai_sql.dates.period import Calendar, Period

__all__ = ["Calendar", "Period", "find_comparison", "find_grain", "find_period", "is_change"]
