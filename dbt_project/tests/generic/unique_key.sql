{#- Whether keys written since the last committed build are unique in the whole table. -#}
{% test unique_key(model, columns) %}

{%- set key = columns | join(', ') %}

select {{ key }} from {{ model }}
where ({{ key }}) in (
    select {{ key }} from {{ model }}
    where version > {{ window_value('committed_version') }}
)
group by {{ key }}
having count() > 1

{% endtest %}
