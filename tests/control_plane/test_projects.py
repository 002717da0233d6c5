import pytest
from sqlalchemy.orm import Session

from control_plane.errors import AlreadyExistsError, InvalidValueError, NotFoundError
from control_plane.models import Organisation
from control_plane.repositories import organisations, projects
from control_plane.repositories.projects import ProjectSettings


@pytest.fixture
def organisation(session: Session) -> Organisation:
    return organisations.create(session, "Shopkeepers")


def test_a_project_starts_with_the_documented_settings(
    session: Session, organisation: Organisation
) -> None:
    project = projects.create(session, organisation.id, "Shop")
    assert (project.timezone, project.currency, project.week_start) == ("UTC", "USD", 1)
    assert (project.session_timeout_seconds, project.session_cap_seconds) == (1800, 86_400)
    assert not project.session_cut_at_midnight
    assert not project.session_cut_on_campaign
    assert not project.include_bots
    assert not project.keep_ip
    assert project.retention_days is None
    assert project.tier == "unmetered"


def test_a_project_is_found_by_id_and_by_name_in_any_case(
    session: Session, organisation: Organisation
) -> None:
    project = projects.create(session, organisation.id, "Web shop")
    assert projects.find(session, project.id) is project
    assert projects.find(session, "WEB SHOP") is project


def test_a_misspelt_name_is_answered_with_near_matches(
    session: Session, organisation: Organisation
) -> None:
    projects.create(session, organisation.id, "Web shop")
    with pytest.raises(NotFoundError, match=r"no project 'web shp'. Did you mean Web shop\?"):
        projects.find(session, "web shp")


def test_a_name_that_two_organisations_use_needs_an_id(
    session: Session, organisation: Organisation
) -> None:
    other = organisations.create(session, "Others")
    projects.create(session, organisation.id, "Shop")
    projects.create(session, other.id, "shop")
    with pytest.raises(InvalidValueError, match="several projects"):
        projects.find(session, "shop")


def test_a_name_is_taken_whatever_its_case(session: Session, organisation: Organisation) -> None:
    projects.create(session, organisation.id, "Shop")
    with pytest.raises(AlreadyExistsError):
        projects.create(session, organisation.id, " shop ")


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        (ProjectSettings(timezone="Europe/Berln"), "timezone"),
        (ProjectSettings(currency="euro"), "currency"),
        (ProjectSettings(session_timeout_seconds=5), "session_timeout_seconds"),
        (ProjectSettings(week_start=0), "week_start"),
        (ProjectSettings(tier="gold"), "tier"),
        (ProjectSettings(retention_days=0), "retention_days"),
    ],
)
def test_an_impossible_setting_is_named(
    session: Session, organisation: Organisation, settings: ProjectSettings, field: str
) -> None:
    with pytest.raises(InvalidValueError) as refused:
        projects.create(session, organisation.id, "Shop", **settings)
    assert refused.value.field == field


def test_a_misspelt_time_zone_names_the_near_ones(
    session: Session, organisation: Organisation
) -> None:
    with pytest.raises(InvalidValueError, match="Europe/Berlin"):
        projects.create(session, organisation.id, "Shop", timezone="europe/berln")


def test_an_update_changes_only_what_it_names(session: Session, organisation: Organisation) -> None:
    project = projects.create(session, organisation.id, "Shop", timezone="Europe/Paris")
    before = project.updated_at
    session.commit()
    changed = projects.update(session, project.id, include_bots=True)
    assert (changed.include_bots, changed.timezone) == (True, "Europe/Paris")
    assert changed.updated_at > before
