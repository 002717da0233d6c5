"""The Content-Type that belongs to an output format."""

_TEXT = {
    "CSV": "text/csv; charset=UTF-8; header=absent",
    "CSVWithNames": "text/csv; charset=UTF-8; header=present",
    "CSVWithNamesAndTypes": "text/csv; charset=UTF-8; header=present",
    "XML": "application/xml; charset=UTF-8",
    "HTML": "text/html; charset=UTF-8",
}
_BY_PREFIX = (
    (("TabSeparated", "TSV"), "text/tab-separated-values; charset=UTF-8"),
    (("JSON",), "application/json; charset=UTF-8"),
    (
        ("Native", "RowBinary", "Arrow", "Parquet", "ORC", "Avro", "MsgPack", "Protobuf", "Npy"),
        "application/octet-stream",
    ),
)
_NEWLINE_DELIMITED = "application/x-ndjson; charset=UTF-8"
_PLAIN = "text/plain; charset=UTF-8"


def content_type(output_format: str) -> str:
    if output_format in _TEXT:
        return _TEXT[output_format]
    if output_format.startswith("JSON") and "EachRow" in output_format:
        return _NEWLINE_DELIMITED
    return next((kind for prefix, kind in _BY_PREFIX if output_format.startswith(prefix)), _PLAIN)
