-- The marketing domain: campaigns and their impressions. The product of the media domain arrives by logical
-- replication under its own name, media_consumption.mrt_marketing_weekly_engagement.
CREATE SCHEMA marketing;

CREATE TABLE marketing.stg_local_campaigns (
    campaign_id       bigint GENERATED ALWAYS AS IDENTITY,
    name              varchar(120) NOT NULL,
    target_country    varchar(10) NOT NULL,
    budget_allocated  numeric(12,2) NOT NULL,
    starts_on         date NOT NULL,
    ends_on           date NOT NULL,
    updated_at        timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_stg_local_campaigns PRIMARY KEY (campaign_id)
);

CREATE TABLE marketing.fct_impressions (
    impression_id  bigint GENERATED ALWAYS AS IDENTITY,
    campaign_id    bigint NOT NULL REFERENCES marketing.stg_local_campaigns (campaign_id),
    country_code   varchar(10) NOT NULL,
    shown_at       timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT pk_fct_impressions PRIMARY KEY (impression_id)
);
CREATE INDEX idx_fct_impressions_campaign ON marketing.fct_impressions (campaign_id);
