{% macro merged_json(objects) -%}
    {#- One JSON object with the last value of every key, keys sorted. -#}
    {%- set entries -%}
    arrayFlatten(
        arrayMap(object -> JSONExtractKeysAndValuesRaw(object), {{ objects }})
    )
    {%- endset -%}
    concat(
        '{',
        arrayStringConcat(
            arrayMap(
                name -> concat(
                    toJSONString(name),
                    ':',
                    arrayLast(entry -> entry.1 = name, {{ entries }}).2
                ),
                arraySort(arrayDistinct({{ entries }}.1))
            ),
            ','
        ),
        '}'
    )
{%- endmacro %}
