-- The media domain: players write sessions into core, stg is a view on them, and a weekly mart is the data product.
CREATE SCHEMA stg;
CREATE SCHEMA core;
CREATE SCHEMA media_consumption;

CREATE TABLE core.dim_subscribers (
    subscriber_id      bigint GENERATED ALWAYS AS IDENTITY,
    subscription_tier  varchar(32) NOT NULL,
    country_code       varchar(10) NOT NULL,
    email_hash         bytea NOT NULL,
    created_at         timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_dim_subscribers PRIMARY KEY (subscriber_id)
);

CREATE TABLE core.fct_playback_sessions (
    session_id         bigint GENERATED ALWAYS AS IDENTITY,
    subscriber_id      bigint NOT NULL,
    title_id           integer NOT NULL,
    country_code       varchar(10) NOT NULL,
    device             varchar(40) NOT NULL,
    started_at         timestamptz NOT NULL DEFAULT now(),
    ended_at           timestamptz,
    position_seconds   integer NOT NULL DEFAULT 0,
    viewtime_seconds   integer NOT NULL DEFAULT 0,
    CONSTRAINT pk_fct_playback_sessions PRIMARY KEY (session_id)
) WITH (fillfactor = 90);
CREATE INDEX idx_fct_sessions_subscriber ON core.fct_playback_sessions (subscriber_id);
CREATE INDEX idx_fct_sessions_started ON core.fct_playback_sessions (started_at);

CREATE VIEW stg.stg_playback_sessions AS
SELECT session_id, subscriber_id, title_id, upper(country_code) AS country_code, started_at, viewtime_seconds
FROM core.fct_playback_sessions;

-- The contract that other domains read. Its text keys say their collation, so that they sort alike on every server.
CREATE TABLE media_consumption.mrt_marketing_weekly_engagement (
    playback_week           date NOT NULL,
    subscription_tier       varchar(32) COLLATE "C" NOT NULL,
    country_code            varchar(10) COLLATE "C" NOT NULL,
    weekly_events           bigint NOT NULL,
    weekly_viewtime_seconds bigint NOT NULL,
    CONSTRAINT pk_mrt_marketing_weekly_engagement PRIMARY KEY (playback_week, subscription_tier, country_code)
);
CREATE INDEX idx_mrt_media_country ON media_consumption.mrt_marketing_weekly_engagement (country_code);
ALTER TABLE media_consumption.mrt_marketing_weekly_engagement REPLICA IDENTITY DEFAULT;
