"""dbt that dies at a chosen statement, as a killed process would."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from dbt.adapters.clickhouse.httpclient import ChHttpClient
from dbt_common.exceptions import DbtDatabaseError

WRITES = ("create", "insert", "delete", "exchange", "rename", "alter", "drop")


@dataclass
class Statements:
    """Counts statements that write; from number `fatal` on, none is sent any more.

    The first one that holds the text `deadly` is fatal, too.
    """

    fatal: int | None = None
    deadly: str = ""
    sent: list[str] = field(default_factory=list)

    @property
    def is_dead(self) -> bool:
        return self.fatal is not None and len(self.sent) >= self.fatal

    def admit(self, sql: str) -> None:
        statement = _without_comments(sql)
        if self.deadly and self.deadly in " ".join(statement.lower().split()):
            self.fatal = len(self.sent)
        if self.is_dead:
            message = "the process was killed"
            raise DbtDatabaseError(message)
        if statement.lower().startswith(WRITES):
            self.sent.append(statement)


@contextmanager
def watched(fatal: int | None = None, deadly: str = "") -> Iterator[Statements]:
    """All statements that dbt sends inside the block, until number `fatal` or a deadly one."""
    statements = Statements(fatal, deadly)
    query: Callable[..., Any] = ChHttpClient.query
    command: Callable[..., Any] = ChHttpClient.command

    def watched_query(self: ChHttpClient, sql: str, **options: Any) -> Any:
        statements.admit(sql)
        return query(self, sql, **options)

    def watched_command(self: ChHttpClient, sql: str, **options: Any) -> Any:
        statements.admit(sql)
        return command(self, sql, **options)

    with (
        patch.object(ChHttpClient, "query", watched_query),
        patch.object(ChHttpClient, "command", watched_command),
    ):
        yield statements


def _without_comments(sql: str) -> str:
    text = sql.lstrip()
    while text.startswith("/*"):
        text = text.split("*/", 1)[1].lstrip()
    return text
