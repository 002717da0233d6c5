"""What a request may do before the engine sees it: read-only GET, and the reader role."""

from warehouse import sql_policy
from warehouse.embedded.auth import Role
from warehouse.embedded.config import GatewayConfig
from warehouse.embedded.errors import ClickHouseError, access_denied, read_only
from warehouse.embedded.request import QueryRequest
from warehouse.embedded.statement import Statement

_READ_ONLY_METHODS = ("GET", "HEAD")
_SESSION_STATEMENTS = (b"SET", b"USE")


def check_insert(role: Role, request: QueryRequest) -> None:
    if role is Role.READER:
        raise access_denied("reader: Not enough privileges. The reader role cannot write")
    if request.method in _READ_ONLY_METHODS:
        raise _get_is_read_only()


def check(role: Role, request: QueryRequest, statement: Statement, config: GatewayConfig) -> None:
    """Raises ClickHouseError for what the method or the role forbids."""
    if statement.tree is not None and "out_file" in statement.tree:
        raise ClickHouseError(
            185, "INTO_OUTFILE_NOT_ALLOWED", "INTO OUTFILE is not allowed over HTTP"
        )
    reads = statement.returns_rows or statement.keyword in _SESSION_STATEMENTS
    if request.method in _READ_ONLY_METHODS and not reads:
        raise _get_is_read_only()
    if role is Role.READER:
        check_reader(request, statement, config)


def check_reader(request: QueryRequest, statement: Statement, config: GatewayConfig) -> None:
    database = request.database or "default"
    try:
        if statement.tree is None:
            raise sql_policy.PolicyViolation("only SELECT is allowed")
        sql_policy.check(
            statement.tree, sql_policy.reader_policy(database, config.readable_databases)
        )
    except sql_policy.PolicyViolation as violation:
        raise access_denied(f"reader: Not enough privileges: {violation.reason}") from violation


def _get_is_read_only() -> ClickHouseError:
    return read_only(
        "Cannot execute query in readonly mode. For queries over HTTP, method GET implies readonly. "
        "You should use method POST for modifying queries."
    )
