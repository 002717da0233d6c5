"""`analytics doctor` tells whether GEOIP_DATABASE can be used."""

from pathlib import Path

import pytest

from stack.doctor.finding import Outcome
from stack.doctor.installation import address_database
from stack.environment import resolve
from tests.ingest.enrich import mmdb


@pytest.mark.parametrize(
    ("content", "outcome"),
    [("none", Outcome.FAILED), ("broken", Outcome.FAILED), ("city", Outcome.OK)],
)
def test_the_file_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str, outcome: Outcome
) -> None:
    path = tmp_path / "city.mmdb"
    if content == "city":
        mmdb.write(path, {"8.8.8.0/24": mmdb.city("DE", "Bavaria", "Munich")})
    elif content == "broken":
        path.write_text(content)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("GEOIP_DATABASE", str(path))
    finding = address_database(resolve())
    assert (finding.outcome, str(path) in finding.detail) == (outcome, True)
    assert bool(finding.remedy) == (outcome is Outcome.FAILED)
