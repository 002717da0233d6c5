"""ClickHouse over HTTP, for the loader: one attempt a call, so that no doubt arises below it.

clickhouse-connect would send a request again when a kept connection turns out to be closed; the
loader must know whether an insert was sent once or twice.
"""

import re
import uuid
from collections.abc import Mapping, Sequence

import httpx

_CODE = re.compile(r"Code: (\d+)")

# The data are to blame: https://github.com/ClickHouse/ClickHouse src/Common/ErrorCodes.cpp.
DATA_ERRORS = frozenset(
    {
        6,  # CANNOT_PARSE_TEXT
        25,  # CANNOT_PARSE_ESCAPE_SEQUENCE
        26,  # CANNOT_PARSE_QUOTED_STRING
        27,  # CANNOT_PARSE_INPUT_ASSERTION_FAILED
        38,  # CANNOT_PARSE_DATE
        41,  # CANNOT_PARSE_DATETIME
        53,  # TYPE_MISMATCH
        69,  # ARGUMENT_OUT_OF_BOUND
        72,  # CANNOT_PARSE_NUMBER
        117,  # INCORRECT_DATA
        130,  # CANNOT_READ_ARRAY_FROM_TEXT
        131,  # TOO_LARGE_STRING_SIZE
        321,  # VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE
        349,  # CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN
        376,  # CANNOT_PARSE_UUID
        407,  # DECIMAL_OVERFLOW
        469,  # VIOLATED_CONSTRAINT
    }
)
# An unknown field blames the schema, not the row: the log is ahead of the migrations.
_SCHEMA_ERROR = re.compile(r"Unknown field found|NO_SUCH_COLUMN", re.I)


class ClickHouseError(Exception):
    """A statement failed or its outcome is unknown. `code` is 0 when there was no answer."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code

    @property
    def blames_data(self) -> bool:
        return self.code in DATA_ERRORS and not _SCHEMA_ERROR.search(str(self))


class ClickHouse:
    """`timeout` bounds each wait for the server, inserts included."""

    def __init__(self, url: str, *, timeout: float) -> None:
        parsed = httpx.URL(url)
        self._endpoint = parsed.copy_with(username=None, password=None, path="/", query=None)
        self._client = httpx.Client(
            auth=(parsed.username or "default", parsed.password or ""),
            timeout=httpx.Timeout(timeout, connect=5.0),
            trust_env=False,
            transport=httpx.HTTPTransport(retries=0),
        )
        self._unfinished: str | None = None

    def close(self) -> None:
        self._client.close()

    def rows(
        self,
        sql: str,
        parameters: Mapping[str, str | int] | None = None,
        *,
        table: tuple[str, str, bytes] | None = None,
    ) -> list[list[str]]:
        """Rows as text; `table` is (name, structure, TSV) of a temporary table of this query."""
        given = {f"param_{name}": str(value) for name, value in (parameters or {}).items()}
        sql = f"{sql} FORMAT TSV"
        if table is None:
            text = self._post({"query": sql, **given}).text
        else:
            name, structure, content = table
            given |= {f"{name}_structure": structure, f"{name}_format": "TSV"}
            text = self._post({"query": sql, **given}, files={name: content}).text
        return [line.split("\t") for line in text.splitlines()]

    def execute(self, sql: str) -> None:
        """Run a statement that can be run again."""
        self._post({"query": sql})

    def insert(self, table: str, lines: Sequence[bytes], settings: Mapping[str, str | int]) -> None:
        """Insert JSONEachRow. After an error the rows may be there, or be on their way."""
        query_id = str(uuid.uuid4())
        query = f"INSERT INTO {table} FORMAT JSONEachRow"
        given = {name: str(value) for name, value in settings.items()}
        try:
            self._post({"query": query, "query_id": query_id, **given}, pieces=lines)
        except ClickHouseError as error:
            if error.code == 0:  # no answer: it may still be running
                self._unfinished = query_id
            raise

    def settle(self) -> None:
        """Make sure that the insert without an answer has ended, one way or the other."""
        if self._unfinished is None:
            return
        # An id of ours; parameters are not substituted in KILL.
        self.execute(f"KILL QUERY WHERE query_id = '{self._unfinished}' SYNC")
        self._unfinished = None

    def _post(
        self,
        parameters: Mapping[str, str],
        *,
        pieces: Sequence[bytes] | None = None,
        files: Mapping[str, bytes] | None = None,
    ) -> httpx.Response:
        # In pieces: of a body in one, httpcore copies the rest after each write to the socket.
        headers = {"Content-Length": str(sum(map(len, pieces)))} if pieces else None
        content = iter(pieces) if pieces else None
        try:
            response = self._client.post(
                self._endpoint,
                params=dict(parameters),
                content=content,
                files=files,
                headers=headers,
            )
        except httpx.HTTPError as error:
            raise ClickHouseError(0, f"{type(error).__name__}: {error}") from error
        if response.status_code != 200 or "X-ClickHouse-Exception-Code" in response.headers:
            raise _error(response)
        return response


def _error(response: httpx.Response) -> ClickHouseError:
    code = response.headers.get("X-ClickHouse-Exception-Code", "")
    found = _CODE.search(response.text)
    number = int(code) if code.isdigit() else int(found[1]) if found else -1
    return ClickHouseError(number, response.text[:1_000].strip())
