"""One module a noun; each holds a `router`."""
