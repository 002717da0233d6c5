{% macro in_list(column, variable) -%}
    {{ column }} in (
        '{{ var(variable) | join("',\n'") }}'
    )
{%- endmacro %}
