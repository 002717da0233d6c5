"""The dbt command line of a build."""


def build_arguments(*, full_refresh: bool = False) -> list[str]:
    """`dbt build` without unit tests: they check the code, not the data, so they belong to CI.

    Which models and data tests take part is Dagster's selection, which dagster-dbt appends.
    """
    arguments = ["build", "--exclude-resource-type", "unit_test"]
    if full_refresh:
        arguments.append("--full-refresh")
    return arguments


def global_flags() -> list[str]:
    """dagster-dbt reads JSON events from stdout; a debug log of each run is not worth its disk."""
    return ["--log-level-file", "info", "--no-use-colors"]
