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
