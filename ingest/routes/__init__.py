"""Everything but capture, by noun."""
