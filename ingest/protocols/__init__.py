"""What clients send, decoded and checked: pure functions from bytes to events or reasons."""
