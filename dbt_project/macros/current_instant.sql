{% macro current_instant() -%}
    {#- The time of the build, or the variable `now` where a test freezes it. -#}
    {%- if var('now', none) -%}
    toDateTime64('{{ var("now") }}', 3, 'UTC')
    {%- else -%}
    now64(3, 'UTC')
    {%- endif -%}
{%- endmacro %}
