-- DDL as people write it: names left to PostgreSQL, several spellings of one thing, changes on the way.
CREATE SCHEMA app;
SET search_path = app, public;
CREATE EXTENSION IF NOT EXISTS btree_gist;

CREATE TYPE mood AS ENUM ('sad', 'ok');
ALTER TYPE mood ADD VALUE 'happy' AFTER 'ok';
CREATE DOMAIN short AS varchar(10) NOT NULL;
CREATE DOMAIN shorter AS short CHECK (length(VALUE) < 5);

CREATE TABLE people (
  id          int GENERATED ALWAYS AS IDENTITY,
  nick        shorter UNIQUE,
  name        character varying(50) NOT NULL,
  mail        text CHECK (mail LIKE '%@%'),
  feeling     mood DEFAULT 'ok',
  feelings    mood[],
  score       decimal(8, 3),
  ratio       float(10),
  joined      timestamp DEFAULT current_timestamp,
  seen        timestamptz(0),
  full_name   text GENERATED ALWAYS AS (name || ' ' || mail) STORED,
  PRIMARY KEY (id),
  UNIQUE (name, mail),
  UNIQUE (name, mail, feeling) INCLUDE (score)
);
CREATE INDEX ON people (name);
CREATE INDEX ON people (name);                       -- people_name_idx1
CREATE INDEX ON people (lower(name), upper(mail));   -- people_lower_upper_idx
CREATE INDEX ON people ((score + 1), (score - 1), lower(name), lower(mail));
CREATE INDEX ON people ((name::text));
CREATE INDEX ON people ((CASE WHEN score > 1 THEN 1 END), (coalesce(mail, '')));
CREATE INDEX ON people USING hash (mail);
CREATE UNIQUE INDEX CONCURRENTLY people_mail ON people (mail) WHERE seen IS NOT NULL;

CREATE TABLE a_table_with_a_name_that_is_so_long_that_it_nearly_fills_the_sixty_three (
  a_column_with_a_long_name_as_well serial PRIMARY KEY,
  another_column_with_a_very_long_name_indeed bigint UNIQUE REFERENCES people (id),
  UNIQUE (a_column_with_a_long_name_as_well, another_column_with_a_very_long_name_indeed)
);

CREATE TABLE visits (
  person int REFERENCES people ON DELETE SET NULL ON UPDATE CASCADE,
  at     timestamptz NOT NULL,
  room   text,
  during tstzrange,
  FOREIGN KEY (person) REFERENCES people (id)
) PARTITION BY RANGE (at);
CREATE TABLE visits_1 PARTITION OF visits FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE visits_2 (room text, at timestamptz NOT NULL, during tstzrange, person int);
CREATE INDEX visits_2_own ON visits_2 (at);
CREATE INDEX visits_at ON visits (at);
ALTER TABLE visits ADD CONSTRAINT visits_unique UNIQUE (person, at);
ALTER TABLE visits ATTACH PARTITION visits_2 FOR VALUES FROM ('2025-01-01') TO (MAXVALUE);
CREATE TABLE visits_3 PARTITION OF visits (room DEFAULT 'hall') DEFAULT PARTITION BY HASH (at);
CREATE TABLE visits_3_0 PARTITION OF visits_3 FOR VALUES WITH (MODULUS 1, REMAINDER 0);
CREATE INDEX ON visits (room, at DESC);
ALTER TABLE visits ADD COLUMN guests smallint NOT NULL DEFAULT 1;
ALTER TABLE visits ALTER COLUMN room TYPE varchar(30);

CREATE TABLE booked (room text, during tstzrange, EXCLUDE USING gist (room WITH =, during WITH &&), EXCLUDE (room WITH =));

CREATE TABLE copied (LIKE people INCLUDING ALL, extra int);
CREATE TABLE plain (LIKE people);
CREATE TABLE parent (id int NOT NULL, note text);
CREATE TABLE child (id int PRIMARY KEY, own bool) INHERITS (parent);
ALTER TABLE parent ADD COLUMN later date, ALTER COLUMN note SET NOT NULL;
ALTER TABLE ONLY parent ADD UNIQUE (id);

CREATE TABLE changed (a int, b int, c int, d text, e numeric);
CREATE INDEX changed_a ON changed (a);
CREATE INDEX changed_bc ON changed (b, c);
CREATE INDEX changed_c ON changed (c) WHERE a > 1;
CREATE UNIQUE INDEX changed_d ON changed (d);
ALTER TABLE changed ADD CONSTRAINT changed_key UNIQUE USING INDEX changed_d;
ALTER TABLE changed REPLICA IDENTITY FULL;
ALTER TABLE changed DROP COLUMN a, DROP COLUMN IF EXISTS nothing, ALTER e TYPE numeric(5, 1),
  ALTER d SET NOT NULL, ADD COLUMN IF NOT EXISTS f int UNIQUE, SET (fillfactor = 60), SET UNLOGGED;
ALTER TABLE changed RENAME COLUMN b TO bb;
ALTER INDEX changed_bc RENAME TO changed_both;
ALTER INDEX changed_both SET (fillfactor = 55);
ALTER TABLE changed RENAME TO altered;
ALTER TABLE altered SET SCHEMA public;
ALTER TABLE altered ADD CHECK (bb > 0), ADD CONSTRAINT gone CHECK (f > 0), ALTER f SET DEFAULT 3;
ALTER TABLE altered DROP CONSTRAINT gone, DROP CONSTRAINT changed_f_key, ADD PRIMARY KEY (f);

CREATE UNLOGGED TABLE staged WITH (fillfactor = 77) AS
  SELECT p.id, p.name AS who, count(*) AS visits, 1.5 AS rate, 'x' AS letter, NULL AS nothing,
         now() AS made, p.score * 2 AS twice, length(p.mail), p.joined::date, array_agg(v.room) AS rooms
  FROM people p JOIN visits v ON v.person = p.id GROUP BY p.id;
SELECT id, name INTO chosen FROM people;
CREATE TABLE listed (x, y) AS VALUES (1, 'one'), (2, 'two');
CREATE VIEW happy AS SELECT * FROM people WHERE feeling = 'happy';
CREATE MATERIALIZED VIEW rooms AS SELECT room, max(at) AS last FROM visits GROUP BY room;
CREATE UNIQUE INDEX ON rooms (room);

CREATE TABLE dropped (id int PRIMARY KEY);
CREATE TABLE refers (id int REFERENCES dropped);
DROP TABLE dropped CASCADE;
DROP TABLE IF EXISTS never_there;
CREATE TABLE IF NOT EXISTS refers (other text);
CREATE TABLE public."Quoted" ("Key" uuid PRIMARY KEY, "a b" text, "ünï" text UNIQUE);
CREATE INDEX ON public."Quoted" ("a b", lower("ünï"));
RESET search_path;
