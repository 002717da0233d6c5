{% macro event_order() -%}
    {#-
        Orders events by time, then by id: the milliseconds above all 128 bits of the event
        id. Ids that are counted up differ in the lowest bits, those of UUIDv7 libraries
        that count within a millisecond, too.
    -#}
    bitOr(
        bitShiftLeft(toUInt256(toUnixTimestamp64Milli(occurred_at)), 128),
        toUInt256(toUInt128(event_id))
    )
{%- endmacro %}

{% macro occurred_ms(order) -%}
    {#- The milliseconds since 1970 that an event_order holds. -#}
    toInt64(bitShiftRight({{ order }}, 128))
{%- endmacro %}
