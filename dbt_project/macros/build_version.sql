{% macro build_version() -%}
    {#- Microseconds since 1970 at which this dbt invocation started: grows from build to build. -#}
    toUInt64({{ (run_started_at.timestamp() * 1000000) | int }})
{%- endmacro %}
