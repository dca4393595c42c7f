-- Tables for the tests of statements.
CREATE SCHEMA shop;
CREATE TABLE shop.customers (
  id bigint PRIMARY KEY, email text UNIQUE, name text, nick text, visits integer, vip boolean, active boolean,
  changed_at timestamptz
);
CREATE UNIQUE INDEX ON shop.customers (nick) WHERE active;
CREATE TYPE shop.address AS (street text, city text);
CREATE TABLE shop.orders (
  id bigserial PRIMARY KEY, customer bigint REFERENCES shop.customers, total numeric(10, 2), status text DEFAULT 'new',
  placed timestamptz DEFAULT now(), extra jsonb, address shop.address
);
CREATE TABLE shop.lines (order_id bigint, line integer, quantity integer, PRIMARY KEY (order_id, line));
CREATE TABLE shop.sums (a integer, twice integer GENERATED ALWAYS AS (a * 2) STORED, b integer);
CREATE TABLE elsewhere.loose (id integer);
CREATE VIEW shop.open_orders AS
  SELECT o.*, c.name FROM shop.orders o JOIN shop.customers c ON c.id = o.customer WHERE o.status = 'new';
CREATE MATERIALIZED VIEW shop.daily AS SELECT placed::date AS day, count(*) AS n FROM shop.orders GROUP BY 1;
CREATE UNIQUE INDEX ON shop.daily (day);
CREATE FOREIGN TABLE shop.remote (id bigint) SERVER elsewhere;

CREATE FUNCTION shop.touch() RETURNS trigger LANGUAGE plpgsql AS
  'BEGIN NEW.changed_at := now(); RETURN NEW; END';
CREATE FUNCTION shop.rank() RETURNS trigger LANGUAGE plpgsql AS
  'BEGIN NEW.vip = NEW.visits > 100; RETURN NEW; END';
CREATE TRIGGER touch BEFORE INSERT OR UPDATE ON shop.customers FOR EACH ROW EXECUTE FUNCTION shop.touch();
CREATE TRIGGER rank BEFORE UPDATE OF visits ON shop.customers FOR EACH ROW EXECUTE FUNCTION shop.rank();
