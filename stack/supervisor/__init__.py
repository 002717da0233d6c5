"""Runs processes: start order, health, logs, restarts and a clean stop."""
