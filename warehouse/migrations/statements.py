"""Cutting a .sql file into statements."""

import re

_TOKEN = re.compile(
    r"""
      (?P<comment> --[^\n]* | /\*.*?\*/ )
    | (?P<quoted> '(?:[^'\\]|\\.|'')*' | "(?:[^"\\]|\\.)*" | `(?:[^`\\]|\\.)*` )
    | (?P<end> ; )
    """,
    re.VERBOSE | re.DOTALL,
)


def split(sql: str) -> list[str]:
    """Split at the semicolons that end a statement; drop comments, keep literals."""
    statements: list[str] = []
    text: list[str] = []
    position = 0
    for token in _TOKEN.finditer(sql):
        text.append(sql[position : token.start()])
        position = token.end()
        if token["quoted"]:
            text.append(token.group())
        elif token["end"]:
            statements.append("".join(text).strip())
            text = []
    statements.append("".join([*text, sql[position:]]).strip())
    return [statement for statement in statements if statement]
