"""Where statements end, comments hide and data begins: on text alone."""

import pytest

from warehouse.embedded.errors import ClickHouseError
from warehouse.embedded.inserts import insert_header
from warehouse.embedded.lexer import tokens
from warehouse.embedded.statement import Statement, first_word


def _texts(sql: bytes) -> list[bytes]:
    return [token.text for token in tokens(sql)]


class TestTokens:
    def test_leave_comments_out(self) -> None:
        sql = b"a -- b\n c /* d */ e # f\n g #! h\n i // j"
        assert _texts(sql) == [b"a", b"c", b"e", b"g", b"i"]

    def test_keep_comment_marks_in_strings(self) -> None:
        assert _texts(b"'--' '/*' `#` \"//\"") == [b"'--'", b"'/*'", b"`#`", b'"//"']

    def test_know_both_escapes_of_quotes(self) -> None:
        assert _texts(rb"'a\'b' 'c''d' x") == [rb"'a\'b'", b"'c''d'", b"x"]

    def test_know_heredocs(self) -> None:
        assert _texts(b"$$a'b$$ $t$ c $$ d $t$") == [b"$$a'b$$", b"$t$ c $$ d $t$"]

    def test_know_how_deep_they_are(self) -> None:
        depths = [(token.text, token.depth) for token in tokens(b"f(a, [b])")]
        assert depths == [
            (b"f", 0), (b"(", 0), (b"a", 1), (b",", 1), (b"[", 1), (b"b", 2), (b"]", 1), (b")", 0),
        ]  # fmt: skip

    def test_pass_bytes_that_are_not_utf8(self) -> None:
        assert _texts(b"'\xff' \xfe") == [b"'\xff'", b"\xfe"]


class TestTheFirstWord:
    @pytest.mark.parametrize(
        ("sql", "word"),
        [
            (b"select 1", b"SELECT"),
            (b" -- a\n/* b */ ((Select 1))", b"SELECT"),
            (b"", b""),
            (b"-- only a comment", b""),
        ],
    )
    def test_is_found_past_comments_and_brackets(self, sql: bytes, word: bytes) -> None:
        assert first_word(sql) == word


class TestTheHeaderOfAnInsert:
    @pytest.mark.parametrize(
        ("header", "target", "clauses", "input_format"),
        [
            (b"INSERT INTO t FORMAT CSV\n", b"INSERT INTO t", b"", "CSV"),
            (b"INSERT t FORMAT CSV\n", b"INSERT t", b"", "CSV"),
            (b"insert into d.t (a, b) format CSV\r\n", b"insert into d.t (a, b)", b"", "CSV"),
            (b"INSERT INTO TABLE t VALUES", b"INSERT INTO TABLE t", b"", "Values"),
            (b"INSERT INTO t FORMAT Values", b"INSERT INTO t", b"", "Values"),
            (b"INSERT INTO t SETTINGS a = 1, b = 2 FORMAT TSV\n", b"INSERT INTO t",
             b"SETTINGS a = 1, b = 2", "TSV"),
            (b"INSERT INTO FUNCTION null('x Int8') FORMAT TSV\n",
             b"INSERT INTO FUNCTION null('x Int8')", b"", "TSV"),
            (b"INSERT INTO {t:Identifier} FORMAT TSV\n", b"INSERT INTO {t:Identifier}", b"", "TSV"),
            (b"INSERT INTO format FORMAT TSV\n", b"INSERT INTO format", b"", "TSV"),
            (b"INSERT INTO d.values VALUES", b"INSERT INTO d.values", b"", "Values"),
            (b"INSERT INTO `select` FORMAT TSV\n", b"INSERT INTO `select`", b"", "TSV"),
            (b"/* c */ INSERT INTO t /* d */ FORMAT TSV\n", b"/* c */ INSERT INTO t /* d */",
             b"", "TSV"),
            (b"WITH 1 AS x INSERT INTO t FORMAT TSV\n", b"WITH 1 AS x INSERT INTO t", b"", "TSV"),
        ],
    )  # fmt: skip
    def test_ends_where_its_data_starts(
        self, header: bytes, target: bytes, clauses: bytes, input_format: str
    ) -> None:
        found = insert_header(header + b"(1, 2)\n")
        assert found is not None
        assert (found.target, found.clauses, found.input_format) == (target, clauses, input_format)
        assert found.data_start == len(header)

    @pytest.mark.parametrize(
        "sql",
        [
            b"INSERT INTO t SELECT 1 FORMAT x",
            b"INSERT INTO t WITH 1 AS x SELECT x",
            b"INSERT INTO t FROM INFILE 'x' FORMAT CSV",
            b"INSERT INTO t (a) SELECT 1 AS format",
            b"WITH insert AS (SELECT 13 AS n) SELECT * FROM insert",
            b"WITH 13 AS insert SELECT insert",
            b"WITH 1 AS x INSERT INTO t SELECT x",
            b"SELECT 'INSERT INTO t FORMAT CSV'",
            b"INSERT INTO t",
        ],
    )
    def test_is_none_for_statements_without_data(self, sql: bytes) -> None:
        assert insert_header(sql) is None

    def test_refuses_a_semicolon_before_the_data(self) -> None:
        with pytest.raises(ClickHouseError, match="excessive semicolon"):
            insert_header(b"INSERT INTO t FORMAT CSV;\n1")


class TestTheFormatClause:
    @pytest.mark.parametrize(
        ("sql", "output_format"),
        [
            (b"SELECT 1 FORMAT JSON", "JSON"),
            (b"SELECT 1 format JSON;", "JSON"),
            (b"SELECT 1 FORMAT JSON SETTINGS max_threads = 1", "JSON"),
            (b"SELECT 1 SETTINGS max_threads = 1 FORMAT JSON -- FORMAT CSV", "JSON"),
            (b"SELECT 'FORMAT JSON'", None),
            (b"SELECT format FROM t", None),
            (b"SELECT format('{}', 1) AS x FROM (SELECT 1 FORMAT JSON)", None),
            (b"SELECT 1 AS format", None),
        ],
    )
    def test_is_the_last_one(self, sql: bytes, output_format: str | None) -> None:
        assert Statement(sql).output_format == output_format

    @pytest.mark.parametrize(
        ("sql", "written"),
        [
            (b"SELECT 1", b"SELECT 1  INTO OUTFILE 'p' APPEND  FORMAT TSV"),
            (b"SELECT 1; -- end", b"SELECT 1  INTO OUTFILE 'p' APPEND  FORMAT TSV"),
            (b"SELECT 1 FORMAT CSV;", b"SELECT 1  INTO OUTFILE 'p' APPEND FORMAT CSV"),
            (
                b"SELECT 1 FORMAT CSV SETTINGS a = 1",
                b"SELECT 1  INTO OUTFILE 'p' APPEND FORMAT CSV SETTINGS a = 1",
            ),
        ],
    )
    def test_takes_the_outfile_before_it(self, sql: bytes, written: bytes) -> None:
        assert Statement(sql).into_outfile("p", "TSV") == written
