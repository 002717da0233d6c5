{#-
    Marts that change are appended to: a build inserts the new version of a row and then
    deletes what the new one replaces, so that readers need no FINAL. A reader in
    between sees both; a build that dies in between leaves both until the next one.
    The keys go into a table first: a lightweight delete by subquery cost 15 CPU-s
    on 10M rows, by a table of keys 0.5 to 0.8.
-#}

{% macro delete_replaced(key_columns) -%}
    {#- Deletes older versions of the keys written since the last committed build. -#}
    {%- if _has_older_rows() -%}
    {%- set keys = key_columns | join(', ') -%}
    {%- set written = _key_table('written') -%}
    {%- do run_query('drop table if exists ' ~ written) -%}
    {%- do run_query(
        'create table ' ~ written ~ ' engine = MergeTree order by tuple() as select '
        ~ keys ~ ', max(version) as latest from ' ~ this ~ ' where version > '
        ~ window_value('committed_version') ~ ' group by ' ~ keys
    ) -%}
    {%- do run_query(
        'delete from ' ~ this ~ ' where (' ~ keys ~ ') in (select ' ~ keys ~ ' from '
        ~ written ~ ') and (' ~ keys ~ ', version) not in (select ' ~ keys
        ~ ', latest from ' ~ written ~ ')'
    ) -%}
    {%- do run_query('drop table ' ~ written) -%}
    {%- endif -%}
{%- endmacro %}


{% macro delete_recomputed(key_columns, affected) -%}
    {#- Deletes older rows of affected keys, whether replaced or gone. -#}
    {%- if _has_older_rows() -%}
    {%- set keys = key_columns | join(', ') -%}
    {%- set gone = _key_table('gone') -%}
    {%- do run_query('drop table if exists ' ~ gone) -%}
    {%- do run_query(
        'create table ' ~ gone ~ ' engine = MergeTree order by tuple() as '
        ~ affected
    ) -%}
    {%- do run_query(
        'delete from ' ~ this ~ ' where (' ~ keys ~ ') in (select ' ~ keys ~ ' from '
        ~ gone ~ ') and version < ' ~ build_version()
    ) -%}
    {%- do run_query('drop table ' ~ gone) -%}
    {%- endif -%}
{%- endmacro %}


{% macro _has_older_rows() -%}
    {%- if not execute or should_full_refresh() -%}{{ return(false) }}{%- endif -%}
    {%- set oldest = run_query(
        'select min(version) < ' ~ build_version() ~ ' from ' ~ this
    ) -%}
    {{ return(oldest.columns[0].values()[0] | int == 1) }}
{%- endmacro %}


{% macro _key_table(purpose) -%}
    {{ return('intermediate.' ~ this.identifier ~ '__' ~ purpose) }}
{%- endmacro %}


{% macro recomputed_sessions() -%}
    {#- Sessions of earlier builds that start in a recomputed range. -#}
    select distinct sessions.session_id as session_id
    from {{ this }} as sessions
    inner join {{ ref('int_activity_ranges') }} as ranges
        on sessions.project_id = ranges.project_id
        and sessions.device_id = ranges.device_id
    where sessions.version < {{ build_version() }}
        and sessions.started_at between ranges.range_from and ranges.range_to
{%- endmacro %}


{% macro recomputed_persons() -%}
    select
        project_id,
        person_id
    from {{ ref('int_affected_persons') }}
{%- endmacro %}


{% macro recomputed_pages() -%}
    select * from {{ ref('int_affected_pages') }}
{%- endmacro %}


{% macro recomputed_hours() -%}
    select * from {{ ref('int_affected_hours') }}
{%- endmacro %}
