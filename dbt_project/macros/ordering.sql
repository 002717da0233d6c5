{% macro event_order() -%}
    {#-
        Orders events by time, then by id: 42 bits of milliseconds (until 2109) above the
        upper 86 bits of the event id, which keep UUIDv7 in the order of their making.
    -#}
    bitOr(
        bitShiftLeft(toUInt128(toUnixTimestamp64Milli(occurred_at)), 86),
        bitShiftRight(toUInt128(event_id), 42)
    )
{%- endmacro %}

{% macro occurred_ms(order) -%}
    {#- The milliseconds since 1970 that an event_order holds. -#}
    toInt64(bitShiftRight({{ order }}, 86))
{%- endmacro %}
