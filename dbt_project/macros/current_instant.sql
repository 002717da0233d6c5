{% macro current_instant() -%}
    {#- The time of the build, or the variable `now` where a test freezes it. -#}
    {%- if var('now', none) -%}
    toDateTime64('{{ var("now") }}', 3, 'UTC')
    {%- else -%}
    now64(3, 'UTC')
    {%- endif -%}
{%- endmacro %}


{% macro local_today(utc_offsets) -%}
    {#- Today in the zone whose changes of offset are given, as int_projects has them. -#}
    toDate(
        {{ current_instant() }} + toIntervalSecond(
            tupleElement(
                arrayLast(
                    change -> change.1 <= {{ current_instant() }},
                    {{ utc_offsets }}
                ),
                2
            )
        )
    )
{%- endmacro %}
