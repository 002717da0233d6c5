"""Who answers for an asset. dbt models may name another owner in `meta.dagster.owners`."""

DATA_TEAM = "team:data"
PLATFORM_TEAM = "team:platform"
