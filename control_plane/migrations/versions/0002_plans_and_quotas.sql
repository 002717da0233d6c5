CREATE TABLE tracking_plan_versions (
    id uuid CONSTRAINT pk_tracking_plan_versions PRIMARY KEY,
    project_id uuid NOT NULL CONSTRAINT fk_tracking_plan_versions_project_id REFERENCES projects ON DELETE CASCADE,
    version integer NOT NULL,
    document json NOT NULL,
    author varchar(320) NOT NULL DEFAULT '',
    note varchar(500) NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT uq_tracking_plan_versions_project_id_version UNIQUE (project_id, version)
);

-- What was documented so far becomes the first version of each plan; nothing is checked by it yet.
WITH properties AS (
    SELECT
        planned_event_id,
        json_object_agg(
            property_name,
            CASE value_type
                WHEN 'timestamp' THEN json_build_object('type', 'string', 'format', 'date-time', 'description', description)
                WHEN 'list' THEN json_build_object('type', 'array', 'description', description)
                ELSE json_build_object('type', value_type, 'description', description)
            END
            ORDER BY property_name
        ) AS members
    FROM planned_properties
    GROUP BY planned_event_id
)
INSERT INTO tracking_plan_versions (id, project_id, version, document, note)
SELECT
    gen_random_uuid(),
    project_id,
    1,
    json_build_object(
        'mode', 'off',
        'unknown_events', 'allow',
        'events', json_object_agg(
            event_name,
            CASE
                WHEN members IS NULL THEN json_build_object('description', description)
                ELSE json_build_object(
                    'description', description,
                    'properties', json_build_object('type', 'object', 'properties', members)
                )
            END
            ORDER BY event_name
        )
    ),
    'from the plan of an earlier release'
FROM planned_events
LEFT JOIN properties ON planned_event_id = planned_events.id
GROUP BY project_id;

DROP TABLE planned_properties, planned_events;

CREATE TABLE rejected_replays (
    project_id uuid NOT NULL CONSTRAINT fk_rejected_replays_project_id REFERENCES projects ON DELETE CASCADE,
    rejected_id varchar(64) NOT NULL,
    state varchar(20) NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    author varchar(320) NOT NULL DEFAULT '',
    event_ids varchar(512)[] NOT NULL DEFAULT '{}',
    code varchar(100) NOT NULL DEFAULT '',
    field varchar NOT NULL DEFAULT '',
    reason varchar NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_rejected_replays PRIMARY KEY (project_id, rejected_id),
    CONSTRAINT ck_rejected_replays_state_is_known CHECK (state IN ('replayed', 'failed', 'discarded'))
);

CREATE TABLE monthly_usage (
    project_id uuid NOT NULL CONSTRAINT fk_monthly_usage_project_id REFERENCES projects ON DELETE CASCADE,
    month date NOT NULL,
    events bigint NOT NULL DEFAULT 0,
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_monthly_usage PRIMARY KEY (project_id, month)
);

ALTER TABLE rate_tiers ADD COLUMN monthly_events bigint;

-- 'unmetered' stays the tier of a team's own projects; these are for those who serve others.
INSERT INTO rate_tiers (name, events_per_second, bytes_per_second, monthly_events) VALUES
    ('free', 100, 1000000, 1000000),
    ('growth', 2000, 10000000, 100000000),
    ('enterprise', 20000, 100000000, NULL);
