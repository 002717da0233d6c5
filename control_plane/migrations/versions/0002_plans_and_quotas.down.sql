UPDATE projects SET tier = 'unmetered' WHERE tier IN ('free', 'growth', 'enterprise');
DELETE FROM rate_tiers WHERE name IN ('free', 'growth', 'enterprise');
ALTER TABLE rate_tiers DROP COLUMN monthly_events;

DROP TABLE monthly_usage, rejected_replays;

CREATE TABLE planned_events (
    id uuid CONSTRAINT pk_planned_events PRIMARY KEY,
    project_id uuid NOT NULL CONSTRAINT fk_planned_events_project_id REFERENCES projects ON DELETE CASCADE,
    event_name varchar(200) NOT NULL,
    description varchar NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT uq_planned_events_project_id_event_name UNIQUE (project_id, event_name)
);
CREATE INDEX ix_planned_events_project_id ON planned_events (project_id);

CREATE TABLE planned_properties (
    id uuid CONSTRAINT pk_planned_properties PRIMARY KEY,
    planned_event_id uuid NOT NULL CONSTRAINT fk_planned_properties_planned_event_id
        REFERENCES planned_events ON DELETE CASCADE,
    property_name varchar(200) NOT NULL,
    value_type varchar(20) NOT NULL,
    description varchar NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT uq_planned_properties_planned_event_id_property_name UNIQUE (planned_event_id, property_name),
    CONSTRAINT ck_planned_properties_value_type_is_known CHECK (
        value_type IN ('string', 'number', 'integer', 'boolean', 'timestamp', 'list', 'object')
    )
);
CREATE INDEX ix_planned_properties_planned_event_id ON planned_properties (planned_event_id);

-- Descriptions survive, the schemas of the newest versions do not: there was no place for them.
INSERT INTO planned_events (id, project_id, event_name, description)
SELECT gen_random_uuid(), newest.project_id, event.key, coalesce(event.value ->> 'description', '')
FROM (
    SELECT DISTINCT ON (project_id) project_id, document
    FROM tracking_plan_versions
    ORDER BY project_id, version DESC
) AS newest
CROSS JOIN json_each(newest.document -> 'events') AS event;

DROP TABLE tracking_plan_versions;
