CREATE TABLE organisations (
    id uuid CONSTRAINT pk_organisations PRIMARY KEY,
    name varchar(200) NOT NULL CONSTRAINT uq_organisations_name UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE users (
    id uuid CONSTRAINT pk_users PRIMARY KEY,
    email varchar(320) NOT NULL CONSTRAINT uq_users_email UNIQUE,
    password_hash varchar(500),
    first_name varchar(200) NOT NULL DEFAULT '',
    last_name varchar(200) NOT NULL DEFAULT '',
    last_login_at timestamptz,
    disabled_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT ck_users_email_is_lower_case CHECK (email = lower(email))
);

CREATE TABLE refresh_tokens (
    id uuid CONSTRAINT pk_refresh_tokens PRIMARY KEY,
    user_id uuid NOT NULL CONSTRAINT fk_refresh_tokens_user_id REFERENCES users ON DELETE CASCADE,
    family_id uuid NOT NULL,
    token_hash varchar(64) NOT NULL CONSTRAINT uq_refresh_tokens_token_hash UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    rotated_at timestamptz,
    revoked_at timestamptz
);
CREATE INDEX ix_refresh_tokens_user_id ON refresh_tokens (user_id);
CREATE INDEX ix_refresh_tokens_family_id ON refresh_tokens (family_id);
CREATE INDEX ix_refresh_tokens_expires_at ON refresh_tokens (expires_at);

CREATE TABLE invitations (
    id uuid CONSTRAINT pk_invitations PRIMARY KEY,
    user_id uuid NOT NULL CONSTRAINT fk_invitations_user_id REFERENCES users ON DELETE CASCADE,
    token_hash varchar(64) NOT NULL CONSTRAINT uq_invitations_token_hash UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    accepted_at timestamptz
);
CREATE INDEX ix_invitations_user_id ON invitations (user_id);

CREATE TABLE rate_tiers (
    name varchar(50) CONSTRAINT pk_rate_tiers PRIMARY KEY,
    events_per_second integer,
    bytes_per_second bigint,
    burst_seconds integer NOT NULL DEFAULT 10,
    max_event_bytes integer NOT NULL DEFAULT 32768,
    max_batch_bytes integer NOT NULL DEFAULT 512000,
    max_batch_events integer NOT NULL DEFAULT 2500,
    max_properties integer NOT NULL DEFAULT 255,
    max_depth integer NOT NULL DEFAULT 8,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);

-- 'unmetered' is what a team that runs its own platform wants: only backpressure limits it.
INSERT INTO rate_tiers (name, events_per_second, bytes_per_second) VALUES
    ('unmetered', NULL, NULL),
    ('standard', 5000, 10000000),
    ('small', 500, 1000000);

CREATE TABLE projects (
    id uuid CONSTRAINT pk_projects PRIMARY KEY,
    organisation_id uuid NOT NULL CONSTRAINT fk_projects_organisation_id REFERENCES organisations ON DELETE CASCADE,
    name varchar(200) NOT NULL,
    timezone varchar(64) NOT NULL DEFAULT 'UTC',
    currency varchar(3) NOT NULL DEFAULT 'USD',
    session_timeout_seconds integer NOT NULL DEFAULT 1800,
    session_cap_seconds integer NOT NULL DEFAULT 86400,
    session_cut_at_midnight boolean NOT NULL DEFAULT false,
    session_cut_on_campaign boolean NOT NULL DEFAULT false,
    include_bots boolean NOT NULL DEFAULT false,
    week_start smallint NOT NULL DEFAULT 1,
    retention_days integer,
    keep_ip boolean NOT NULL DEFAULT false,
    tier varchar(50) NOT NULL DEFAULT 'unmetered' CONSTRAINT fk_projects_tier REFERENCES rate_tiers,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT uq_projects_organisation_id_name UNIQUE (organisation_id, name),
    CONSTRAINT ck_projects_session_timeout_is_sane CHECK (session_timeout_seconds BETWEEN 60 AND 86400),
    CONSTRAINT ck_projects_session_cap_is_sane CHECK (session_cap_seconds >= session_timeout_seconds),
    CONSTRAINT ck_projects_week_start_is_a_weekday CHECK (week_start BETWEEN 1 AND 7),
    CONSTRAINT ck_projects_retention_is_positive CHECK (retention_days > 0),
    CONSTRAINT ck_projects_currency_is_iso_4217 CHECK (currency ~ '^[A-Z]{3}$')
);
CREATE INDEX ix_projects_organisation_id ON projects (organisation_id);

CREATE TABLE memberships (
    id uuid CONSTRAINT pk_memberships PRIMARY KEY,
    user_id uuid NOT NULL CONSTRAINT fk_memberships_user_id REFERENCES users ON DELETE CASCADE,
    organisation_id uuid NOT NULL CONSTRAINT fk_memberships_organisation_id REFERENCES organisations ON DELETE CASCADE,
    project_id uuid CONSTRAINT fk_memberships_project_id REFERENCES projects ON DELETE CASCADE,
    role varchar(20) NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT ck_memberships_role_is_known CHECK (role IN ('owner', 'admin', 'analyst', 'viewer'))
);
CREATE INDEX ix_memberships_user_id ON memberships (user_id);
CREATE INDEX ix_memberships_organisation_id ON memberships (organisation_id);
CREATE INDEX ix_memberships_project_id ON memberships (project_id);
CREATE UNIQUE INDEX uq_memberships_organisation ON memberships (user_id, organisation_id) WHERE project_id IS NULL;
CREATE UNIQUE INDEX uq_memberships_project ON memberships (user_id, project_id) WHERE project_id IS NOT NULL;

CREATE TABLE api_keys (
    id uuid CONSTRAINT pk_api_keys PRIMARY KEY,
    project_id uuid CONSTRAINT fk_api_keys_project_id REFERENCES projects ON DELETE CASCADE,
    user_id uuid CONSTRAINT fk_api_keys_user_id REFERENCES users ON DELETE CASCADE,
    kind varchar(20) NOT NULL,
    name varchar(200) NOT NULL DEFAULT '',
    key_hash varchar(64) NOT NULL CONSTRAINT uq_api_keys_key_hash UNIQUE,
    prefix varchar(20) NOT NULL,
    last_used_at timestamptz,
    revoked_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT ck_api_keys_kind_is_known CHECK (kind IN ('write', 'read', 'personal')),
    CONSTRAINT ck_api_keys_personal_key_has_a_user CHECK ((kind = 'personal') = (user_id IS NOT NULL)),
    CONSTRAINT ck_api_keys_project_key_has_a_project CHECK (kind = 'personal' OR project_id IS NOT NULL)
);
CREATE INDEX ix_api_keys_project_id ON api_keys (project_id);
CREATE INDEX ix_api_keys_user_id ON api_keys (user_id);

CREATE TABLE funnels (
    id uuid CONSTRAINT pk_funnels PRIMARY KEY,
    project_id uuid NOT NULL CONSTRAINT fk_funnels_project_id REFERENCES projects ON DELETE CASCADE,
    name varchar(200) NOT NULL,
    definition jsonb NOT NULL,
    archived_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT uq_funnels_project_id_name UNIQUE (project_id, name)
);
CREATE INDEX ix_funnels_project_id ON funnels (project_id);

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
