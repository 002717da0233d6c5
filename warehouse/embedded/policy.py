"""What the method of a request allows."""

from warehouse.embedded.errors import ClickHouseError, read_only
from warehouse.embedded.statement import Statement

_READ_ONLY_METHODS = ("GET", "HEAD")


def check_insert(method: str) -> None:
    if method in _READ_ONLY_METHODS:
        raise _get_is_read_only()


def check(method: str, statement: Statement) -> None:
    """Raises ClickHouseError for writes over GET and for INTO OUTFILE."""
    if statement.names_out_file:
        raise ClickHouseError(
            185, "INTO_OUTFILE_NOT_ALLOWED", "INTO OUTFILE is not allowed over HTTP"
        )
    writes = not (statement.reads or statement.changes_session)
    if method in _READ_ONLY_METHODS and writes:
        raise _get_is_read_only()


def _get_is_read_only() -> ClickHouseError:
    return read_only(
        "Cannot execute query in readonly mode. For queries over HTTP, method GET implies "
        "readonly. You should use method POST for modifying queries."
    )
