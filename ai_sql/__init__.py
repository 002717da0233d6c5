"""Plain-language questions answered through semantic queries."""
