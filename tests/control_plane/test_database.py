import pytest
from sqlalchemy.orm import Session

from control_plane.database import AsyncDatabase, Database, with_driver
from control_plane.errors import AlreadyExistsError
from control_plane.repositories import organisations, projects


async def test_the_same_functions_run_on_the_event_loop(database_url: str) -> None:
    async with AsyncDatabase(database_url) as database:
        organisation = await database.run(organisations.create, "Shopkeepers")
        project = await database.run(projects.create, organisation.id, "Shop", timezone="UTC")
        found = await database.run(projects.find, "shop")
    assert found.id == project.id
    assert found.name == "Shop"


def test_an_error_rolls_the_whole_transaction_back(database: Database) -> None:
    database.run(organisations.create, "Shopkeepers")

    def create_two(session: Session) -> None:
        organisations.create(session, "Others")
        organisations.create(session, "shopkeepers")

    with pytest.raises(AlreadyExistsError):
        database.run(create_two)
    assert database.run(organisations.first).name == "Shopkeepers"
    database.run(organisations.create, "Others")


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_common_form_of_the_url_uses_psycopg(scheme: str) -> None:
    assert with_driver(f"{scheme}://u:p@h:5432/d") == "postgresql+psycopg://u:p@h:5432/d"
