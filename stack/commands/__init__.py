"""The commands of `analytics`, one module a noun or verb, each with `register(app)`."""
