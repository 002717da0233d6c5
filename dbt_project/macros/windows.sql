{#-
    A build processes the loads in (lo, hi] of the newest row of int_load_windows.
    Everything that an attempt writes carries that attempt's version.
-#}

{% macro window_value(column) -%}
    assumeNotNull((
        select argMax({{ column }}, version)
        from {{ ref('int_load_windows') }}
    ))
{%- endmacro %}


{% macro in_load_window() -%}
    load_id > {{ window_value('lo') }}
    and load_id <= {{ window_value('hi') }}
{%- endmacro %}


{% macro up_to_window() -%}
    load_id <= {{ window_value('hi') }}
{%- endmacro %}


{% macro last_summed_load() -%}
    {#-
        Sums over events of raw, which never change, go on from here. Building days anew
        reads loads a second time that sums hold already; only from load 0 on they start
        anew, too.
    -#}
    if({{ window_value('lo') }} = 0, 0, {{ window_value('committed_hi') }})
{%- endmacro %}


{% macro written_since_commit() -%}
    {#- Rows of this build and of those that died since the last committed one. -#}
    version > {{ window_value('committed_version') }}
{%- endmacro %}


{% macro changed_projects() -%}
    (select project_id from {{ ref('int_projects') }} where is_changed)
{%- endmacro %}


{% macro in_batch() -%}
    {#- New events, and all events of projects whose settings have changed. -#}
    load_id <= {{ window_value('hi') }}
    and (
        load_id > {{ window_value('lo') }}
        or project_id in {{ changed_projects() }}
    )
{%- endmacro %}


{% macro before_batch() -%}
    load_id <= {{ window_value('lo') }}
    and project_id not in {{ changed_projects() }}
{%- endmacro %}


{% macro build_version() -%}
    {#- Microseconds since 1970 at which this dbt invocation started. -#}
    toUInt64({{ (run_started_at.timestamp() * 1000000) | int }})
{%- endmacro %}


{% macro history_of(model_name, schema='analytics') -%}
    {#-
        The relation that an earlier build left, or none on a full refresh. Reading the
        previous state of a model further down must not become a ref: it would be a cycle.
    -#}
    {%- if execute and not should_full_refresh() -%}
        {{ return(adapter.get_relation('', schema, model_name)) }}
    {%- endif -%}
    {{ return(none) }}
{%- endmacro %}


{% macro contract_columns(model_name) -%}
    {#- Column names of a model, in the order of its yml; a union goes by position. -#}
    {%- if execute -%}
    {{ graph.nodes['model.analytics.' ~ model_name].columns.keys() | join(',\n    ') }}
    {%- else -%}
    *
    {%- endif -%}
{%- endmacro %}
