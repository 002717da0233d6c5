"""Export files of other products: from one of their records to a native event.

Each module has `to_event`, a pure function of a record's bytes, and a table that says which of the
product's properties become which member of `context`. What no table names stays a property under
the name it had.
"""
