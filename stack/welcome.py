"""The addresses and the login that `up` ends with."""

from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from sqlalchemy import make_url

from stack.environment import Environment
from stack.installation import Installation


def addresses(environment: Environment) -> dict[str, str]:
    """Label -> URL of everything that a person can open."""
    settings, variables = environment.settings, environment.variables
    return {
        "Dashboard": variables["FRONTEND_URL"],
        "API reference": f"{variables['FRONTEND_URL'].rstrip('/')}/api/docs",
        "Event capture": f"http://localhost:{settings.ingest_port}",
        "Dagster": f"http://localhost:{settings.dagster_port}",
        "ClickHouse": _clickhouse_address(environment),
    }


def _clickhouse_address(environment: Environment) -> str:
    """Without the password, which is in the file of secrets if the engine is ours."""
    url = make_url(environment.variables["CLICKHOUSE_READER_URL"])
    address = f"{url.drivername}://{url.host}:{url.port or 8123}, user {url.username}"
    if environment.clickhouse:
        return f"{address}, password in {environment.data_directory / 'secrets.json'}"
    return address


def show_welcome(environment: Environment, console: Console, *, with_password: bool) -> None:
    """The password is shown once; later the file that holds it is named."""
    table = Table.grid(padding=(0, 2))
    for label, url in addresses(environment).items():
        table.add_row(label, url)
    installation = Installation.of(environment)
    login = installation.first_login()
    if login:
        table.add_row("Login", login["email"])
        password = login["password"] if with_password else f"in {installation.first_login_file}"
        table.add_row("Password", password)
        table.add_row("Write key", login["write_key"])
    console.print(Panel(table, title="The platform is ready", expand=False))
