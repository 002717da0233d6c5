{#-
    Saved funnels come compiled (docs/decisions/0013-funnels.md). Each is a statement of
    its own: one of them all would be planned in seconds and need the memory of them all.
-#}

{% macro insert_funnel_attempts() -%}
    {%- if execute -%}
    {%- set funnels = run_query(
        'select attempts_sql from ' ~ ref('stg_funnels')
        ~ ' where is_valid order by project_id, funnel_id'
    ) -%}
    {%- for funnel in funnels.rows -%}
    {%- do run_query(
        'insert into ' ~ this ~ ' (' ~ contract_columns('int_funnel_attempts') ~ ') '
        ~ funnel['attempts_sql']
    ) -%}
    {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
