{% macro generate_schema_name(custom_schema_name, node) -%}
    {#- Databases are called exactly staging, intermediate and analytics, on every target. -#}
    {{ custom_schema_name or target.schema }}
{%- endmacro %}
