{% macro campaign_hash() -%}
    {#- 0 when the event carries no campaign. -#}
    if(
        utm_source = '' and utm_medium = '' and utm_campaign = '',
        toUInt64(0),
        sipHash64(utm_source, utm_medium, utm_campaign)
    )
{%- endmacro %}
