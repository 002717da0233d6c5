{% macro campaign_key(events) -%}
    {#- Empty when the event carries no campaign, or campaigns do not cut sessions. -#}
    if(
        projects.session_cut_on_campaign,
        concat(
            {{ events }}.utm_source,
            {{ events }}.utm_medium,
            {{ events }}.utm_campaign
        ),
        ''
    )
{%- endmacro %}
