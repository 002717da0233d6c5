"""The analytics command line and the local supervisor."""
