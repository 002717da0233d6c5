{% macro property_amount(property) -%}
    {#- A number, or a number sent as text; NULL when it is neither. -#}
    toDecimal64OrNull(
        trim(both '"' from JSONExtractRaw(properties, '{{ property }}')), 4
    )
{%- endmacro %}


{% macro signed_revenue() -%}
    {#-
        properties.revenue, else value, else total; refunds are negative. Looking for
        the three names first spares most events the JSON parser.
    -#}
    if(
        multiSearchAny(properties, ['"revenue"', '"value"', '"total"']),
        toDecimal64(
            coalesce(
                {{ property_amount('revenue') }},
                {{ property_amount('value') }},
                {{ property_amount('total') }},
                toDecimal64(0, 4)
            ),
            4
        ),
        toDecimal64(0, 4)
    )
{%- endmacro %}
