{#-
    int_load_commits may only commit a window that every mart has finished, whatever
    subset of models an operator selects. Each mart notes that it is done.
-#}

{% macro create_completions() -%}
    create table if not exists intermediate.model_completions
    (
        window_version UInt64,
        model String,
        completed_at DateTime64(3, 'UTC')
    )
    engine = ReplacingMergeTree
    order by (window_version, model)
{%- endmacro %}


{% macro record_completion() -%}
    insert into intermediate.model_completions
    select {{ window_value('version') }}, '{{ this.identifier }}', now64(3)
{%- endmacro %}
