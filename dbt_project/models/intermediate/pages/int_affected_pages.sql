{{ config(order_by='(project_id, page_date, path)') }}

-- Cells of page views that this build, or one that died since the last committed build, has
-- written, and all former cells of projects whose settings changed: in another time zone
-- views move to other days.

{% set pages = history_of('int_page_views_daily', 'intermediate') %}

select distinct
    project_id,
    event_date as page_date,
    path
from {{ ref('fct_events') }}
where is_page_view and {{ written_since_commit() if pages else 'false' }}

{% if pages %}
union distinct

select
    project_id,
    page_date,
    path
from {{ pages }}
where project_id in {{ changed_projects() }}
{% endif %}

-- depends_on: {{ ref('int_load_windows') }}
-- depends_on: {{ ref('int_projects') }}
