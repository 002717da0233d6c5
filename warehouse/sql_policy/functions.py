"""Functions that a guarded statement may call: pure, bounded by the query's own limits, blind to
the server.

An allow-list (`functions.txt`), taken from `system.functions` of ClickHouse 26.9. Left out on
purpose: everything that reads a name or a path (`dictGet*`, `joinGet*`, `file`,
`hasColumnInTable`), tells about the server or its settings (`getSetting`, `hostName`, `version`),
waits (`sleep*`), calls out (`ai*`), raises on demand (`throwIf`), decodes foreign binary formats or
depends on the block layout. `format` is left out because `IN format(…)` is a table function.
"""

from importlib.resources import files


def _read_groups() -> dict[str, frozenset[str]]:
    """`# Heading` lines of `functions.txt` and the names below each."""
    text = files(__package__).joinpath("functions.txt").read_text("utf-8")
    groups = (block.partition("\n") for block in text.split("# ") if block.strip())
    return {heading.strip(): frozenset(names.split()) for heading, _, names in groups}


_GROUPS = _read_groups()

AGGREGATES: frozenset[str] = frozenset(name.lower() for name in _GROUPS["Aggregates"])
"""Aggregate and window functions; combinators (`sumIf`, `uniqExactMerge`) may follow their names.
"""

_COMBINATORS = (
    "If", "Array", "Map", "Distinct", "OrDefault", "OrNull", "Resample", "ForEach", "ArgMin",
    "ArgMax", "Tuple", "SimpleState", "State", "Merge",
)  # fmt: skip

PURE: frozenset[str] = frozenset(name.lower() for names in _GROUPS.values() for name in names)
"""Lower-case names: some functions are case-insensitive in ClickHouse, and no two differ only by
case.
"""

METADATA: frozenset[str] = frozenset(
    {
        "currentdatabase", "currentuser", "database", "formatquery", "formatqueryfromjson",
        "formatquerysingleline", "hostname", "parsequerytojson", "queryid", "servertimezone",
        "timezone", "uptime", "user", "version",
    }
)  # fmt: skip
"""What drivers and BI tools ask of a server when they connect. Not for statements that people
write.
"""


def is_allowed(name: str, allowed: frozenset[str]) -> bool:
    """Whether `name`, or the aggregate below its combinators, is among `allowed` (lower-case)."""
    if name.lower() in allowed:
        return True
    base = _without_combinators(name).lower()
    return base in AGGREGATES and base in allowed


def _without_combinators(name: str) -> str:
    """`uniqExactIfState` → `uniqExact`; stops at `groupArray`, which is not `group` + `Array`.

    Standard names may be upper-case below a combinator: `COUNT(DISTINCT x)` is `COUNTDistinct`.
    """
    while name.lower() not in AGGREGATES:
        suffix = next((each for each in _COMBINATORS if name.endswith(each)), None)
        if suffix is None:
            break
        name = name.removesuffix(suffix)
    return name
