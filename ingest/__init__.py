"""Event capture: HTTP API, durable segment log and loader."""
