"""Tracking plans: what a schema may be, versions, and the file that people edit."""

from typing import Any

import pytest
from alembic import command
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from control_plane.database import sync_engine
from control_plane.errors import ChangedMeanwhileError, InvalidValueError, NotFoundError
from control_plane.migrations import configuration, upgrade
from control_plane.models import Project, TrackingPlanVersion
from control_plane.repositories import organisations, projects, tracking_plan
from control_plane.tracking_plan import yaml_file
from control_plane.tracking_plan.document import InvalidPlanError, checked
from control_plane.tracking_plan.schemas import problems_of

ADA = "ada@example.com"
ORDER = {
    "description": "An order was paid.",
    "mode": "enforce",
    "properties": {
        "type": "object",
        "required": ["order_id", "revenue"],
        "properties": {
            "order_id": {"type": "string", "pattern": "^A-[0-9]+$", "description": "Number."},
            "revenue": {"type": "number", "minimum": 0},
            "paid_at": {"type": ["string", "null"], "format": "date-time"},
            "items": {"type": "array"},
            "anything": True,
        },
    },
}
DEEP: dict[str, Any] = {}
for _ in range(70):
    DEEP = {"not": DEEP}
DOUBLING = {
    "$ref": "#/$defs/d0",
    "$defs": {
        **{f"d{n}": {"anyOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(20)},
        "d20": {"type": "object"},
    },
}


@pytest.fixture
def project(session: Session) -> Project:
    return projects.create(session, organisations.create(session, "Shopkeepers").id, "Shop")


@pytest.mark.parametrize(
    ("schema", "field", "code"),
    [
        ([], "p", "invalid_schema"),
        ({"type": "objct"}, "p.type", "invalid_schema"),
        ({"type": "string"}, "p.type", "invalid_schema"),
        ({"properties": {"a": {"minimum": "x"}}}, "p.properties.a.minimum", "invalid_schema"),
        ({"properties": {"a": 3}}, "p.properties.a", "invalid_schema"),
        ({"properties": {"a": {"pattern": "("}}}, "p.properties.a.pattern", "invalid_pattern"),
        ({"properties": {"a": {"pattern": "(?=a)"}}}, "p.properties.a.pattern", "invalid_pattern"),
        ({"properties": {"a": {"pattern": r"\w{900}{900}"}}}, "p.properties.a.pattern",
         "invalid_pattern"),
        ({"$ref": "http://example.com/a.json"}, "p.$ref", "remote_reference"),
        ({"$ref": "file:///etc/passwd"}, "p.$ref", "remote_reference"),
        ({"$id": "http://example.com/"}, "p.$id", "unsupported_keyword"),
        ({"$schema": "http://json-schema.org/draft-07/schema#"}, "p.$schema",
         "unsupported_keyword"),
        ({"$ref": "#/$defs/none"}, "p.$ref", "unresolved_reference"),
        ({"properties": {"a": {"$ref": "#"}}}, "p.properties.a.$ref", "recursive_schema"),
        (DOUBLING, "p", "schema_too_large"),
        (DEEP, "p", "schema_too_large"),
        ({"description": "x" * 70_000}, "p", "schema_too_large"),
        ({"allOf": [{"pattern": "a"} for _ in range(101)]}, "p.allOf.100", "schema_too_large"),
    ],
)  # fmt: skip
def test_a_schema_that_cannot_be_used_is_refused_by_field(
    schema: Any, field: str, code: str
) -> None:
    found = problems_of(schema, "p")
    assert code in {problem.code for problem in found}
    assert any(problem.field.startswith(field) for problem in found), found


def test_references_within_a_schema_are_followed() -> None:
    money = {"$defs": {"money": {"type": "number"}}, "properties": {"a": {"$ref": "#/$defs/money"}}}
    assert problems_of(money, "p") == []


def test_every_wrong_field_of_a_plan_is_named() -> None:
    plan = {
        "mode": "strict",
        "extra": 1,
        "events": {
            "": {},
            "a": [],
            "b": {"description": 1, "mode": "x", "traits": {"type": "array"}, "props": {}},
        },
    }
    with pytest.raises(InvalidPlanError) as refused:
        checked(plan)
    assert {problem.field for problem in refused.value.problems} == {
        "mode", "extra", "events.", "events.a", "events.b.description", "events.b.mode",
        "events.b.traits.type", "events.b.props",
    }  # fmt: skip


def test_a_plan_holds_a_thousand_events_and_a_mebibyte() -> None:
    assert len(checked({"events": {f"e{n}": {} for n in range(1_000)}})["events"]) == 1_000
    with pytest.raises(InvalidPlanError, match="1001 events, 1000 are allowed"):
        checked({"events": {f"e{n}": {} for n in range(1_001)}})
    with pytest.raises(InvalidPlanError, match="1048576 are allowed"):
        checked({"events": {f"e{n}": {"description": "x" * 4_000} for n in range(300)}})


def test_every_change_is_a_version_and_an_old_one_can_be_restored(
    session: Session, project: Project
) -> None:
    assert tracking_plan.current(session, project.id) is None
    tracking_plan.set_event(session, project.id, "order_completed", ORDER, author=ADA)
    tracking_plan.set_event(session, project.id, "order_completed", ORDER, author=ADA)
    tracking_plan.set_mode(session, project.id, "warn", "reject", author=ADA)
    tracking_plan.remove_event(session, project.id, "order_completed", author=ADA)
    restored = tracking_plan.restore(session, project.id, 2, author="bob@example.com")

    notes = [(v.version, v.note, v.author) for v in tracking_plan.history(session, project.id)]
    assert notes == [
        (4, "restored version 2", "bob@example.com"),
        (3, "removed order_completed", ADA),
        (2, "mode warn, unknown_events reject", ADA),
        (1, "set order_completed", ADA),
    ]
    assert restored.document == {
        "mode": "warn",
        "unknown_events": "reject",
        "events": {"order_completed": ORDER},
    }
    assert tracking_plan.newest_versions(session) == {project.id: 4}
    assert [v.version for v in tracking_plan.history(session, project.id, before=3)] == [2, 1]


def test_a_plan_changed_meanwhile_is_not_overwritten(session: Session, project: Project) -> None:
    tracking_plan.set_mode(session, project.id, "warn", author=ADA)
    with pytest.raises(ChangedMeanwhileError, match="it is at version 1"):
        tracking_plan.replace(session, project.id, {"events": {}}, author=ADA, expected_version=0)
    kept = tracking_plan.replace(session, project.id, {"events": {"a": {}}}, author=ADA)
    assert kept.document["mode"] == "warn"


def test_what_is_not_there_cannot_be_removed_or_restored(
    session: Session, project: Project
) -> None:
    tracking_plan.set_event(session, project.id, "order_completed", ORDER, author=ADA)
    with pytest.raises(NotFoundError, match="Did you mean order_completed"):
        tracking_plan.remove_event(session, project.id, "order_complete", author=ADA)
    with pytest.raises(NotFoundError, match="no version of the tracking plan '7'"):
        tracking_plan.restore(session, project.id, 7, author=ADA)


def test_the_warehouse_gets_a_line_for_each_event_and_property(
    session: Session, project: Project
) -> None:
    tracking_plan.set_event(session, project.id, "order_completed", ORDER, author=ADA)
    tracking_plan.set_event(session, project.id, "page_view", {}, author=ADA)
    lines = [
        (e.event_name, e.property_name, e.value_type, e.description)
        for e in tracking_plan.entries(session, project.id)
    ]
    assert lines == [
        ("order_completed", "", "", "An order was paid."),
        ("order_completed", "anything", "", ""),
        ("order_completed", "items", "list", ""),
        ("order_completed", "order_id", "string", "Number."),
        ("order_completed", "paid_at", "timestamp", ""),
        ("order_completed", "revenue", "number", ""),
        ("page_view", "", "", ""),
    ]


def test_a_file_comes_back_as_it_was_written(session: Session, project: Project) -> None:
    awkward = {
        "no": {
            "description": "two\nlines",
            "properties": {"enum": ["no", "1e5", "2026-01-01", ""]},
        },
        "z: #": {"properties": {"minProperties": 1, "properties": {"é": {"maximum": 1.5e300}}}},
        "order_completed": ORDER,
    }
    plan = checked({"mode": "warn", "events": awkward})
    tracking_plan.replace(session, project.id, plan, author=ADA)
    session.expire_all()
    stored = tracking_plan.current(session, project.id)
    assert stored is not None
    text = yaml_file.dump(stored.document)
    assert list(yaml_file.load(text)["events"]) == ["no", "z: #", "order_completed"]
    assert yaml_file.load(text) == plan
    assert yaml_file.dump(checked(yaml_file.load("# reviewed\n" + text))) == text


def test_a_change_of_a_schema_changes_only_its_lines() -> None:
    before = yaml_file.dump(checked({"events": {"a": ORDER, "b": ORDER}}))
    changed = {**ORDER, "description": "Paid."}
    after = yaml_file.dump(checked({"events": {"a": ORDER, "b": changed}}))
    assert set(before.splitlines()) ^ set(after.splitlines()) == {"    description: Paid."}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\na: 2", "line 2, column 1: the key 'a' stands twice"),
        ("a: &x 1\nb: *x", "line 2, column 4: aliases are not supported"),
        ("1: 2", "the key 1 is not text"),
        ("a: [", "expected the node content"),
        ("[" * 5_000, "nested too deeply"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_its_line(text: str, message: str) -> None:
    with pytest.raises(InvalidValueError, match="file") as refused:
        yaml_file.load(text)
    assert message in str(refused.value)


def test_an_earlier_plan_becomes_the_first_version(database_url: str) -> None:
    engine = sync_engine(database_url)
    config = configuration()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0001")
        connection.execute(text(EARLIER.format("00000000-0000-0000-0000-00000000000")))
    upgrade(database_url)
    with Session(engine) as session:
        documents = [version.document for version in session.scalars(select(TrackingPlanVersion))]
    engine.dispose()
    assert documents == [
        {
            "mode": "off",
            "unknown_events": "allow",
            "events": {
                "order": {
                    "description": "Paid.",
                    "properties": {
                        "type": "object",
                        "properties": {
                            "at": {"type": "string", "format": "date-time", "description": "When."},
                            "items": {"type": "array", "description": ""},
                        },
                    },
                },
                "view": {"description": ""},
            },
        }
    ]


EARLIER = """
INSERT INTO organisations (id, name) VALUES ('{0}1', 'o');
INSERT INTO projects (id, organisation_id, name) VALUES
    ('{0}2', '{0}1', 'p');
INSERT INTO planned_events (id, project_id, event_name, description) VALUES
    ('{0}3', '{0}2', 'order', 'Paid.'),
    ('{0}4', '{0}2', 'view', '');
INSERT INTO planned_properties (id, planned_event_id, property_name, value_type, description) VALUES
    ('{0}5', '{0}3', 'items', 'list', ''),
    ('{0}6', '{0}3', 'at', 'timestamp', 'When.');
"""
