{% macro valid_distinct_id(column) -%}
    {#- The id, or '' when it is one of the placeholders that stand for nobody. -#}
    if(
        {{ in_list('lower(trimBoth(' ~ column ~ '))', 'generic_distinct_ids') }},
        '',
        {{ column }}
    )
{%- endmacro %}


{% macro person_id(name) -%}
    {#-
        UUID v5 (RFC 9562) of a name in the OID namespace: the first 16 bytes of
        SHA-1(namespace || name) with the version and variant bits set.
    -#}
    {%- set digest -%}
    SHA1(concat(unhex('6ba7b8129dad11d180b400c04fd430c8'), {{ name }}))
    {%- endset -%}
    toUUID(UUIDNumToString(toFixedString(concat(
        substring({{ digest }}, 1, 6),
        char(bitOr(
            bitAnd(reinterpretAsUInt8(substring({{ digest }}, 7, 1)), 15), 80
        )),
        substring({{ digest }}, 8, 1),
        char(bitOr(
            bitAnd(reinterpretAsUInt8(substring({{ digest }}, 9, 1)), 63), 128
        )),
        substring({{ digest }}, 10, 7)
    ), 16)))
{%- endmacro %}


{% macro nil_uuid() -%}
    toUUID('00000000-0000-0000-0000-000000000000')
{%- endmacro %}
