"""What a SQL statement may touch, decided on ClickHouse's own syntax tree. Pure: no connection, no
parser of its own.
"""

from warehouse.sql_policy.policy import Policy, PolicyViolation, TableName, TableReference
from warehouse.sql_policy.reader import reader_policy
from warehouse.sql_policy.statements import format_statement, parse_statement, quote
from warehouse.sql_policy.walker import check

__all__ = [
    "Policy",
    "PolicyViolation",
    "TableName",
    "TableReference",
    "check",
    "format_statement",
    "parse_statement",
    "quote",
    "reader_policy",
]
