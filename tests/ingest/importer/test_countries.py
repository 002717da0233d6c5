import pytest

from ingest.importer.expressions.countries import country_code


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("United Kingdom", "GB"),
        ("EIRE", "IE"),
        ("RSA", "ZA"),
        ("USA", "US"),
        ("Czech Republic", "CZ"),
        ("  hong   kong ", "HK"),
        ("de", "DE"),
        ("Ivory Coast", "CI"),
        ("Channel Islands", None),
        ("European Community", None),
        ("Unspecified", None),
        ("EU", None),
    ],
)
def test_names_and_codes_of_countries(name: str, code: str | None) -> None:
    assert country_code(name) == code
