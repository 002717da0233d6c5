"""The control plane as commands see it: opened for a moment, its errors turned into exit codes."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

import typer

from stack.environment import Environment, resolve
from stack.errors import StackError

if TYPE_CHECKING:
    from control_plane.database import Database

FAILED = 1
WRONG_USE = 2


@contextmanager
def control_plane(environment: Environment | None = None) -> Iterator["Database"]:
    """Open the database; say what is wrong with it, or with the arguments, and exit."""
    from sqlalchemy.exc import OperationalError, ProgrammingError

    from control_plane.database import Database
    from control_plane.errors import AlreadyExistsError, ControlPlaneError

    database = Database((environment or resolve()).database_url)
    try:
        yield database
    except AlreadyExistsError as error:
        leave(str(error), FAILED)
    except ControlPlaneError as error:
        leave(str(error), WRONG_USE)
    except OperationalError as error:
        raise StackError(
            f"PostgreSQL does not answer at {database.address}: start the platform with "
            "`analytics up`, or correct DATABASE_URL"
        ) from error
    except ProgrammingError as error:
        raise StackError(
            "the control plane's tables are missing or old: run `analytics migrate`"
        ) from error
    finally:
        database.close()


def leave(message: str, code: int) -> NoReturn:
    typer.secho(f"error: {message}", fg="red", err=True)
    sys.exit(code)
