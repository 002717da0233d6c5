"""When the dbt project is parsed anew."""

from pathlib import Path

import pytest

from orchestration import manifest


@pytest.fixture
def project(tmp_path: Path) -> Path:
    directory = tmp_path / "project"
    (directory / "models").mkdir(parents=True)
    (directory / "dbt_project.yml").write_text("name: trial\n")
    (directory / "models" / "one.sql").write_text("select 1")
    return directory


@pytest.fixture
def parses(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Counts parses, each of which leaves a manifest."""
    calls: list[Path] = []

    def parse(project_dir: Path, target_dir: Path) -> None:
        calls.append(project_dir)
        (target_dir / "manifest.json").write_text("{}")

    monkeypatch.setattr(manifest, "parse", parse)
    return calls


def test_an_unchanged_project_is_parsed_once(project: Path, parses: list[Path]) -> None:
    for _ in range(3):
        manifest.ensure_manifest(project, project / "target")
    assert parses == [project]


def test_an_edited_model_is_parsed_again(project: Path, parses: list[Path]) -> None:
    manifest.ensure_manifest(project, project / "target")
    (project / "models" / "one.sql").write_text("select 2")
    manifest.ensure_manifest(project, project / "target")
    assert parses == [project, project]


def test_a_renamed_model_is_parsed_again(project: Path, parses: list[Path]) -> None:
    manifest.ensure_manifest(project, project / "target")
    (project / "models" / "one.sql").rename(project / "models" / "two.sql")
    manifest.ensure_manifest(project, project / "target")
    assert parses == [project, project]


def test_what_dbt_writes_is_no_change(project: Path, parses: list[Path]) -> None:
    manifest.ensure_manifest(project, project / "target")
    (project / "target" / "compiled.sql").write_text("select 1")
    manifest.ensure_manifest(project, project / "target")
    assert parses == [project]


def test_a_deleted_manifest_is_made_again(project: Path, parses: list[Path]) -> None:
    path = manifest.ensure_manifest(project, project / "target")
    path.unlink()
    manifest.ensure_manifest(project, project / "target")
    assert parses == [project, project]


def test_a_project_that_dbt_refuses_says_why(tmp_path: Path) -> None:
    (tmp_path / "dbt_project.yml").write_text("name: trial\nprofile: missing\n")
    with pytest.raises(manifest.DbtParseError, match="profile"):
        manifest.ensure_manifest(tmp_path, tmp_path / "target")
    assert not (tmp_path / "target" / manifest.FINGERPRINT_FILE).exists()
