"""What is derived from an event's context: pure functions, cached where the same input recurs."""
