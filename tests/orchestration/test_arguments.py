"""The dbt command line."""

from orchestration.defs.warehouse.arguments import build_arguments, global_flags


def test_a_build_runs_models_and_data_tests_but_no_unit_tests() -> None:
    assert build_arguments() == ["build", "--exclude-resource-type", "unit_test"]


def test_a_full_refresh_says_so() -> None:
    assert build_arguments(full_refresh=True) == [
        "build",
        "--exclude-resource-type",
        "unit_test",
        "--full-refresh",
    ]


def test_global_flags_keep_the_log_small() -> None:
    assert global_flags() == ["--log-level-file", "info", "--no-use-colors"]
