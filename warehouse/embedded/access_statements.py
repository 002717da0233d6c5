"""CREATE USER, DROP USER, GRANT and REVOKE, taken apart in the engine's own spelling of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from warehouse.embedded.lexer import Kind, Token, tokens


@dataclass(frozen=True, slots=True)
class Privilege:
    """What may be done, for example SELECT, and where; None stands for everything."""

    access_type: str
    database: str | None
    table: str | None
    column: str | None = None

    def covers(self, other: "Privilege") -> bool:
        """Whether `other` is part of this one."""
        return (
            self.access_type in ("ALL", other.access_type)
            and self.database in (None, other.database)
            and self.table in (None, other.table)
            and self.column in (None, other.column)
        )


@dataclass(frozen=True, slots=True)
class CreateUsers:
    names: tuple[str, ...]
    if_not_exists: bool
    or_replace: bool


@dataclass(frozen=True, slots=True)
class DropUsers:
    names: tuple[str, ...]
    if_exists: bool


@dataclass(frozen=True, slots=True)
class Grant:
    privileges: tuple[Privilege, ...]
    grantees: tuple[str, ...]
    grant_option: bool


@dataclass(frozen=True, slots=True)
class Revoke:
    privileges: tuple[Privilege, ...]
    grantees: tuple[str, ...]


AccessStatement = CreateUsers | DropUsers | Grant | Revoke


def changes_access(sql: bytes) -> bool:
    """Whether the text begins like one of the statements that `parse` knows."""
    words = [token.text.upper() for token in islice(tokens(sql), 2)]
    return words[:1] in ([b"GRANT"], [b"REVOKE"]) or words in (
        [b"CREATE", b"USER"],
        [b"DROP", b"USER"],
    )


def parse(canonical: bytes, current_database: str) -> AccessStatement | None:
    """`canonical` is as `formatQuerySingleLine` prints it; None for the forms that are not known:
    roles, clusters, wildcards in names, and options of a revocation.
    """
    try:
        return _Reader(canonical, current_database).statement()
    except _UnknownForm:
        return None


class _UnknownForm(Exception):  # noqa: N818 - not an error, the engine answers instead
    pass


class _Reader:
    def __init__(self, canonical: bytes, current_database: str) -> None:
        self._tokens = list(tokens(canonical))
        self._at = 0
        self._database = current_database

    def statement(self) -> AccessStatement:
        if self._took(b"GRANT"):
            privileges, grantees = tuple(self._privileges()), self._grantees(b"TO")
            option = self._took(b"WITH", b"GRANT", b"OPTION")
            self._end()
            return Grant(privileges, grantees, option)
        if self._took(b"REVOKE"):
            privileges, grantees = tuple(self._privileges()), self._grantees(b"FROM")
            self._end()
            return Revoke(privileges, grantees)
        if self._took(b"DROP", b"USER"):
            if_exists = self._took(b"IF", b"EXISTS")
            names = self._names()
            self._end()
            return DropUsers(names, if_exists)
        return self._create()

    def _create(self) -> CreateUsers:
        """What follows the names says how they would sign in, and from where."""
        self._expect(b"CREATE")
        self._expect(b"USER")
        or_replace = self._took(b"OR", b"REPLACE")
        if_not_exists = self._took(b"IF", b"NOT", b"EXISTS")
        names = self._names()
        if self._took(b"ON"):
            raise _UnknownForm
        return CreateUsers(names, if_not_exists, or_replace)

    def _privileges(self) -> Iterator[Privilege]:
        """`SELECT(a, b), INSERT ON d.t, OPTIMIZE ON d.u`."""
        while True:
            columns_of_types = list(self._access_types())
            database, table = self._place()
            for access_type, columns in columns_of_types:
                for column in columns or (None,):
                    yield Privilege(access_type, database, table, column)
            if not self._took(b","):
                return

    def _access_types(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        while True:
            words = []
            while self._peek().kind is Kind.WORD and not self._peek().is_word(b"ON", b"TO", b"FOR"):
                words.append(self._next().text.decode())
            columns: tuple[str, ...] = ()
            if self._took(b"("):
                columns = self._names()
                self._expect(b")")
            if not words:
                raise _UnknownForm
            yield " ".join(words), columns
            if self._took(b"ON"):
                return
            self._expect(b",")

    def _place(self) -> tuple[str | None, str | None]:
        first = self._name_or_star()
        if not self._took(b"."):
            return (self._database, first)
        return first, self._name_or_star()

    def _grantees(self, preposition: bytes) -> tuple[str, ...]:
        self._expect(preposition)
        if self._peek().is_word(b"ALL", b"CURRENT_USER"):
            raise _UnknownForm
        return self._names()

    def _names(self) -> tuple[str, ...]:
        names = [self._name()]
        while self._took(b","):
            names.append(self._name())
        return tuple(names)

    def _name_or_star(self) -> str | None:
        return None if self._took(b"*") else self._name()

    def _name(self) -> str:
        token = self._next()
        if token.kind not in (Kind.WORD, Kind.QUOTED, Kind.STRING) or b"\\" in token.text:
            raise _UnknownForm
        text = token.text if token.kind is Kind.WORD else token.text[1:-1]
        return text.decode("utf-8", "surrogateescape")

    def _peek(self) -> Token:
        if self._at == len(self._tokens):
            raise _UnknownForm
        return self._tokens[self._at]

    def _next(self) -> Token:
        token = self._peek()
        self._at += 1
        return token

    def _took(self, *words: bytes) -> bool:
        ahead = self._tokens[self._at : self._at + len(words)]
        if tuple(token.text.upper() for token in ahead) != words:
            return False
        self._at += len(words)
        return True

    def _expect(self, word: bytes) -> None:
        if not self._took(word):
            raise _UnknownForm

    def _end(self) -> None:
        if self._at != len(self._tokens):
            raise _UnknownForm
