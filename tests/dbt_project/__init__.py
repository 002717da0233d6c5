import pytest

pytest.register_assert_rewrite("tests.dbt_project.comparison")
