{% macro property_amount(property) -%}
    {#- A number, or a number sent as text; NULL when it is neither. -#}
    toDecimal64OrNull(
        trim(both '"' from JSONExtractRaw(properties, '{{ property }}')), 4
    )
{%- endmacro %}


{% macro amount(event_key) -%}
    {#-
        properties.revenue of any event; else, for orders and refunds, value or total (a
        checkout that was only started has a value too). Looking for the names first spares
        most events the JSON parser.
    -#}
    if(
        multiSearchAny(properties, ['"revenue"', '"value"', '"total"']),
        toDecimal64(
            coalesce(
                {{ property_amount('revenue') }},
                if(
                    {{ in_list(event_key, 'order_events') }}
                    or {{ in_list(event_key, 'refund_events') }},
                    coalesce(
                        {{ property_amount('value') }},
                        {{ property_amount('total') }}
                    ),
                    null
                ),
                toDecimal64(0, 4)
            ),
            4
        ),
        toDecimal64(0, 4)
    )
{%- endmacro %}


{% macro money(total) -%}
    {#-
        A sum of amounts as money, held at the 18 digits of Decimal(18, 4): one event may
        state 99,999,999,999,999.9999, so that ten could overflow and fail the build.
    -#}
    toDecimal64(
        greatest(
            least({{ total }}, toDecimal128('99999999999999.9999', 4)),
            toDecimal128('-99999999999999.9999', 4)
        ),
        4
    )
{%- endmacro %}


{% macro money_per(total, number) -%}
    {#- Money divided by a number, rounded half away from zero; NULL when the number is 0. -#}
    if(
        {{ number }} = 0,
        null,
        toDecimal64(
            round(
                toDecimal128({{ total }}, 8) / greatest(toInt64({{ number }}), 1),
                4
            ),
            4
        )
    )
{%- endmacro %}
