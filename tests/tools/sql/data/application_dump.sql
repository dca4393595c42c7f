--
-- PostgreSQL database dump
--

\restrict kTokenThatPgDumpDrawsAnew

-- Dumped from database version 15.20 (Debian 15.20-0+deb12u1)
-- Dumped by pg_dump version 15.20 (Debian 15.20-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: Odd Names; Type: SCHEMA; Schema: -; Owner: postgres
--

CREATE SCHEMA "Odd Names";


ALTER SCHEMA "Odd Names" OWNER TO postgres;

--
-- Name: ext; Type: SCHEMA; Schema: -; Owner: postgres
--

CREATE SCHEMA ext;


ALTER SCHEMA ext OWNER TO postgres;

--
-- Name: media; Type: SCHEMA; Schema: -; Owner: postgres
--

CREATE SCHEMA media;


ALTER SCHEMA media OWNER TO postgres;

--
-- Name: sales; Type: SCHEMA; Schema: -; Owner: postgres
--

CREATE SCHEMA sales;


ALTER SCHEMA sales OWNER TO postgres;

--
-- Name: SCHEMA sales; Type: COMMENT; Schema: -; Owner: postgres
--

COMMENT ON SCHEMA sales IS 'orders; and ''quotes''';


--
-- Name: de; Type: COLLATION; Schema: media; Owner: postgres
--

CREATE COLLATION media.de (provider = icu, locale = 'de-DE');


ALTER COLLATION media.de OWNER TO postgres;

--
-- Name: btree_gist; Type: EXTENSION; Schema: -; Owner: -
--

CREATE EXTENSION IF NOT EXISTS btree_gist WITH SCHEMA public;


--
-- Name: EXTENSION btree_gist; Type: COMMENT; Schema: -; Owner: 
--

COMMENT ON EXTENSION btree_gist IS 'support for indexing common datatypes in GiST';


--
-- Name: citext; Type: EXTENSION; Schema: -; Owner: -
--

CREATE EXTENSION IF NOT EXISTS citext WITH SCHEMA public;


--
-- Name: EXTENSION citext; Type: COMMENT; Schema: -; Owner: 
--

COMMENT ON EXTENSION citext IS 'data type for case-insensitive character strings';


--
-- Name: hstore; Type: EXTENSION; Schema: -; Owner: -
--

CREATE EXTENSION IF NOT EXISTS hstore WITH SCHEMA public;


--
-- Name: EXTENSION hstore; Type: COMMENT; Schema: -; Owner: 
--

COMMENT ON EXTENSION hstore IS 'data type for storing sets of (key, value) pairs';


--
-- Name: pg_trgm; Type: EXTENSION; Schema: -; Owner: -
--

CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;


--
-- Name: EXTENSION pg_trgm; Type: COMMENT; Schema: -; Owner: 
--

COMMENT ON EXTENSION pg_trgm IS 'text similarity measurement and index searching based on trigrams';


--
-- Name: pgcrypto; Type: EXTENSION; Schema: -; Owner: -
--

CREATE EXTENSION IF NOT EXISTS pgcrypto WITH SCHEMA ext;


--
-- Name: EXTENSION pgcrypto; Type: COMMENT; Schema: -; Owner: 
--

COMMENT ON EXTENSION pgcrypto IS 'cryptographic functions';


--
-- Name: postgres_fdw; Type: EXTENSION; Schema: -; Owner: -
--

CREATE EXTENSION IF NOT EXISTS postgres_fdw WITH SCHEMA public;


--
-- Name: EXTENSION postgres_fdw; Type: COMMENT; Schema: -; Owner: 
--

COMMENT ON EXTENSION postgres_fdw IS 'foreign-data wrapper for remote PostgreSQL servers';


--
-- Name: uuid-ossp; Type: EXTENSION; Schema: -; Owner: -
--

CREATE EXTENSION IF NOT EXISTS "uuid-ossp" WITH SCHEMA public;


--
-- Name: EXTENSION "uuid-ossp"; Type: COMMENT; Schema: -; Owner: 
--

COMMENT ON EXTENSION "uuid-ossp" IS 'generate universally unique identifiers (UUIDs)';


--
-- Name: device; Type: TYPE; Schema: media; Owner: postgres
--

CREATE TYPE media.device AS ENUM (
    'tv',
    'phone',
    'web'
);


ALTER TYPE media.device OWNER TO postgres;

--
-- Name: state; Type: DOMAIN; Schema: media; Owner: postgres
--

CREATE DOMAIN media.state AS media.device;


ALTER DOMAIN media.state OWNER TO postgres;

--
-- Name: address; Type: TYPE; Schema: sales; Owner: postgres
--

CREATE TYPE sales.address AS (
	street text,
	zip character(5),
	city character varying(80)
);


ALTER TYPE sales.address OWNER TO postgres;

--
-- Name: amount; Type: DOMAIN; Schema: sales; Owner: postgres
--

CREATE DOMAIN sales.amount AS numeric(12,2) NOT NULL DEFAULT 0
	CONSTRAINT amount_check CHECK ((VALUE >= (0)::numeric));


ALTER DOMAIN sales.amount OWNER TO postgres;

--
-- Name: email; Type: DOMAIN; Schema: sales; Owner: postgres
--

CREATE DOMAIN sales.email AS public.citext
	CONSTRAINT email_check CHECK ((VALUE OPERATOR(public.~) '^[^@]+@[^@]+$'::public.citext));


ALTER DOMAIN sales.email OWNER TO postgres;

--
-- Name: order_status; Type: TYPE; Schema: sales; Owner: postgres
--

CREATE TYPE sales.order_status AS ENUM (
    'new',
    'paid',
    'it''s shipped',
    'lost; forever'
);


ALTER TYPE sales.order_status OWNER TO postgres;

--
-- Name: price_range; Type: TYPE; Schema: sales; Owner: postgres
--

CREATE TYPE sales.price_range AS RANGE (
    subtype = numeric,
    multirange_type_name = sales.price_multirange
);


ALTER TYPE sales.price_range OWNER TO postgres;

--
-- Name: status_text(sales.order_status); Type: FUNCTION; Schema: public; Owner: postgres
--

CREATE FUNCTION public.status_text(sales.order_status) RETURNS integer
    LANGUAGE sql IMMUTABLE
    AS $$SELECT 1$$;


ALTER FUNCTION public.status_text(sales.order_status) OWNER TO postgres;

--
-- Name: CAST (sales.order_status AS integer); Type: CAST; Schema: -; Owner: -
--

CREATE CAST (sales.order_status AS integer) WITH FUNCTION public.status_text(sales.order_status);


--
-- Name: audit(); Type: FUNCTION; Schema: public; Owner: postgres
--

CREATE FUNCTION public.audit() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN INSERT INTO public.audit_log(what) VALUES (TG_OP); RETURN NULL; END $$;


ALTER FUNCTION public.audit() OWNER TO postgres;

--
-- Name: on_ddl(); Type: FUNCTION; Schema: public; Owner: postgres
--

CREATE FUNCTION public.on_ddl() RETURNS event_trigger
    LANGUAGE plpgsql
    AS $$ BEGIN END $$;


ALTER FUNCTION public.on_ddl() OWNER TO postgres;

--
-- Name: search(); Type: FUNCTION; Schema: public; Owner: postgres
--

CREATE FUNCTION public.search() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE t text := 'NEW.body := 3;';
BEGIN
  SELECT to_tsvector('english', NEW.title) INTO NEW.search;
  RETURN NEW;
END $$;


ALTER FUNCTION public.search() OWNER TO postgres;

--
-- Name: textcat2(text, text); Type: FUNCTION; Schema: public; Owner: postgres
--

CREATE FUNCTION public.textcat2(text, text) RETURNS text
    LANGUAGE sql IMMUTABLE
    AS $_$SELECT $1 || $2$_$;


ALTER FUNCTION public.textcat2(text, text) OWNER TO postgres;

--
-- Name: touch(); Type: FUNCTION; Schema: public; Owner: postgres
--

CREATE FUNCTION public.touch() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  -- NEW.ignored := 1; a comment
  IF NEW.updated_at = OLD.updated_at THEN
    NEW.updated_at := now();
  END IF;
  NEW.version = COALESCE(OLD.version, 0) + 1;
  RETURN NEW;
END;
$$;


ALTER FUNCTION public.touch() OWNER TO postgres;

--
-- Name: noop(); Type: PROCEDURE; Schema: sales; Owner: postgres
--

CREATE PROCEDURE sales.noop()
    LANGUAGE plpgsql
    AS $$ BEGIN NULL; END $$;


ALTER PROCEDURE sales.noop() OWNER TO postgres;

--
-- Name: total(bigint); Type: FUNCTION; Schema: sales; Owner: postgres
--

CREATE FUNCTION sales.total(bigint) RETURNS numeric
    LANGUAGE sql STABLE
    BEGIN ATOMIC
 SELECT
         CASE
             WHEN ($1 > 0) THEN sum(1.5)
             ELSE (0)::numeric
         END AS "case";
END;


ALTER FUNCTION sales.total(bigint) OWNER TO postgres;

--
-- Name: mysum(integer); Type: AGGREGATE; Schema: public; Owner: postgres
--

CREATE AGGREGATE public.mysum(integer) (
    SFUNC = int4pl,
    STYPE = integer,
    INITCOND = '0'
);


ALTER AGGREGATE public.mysum(integer) OWNER TO postgres;

--
-- Name: |||; Type: OPERATOR; Schema: public; Owner: postgres
--

CREATE OPERATOR public.||| (
    FUNCTION = public.textcat2,
    LEFTARG = text,
    RIGHTARG = text
);


ALTER OPERATOR public.||| (text, text) OWNER TO postgres;

--
-- Name: tsd; Type: TEXT SEARCH DICTIONARY; Schema: public; Owner: postgres
--

CREATE TEXT SEARCH DICTIONARY public.tsd (
    TEMPLATE = pg_catalog.simple );


ALTER TEXT SEARCH DICTIONARY public.tsd OWNER TO postgres;

--
-- Name: tsc; Type: TEXT SEARCH CONFIGURATION; Schema: public; Owner: postgres
--

CREATE TEXT SEARCH CONFIGURATION public.tsc (
    PARSER = pg_catalog."default" );

ALTER TEXT SEARCH CONFIGURATION public.tsc
    ADD MAPPING FOR asciiword WITH english_stem;

ALTER TEXT SEARCH CONFIGURATION public.tsc
    ADD MAPPING FOR word WITH english_stem;

ALTER TEXT SEARCH CONFIGURATION public.tsc
    ADD MAPPING FOR numword WITH simple;

ALTER TEXT SEARCH CONFIGURATION public.tsc
    ADD MAPPING FOR email WITH simple;

ALTER TEXT SEARCH CONFIGURATION public.tsc
    ADD MAPPING FOR url WITH simple;

ALTER TEXT SEARCH CONFIGURATION public.tsc
    ADD MAPPING FOR host WITH simple;

ALTER TEXT SEARCH CONFIGURATION public.tsc
    ADD MAPPING FOR sfloat WITH simple;

ALTER TEXT SEARCH CONFIGURATION public.tsc
    ADD MAPPING FOR version WITH simple;

ALTER TEXT SEARCH CONFIGURATION public.tsc
    ADD MAPPING FOR hword_numpart WITH simple;

ALTER TEXT SEARCH CONFIGURATION public.tsc
    ADD MAPPING FOR hword_part WITH english_stem;

ALTER TEXT SEARCH CONFIGURATION public.tsc
    ADD MAPPING FOR hword_asciipart WITH english_stem;

ALTER TEXT SEARCH CONFIGURATION public.tsc
    ADD MAPPING FOR numhword WITH simple;

ALTER TEXT SEARCH CONFIGURATION public.tsc
    ADD MAPPING FOR asciihword WITH english_stem;

ALTER TEXT SEARCH CONFIGURATION public.tsc
    ADD MAPPING FOR hword WITH english_stem;

ALTER TEXT SEARCH CONFIGURATION public.tsc
    ADD MAPPING FOR url_path WITH simple;

ALTER TEXT SEARCH CONFIGURATION public.tsc
    ADD MAPPING FOR file WITH simple;

ALTER TEXT SEARCH CONFIGURATION public.tsc
    ADD MAPPING FOR "float" WITH simple;

ALTER TEXT SEARCH CONFIGURATION public.tsc
    ADD MAPPING FOR "int" WITH simple;

ALTER TEXT SEARCH CONFIGURATION public.tsc
    ADD MAPPING FOR uint WITH simple;


ALTER TEXT SEARCH CONFIGURATION public.tsc OWNER TO postgres;

--
-- Name: remote; Type: SERVER; Schema: -; Owner: postgres
--

CREATE SERVER remote FOREIGN DATA WRAPPER postgres_fdw OPTIONS (
    host 'x'
);


ALTER SERVER remote OWNER TO postgres;

--
-- Name: USER MAPPING app_owner SERVER remote; Type: USER MAPPING; Schema: -; Owner: postgres
--

CREATE USER MAPPING FOR app_owner SERVER remote OPTIONS (
    "user" 'u'
);


SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: Order Table; Type: TABLE; Schema: Odd Names; Owner: postgres
--

CREATE TABLE "Odd Names"."Order Table" (
    "Id" integer NOT NULL,
    "select" text,
    "a""b" character varying(3),
    "ünïcode" text
);


ALTER TABLE "Odd Names"."Order Table" OWNER TO postgres;

--
-- Name: plays; Type: TABLE; Schema: media; Owner: postgres
--

CREATE TABLE media.plays (
    play_id uuid DEFAULT public.uuid_generate_v4() NOT NULL,
    at timestamp with time zone NOT NULL,
    device media.state,
    title text,
    body text,
    search tsvector,
    country character(2) NOT NULL
)
PARTITION BY RANGE (at);


ALTER TABLE media.plays OWNER TO postgres;

--
-- Name: daily; Type: MATERIALIZED VIEW; Schema: media; Owner: postgres
--

CREATE MATERIALIZED VIEW media.daily AS
 SELECT date_trunc('day'::text, p.at) AS day,
    p.device,
    count(*) AS plays,
    count(DISTINCT p.play_id) AS sessions,
    avg(length(p.title)) AS mean,
    max(p.title) AS top,
    bool_or((p.country = 'de'::bpchar)) AS german,
    (sum(1) FILTER (WHERE (p.country IS NULL)))::integer AS unknown
   FROM media.plays p
  GROUP BY (date_trunc('day'::text, p.at)), p.device
  WITH NO DATA;


ALTER TABLE media.daily OWNER TO postgres;

--
-- Name: plays_2024; Type: TABLE; Schema: media; Owner: postgres
--

CREATE TABLE media.plays_2024 (
    play_id uuid DEFAULT public.uuid_generate_v4() NOT NULL,
    at timestamp with time zone NOT NULL,
    device media.state,
    title text,
    body text,
    search tsvector,
    country character(2) NOT NULL
)
WITH (fillfactor='90');


ALTER TABLE media.plays_2024 OWNER TO postgres;

--
-- Name: plays_2025; Type: TABLE; Schema: media; Owner: postgres
--

CREATE TABLE media.plays_2025 (
    play_id uuid DEFAULT public.uuid_generate_v4() NOT NULL,
    at timestamp with time zone NOT NULL,
    device media.state,
    title text,
    body text,
    search tsvector,
    country character(2) NOT NULL
)
PARTITION BY LIST (country);


ALTER TABLE media.plays_2025 OWNER TO postgres;

--
-- Name: plays_2025_de; Type: TABLE; Schema: media; Owner: postgres
--

CREATE TABLE media.plays_2025_de (
    play_id uuid DEFAULT public.uuid_generate_v4() NOT NULL,
    at timestamp with time zone NOT NULL,
    device media.state,
    title text,
    body text,
    search tsvector,
    country character(2) NOT NULL
);


ALTER TABLE media.plays_2025_de OWNER TO postgres;

--
-- Name: plays_default; Type: TABLE; Schema: media; Owner: postgres
--

CREATE TABLE media.plays_default (
    play_id uuid DEFAULT public.uuid_generate_v4() NOT NULL,
    at timestamp with time zone NOT NULL,
    device media.state,
    title text,
    body text,
    search tsvector,
    country character(2) NOT NULL
);


ALTER TABLE media.plays_default OWNER TO postgres;

--
-- Name: remote_users; Type: FOREIGN TABLE; Schema: media; Owner: postgres
--

CREATE FOREIGN TABLE media.remote_users (
    id bigint NOT NULL,
    name text
)
SERVER remote
OPTIONS (
    table_name 'users'
);
ALTER FOREIGN TABLE media.remote_users ALTER COLUMN name OPTIONS (
    column_name 'n'
);


ALTER FOREIGN TABLE media.remote_users OWNER TO postgres;

--
-- Name: audit_log; Type: TABLE; Schema: public; Owner: postgres
--

CREATE UNLOGGED TABLE public.audit_log (
    id bigint NOT NULL,
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    what text,
    who name DEFAULT CURRENT_USER
);


ALTER TABLE public.audit_log OWNER TO postgres;

--
-- Name: audit_log_id_seq; Type: SEQUENCE; Schema: public; Owner: postgres
--

CREATE UNLOGGED SEQUENCE public.audit_log_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


ALTER TABLE public.audit_log_id_seq OWNER TO postgres;

--
-- Name: audit_log_id_seq; Type: SEQUENCE OWNED BY; Schema: public; Owner: postgres
--

ALTER SEQUENCE public.audit_log_id_seq OWNED BY public.audit_log.id;


--
-- Name: base; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.base (
    id integer NOT NULL,
    kind text DEFAULT 'x'::text,
    CONSTRAINT base_id_check CHECK ((id > 0))
);

ALTER TABLE ONLY public.base REPLICA IDENTITY NOTHING;


ALTER TABLE public.base OWNER TO postgres;

--
-- Name: cache; Type: TABLE; Schema: public; Owner: postgres
--

CREATE UNLOGGED TABLE public.cache (
    key text NOT NULL,
    value bytea
);


ALTER TABLE public.cache OWNER TO postgres;

--
-- Name: derived; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.derived (
    extra jsonb
)
INHERITS (public.base);


ALTER TABLE public.derived OWNER TO postgres;

--
-- Name: standalone; Type: SEQUENCE; Schema: public; Owner: postgres
--

CREATE SEQUENCE public.standalone
    START WITH 5
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


ALTER TABLE public.standalone OWNER TO postgres;

--
-- Name: from_sequence; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.from_sequence (
    id integer DEFAULT nextval('public.standalone'::regclass) NOT NULL,
    n integer DEFAULT floor((random() * (10)::double precision)),
    h text DEFAULT md5((random())::text),
    d date DEFAULT CURRENT_DATE
);


ALTER TABLE public.from_sequence OWNER TO postgres;

--
-- Name: typed; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.typed (
    a smallint,
    b bigint,
    c money,
    d xid8,
    e pg_lsn,
    f point,
    g polygon,
    h txid_snapshot,
    i tsquery,
    j int4multirange,
    k regclass,
    l jsonpath,
    m name,
    n macaddr8,
    o cidr,
    p timestamp(3) without time zone,
    q time without time zone,
    s public.citext,
    v interval(2)
);


ALTER TABLE public.typed OWNER TO postgres;

--
-- Name: customers; Type: TABLE; Schema: sales; Owner: postgres
--

CREATE TABLE sales.customers (
    attributes public.hstore,
    id bigint NOT NULL,
    email sales.email,
    home sales.address,
    tags text[] DEFAULT '{}'::text[] NOT NULL,
    flags bit(8),
    bits bit varying(20),
    code character(3),
    letter "char",
    name character varying(120) NOT NULL COLLATE pg_catalog."C",
    german text COLLATE media.de,
    born date,
    balance sales.amount,
    created_at timestamp without time zone DEFAULT (now() AT TIME ZONE 'utc'::text),
    updated_at timestamp with time zone,
    version integer,
    vip boolean DEFAULT false,
    ip inet,
    mac macaddr,
    during tstzrange,
    prices sales.price_range,
    doc xml,
    payload jsonb,
    raw bytea,
    token uuid DEFAULT gen_random_uuid(),
    o oid,
    f4 real,
    f8 double precision,
    small smallint,
    cash money,
    i interval day to second(3),
    t time(3) with time zone,
    ar numeric(10,3)[]
)
WITH (fillfactor='85', autovacuum_vacuum_scale_factor='0.02', autovacuum_enabled='true', toast_tuple_target='4080', toast.autovacuum_vacuum_scale_factor='0.1');


ALTER TABLE sales.customers OWNER TO postgres;

--
-- Name: orders; Type: TABLE; Schema: sales; Owner: app_owner
--

CREATE TABLE sales.orders (
    id bigint NOT NULL,
    customer_id bigint NOT NULL,
    status sales.order_status DEFAULT 'new'::sales.order_status NOT NULL,
    placed_at timestamp with time zone DEFAULT now() NOT NULL,
    total sales.amount,
    tax numeric GENERATED ALWAYS AS (((total)::numeric * 0.2)) STORED,
    note text,
    ship_to sales.address,
    external_id character varying,
    CONSTRAINT long_check CHECK (((note IS NOT NULL) OR ((total)::numeric < (10)::numeric))),
    CONSTRAINT orders_total_check CHECK (((total)::numeric > (0)::numeric))
);
ALTER TABLE ONLY sales.orders ALTER COLUMN note SET STATISTICS 500;
ALTER TABLE ONLY sales.orders ALTER COLUMN note SET STORAGE EXTERNAL;
ALTER TABLE ONLY sales.orders ALTER COLUMN note SET (n_distinct=-0.5);


ALTER TABLE sales.orders OWNER TO app_owner;

--
-- Name: TABLE orders; Type: COMMENT; Schema: sales; Owner: app_owner
--

COMMENT ON TABLE sales.orders IS 'a
b;c';


--
-- Name: COLUMN orders.id; Type: COMMENT; Schema: sales; Owner: app_owner
--

COMMENT ON COLUMN sales.orders.id IS 'x';


--
-- Name: open_orders; Type: VIEW; Schema: sales; Owner: postgres
--

CREATE VIEW sales.open_orders WITH (security_barrier='true') AS
 SELECT o.id,
    o.customer_id,
    o.status,
    o.placed_at,
    o.total,
    o.tax,
    o.note,
    o.ship_to,
    o.external_id,
    c.email,
    c.home
   FROM (sales.orders o
     JOIN sales.customers c ON ((c.id = o.customer_id)))
  WHERE (o.status = 'new'::sales.order_status);


ALTER TABLE sales.open_orders OWNER TO postgres;

--
-- Name: big_open; Type: VIEW; Schema: sales; Owner: postgres
--

CREATE VIEW sales.big_open AS
 SELECT open_orders.id,
    open_orders.email
   FROM sales.open_orders
  WHERE ((open_orders.total)::numeric > (100)::numeric)
  WITH LOCAL CHECK OPTION;


ALTER TABLE sales.big_open OWNER TO postgres;

--
-- Name: customers_id_seq; Type: SEQUENCE; Schema: sales; Owner: postgres
--

ALTER TABLE sales.customers ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME sales.customers_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: order_lines; Type: TABLE; Schema: sales; Owner: postgres
--

CREATE TABLE sales.order_lines (
    order_id bigint NOT NULL,
    line smallint NOT NULL,
    sku text NOT NULL,
    quantity integer DEFAULT 1,
    price numeric(10,2),
    valid daterange
);

ALTER TABLE ONLY sales.order_lines REPLICA IDENTITY FULL;


ALTER TABLE sales.order_lines OWNER TO postgres;

--
-- Name: orders_id_seq; Type: SEQUENCE; Schema: sales; Owner: app_owner
--

CREATE SEQUENCE sales.orders_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


ALTER TABLE sales.orders_id_seq OWNER TO app_owner;

--
-- Name: orders_id_seq; Type: SEQUENCE OWNED BY; Schema: sales; Owner: app_owner
--

ALTER SEQUENCE sales.orders_id_seq OWNED BY sales.orders.id;


--
-- Name: per_customer; Type: MATERIALIZED VIEW; Schema: sales; Owner: postgres
--

CREATE MATERIALIZED VIEW sales.per_customer AS
 WITH t AS (
         SELECT orders.customer_id,
            sum((orders.total)::numeric) AS s
           FROM sales.orders
          GROUP BY orders.customer_id
        )
 SELECT c.id,
    c.name,
    COALESCE(t.s, (0)::numeric) AS s,
        CASE
            WHEN (t.s > (10)::numeric) THEN 'big'::text
            ELSE 'small'::text
        END AS size,
    row_number() OVER (ORDER BY t.s) AS n,
    ARRAY[c.code] AS codes,
    jsonb_build_object('a', 1) AS j,
    (now() - (c.created_at)::timestamp with time zone) AS age,
    (c.payload -> 'x'::text) AS x,
    (c.payload ->> 'y'::text) AS y
   FROM (sales.customers c
     LEFT JOIN t ON ((t.customer_id = c.id)))
  WITH NO DATA;


ALTER TABLE sales.per_customer OWNER TO postgres;

--
-- Name: plays_2024; Type: TABLE ATTACH; Schema: media; Owner: postgres
--

ALTER TABLE ONLY media.plays ATTACH PARTITION media.plays_2024 FOR VALUES FROM ('2024-01-01 00:00:00+00') TO ('2025-01-01 00:00:00+00');


--
-- Name: plays_2025; Type: TABLE ATTACH; Schema: media; Owner: postgres
--

ALTER TABLE ONLY media.plays ATTACH PARTITION media.plays_2025 FOR VALUES FROM ('2025-01-01 00:00:00+00') TO ('2026-01-01 00:00:00+00');


--
-- Name: plays_2025_de; Type: TABLE ATTACH; Schema: media; Owner: postgres
--

ALTER TABLE ONLY media.plays_2025 ATTACH PARTITION media.plays_2025_de FOR VALUES IN ('de', 'at');


--
-- Name: plays_default; Type: TABLE ATTACH; Schema: media; Owner: postgres
--

ALTER TABLE ONLY media.plays ATTACH PARTITION media.plays_default DEFAULT;


--
-- Name: audit_log id; Type: DEFAULT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.audit_log ALTER COLUMN id SET DEFAULT nextval('public.audit_log_id_seq'::regclass);


--
-- Name: derived kind; Type: DEFAULT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.derived ALTER COLUMN kind SET DEFAULT 'x'::text;


--
-- Name: orders id; Type: DEFAULT; Schema: sales; Owner: app_owner
--

ALTER TABLE ONLY sales.orders ALTER COLUMN id SET DEFAULT nextval('sales.orders_id_seq'::regclass);


--
-- Name: Order Table Order Table_pkey; Type: CONSTRAINT; Schema: Odd Names; Owner: postgres
--

ALTER TABLE ONLY "Odd Names"."Order Table"
    ADD CONSTRAINT "Order Table_pkey" PRIMARY KEY ("Id");


--
-- Name: plays plays_pkey; Type: CONSTRAINT; Schema: media; Owner: postgres
--

ALTER TABLE ONLY media.plays
    ADD CONSTRAINT plays_pkey PRIMARY KEY (play_id, at, country);


--
-- Name: plays_2024 plays_2024_pkey; Type: CONSTRAINT; Schema: media; Owner: postgres
--

ALTER TABLE ONLY media.plays_2024
    ADD CONSTRAINT plays_2024_pkey PRIMARY KEY (play_id, at, country);


--
-- Name: plays_2025 plays_2025_pkey; Type: CONSTRAINT; Schema: media; Owner: postgres
--

ALTER TABLE ONLY media.plays_2025
    ADD CONSTRAINT plays_2025_pkey PRIMARY KEY (play_id, at, country);


--
-- Name: plays_2025_de plays_2025_de_pkey; Type: CONSTRAINT; Schema: media; Owner: postgres
--

ALTER TABLE ONLY media.plays_2025_de
    ADD CONSTRAINT plays_2025_de_pkey PRIMARY KEY (play_id, at, country);


--
-- Name: plays_default plays_default_pkey; Type: CONSTRAINT; Schema: media; Owner: postgres
--

ALTER TABLE ONLY media.plays_default
    ADD CONSTRAINT plays_default_pkey PRIMARY KEY (play_id, at, country);


--
-- Name: audit_log audit_log_pkey; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.audit_log
    ADD CONSTRAINT audit_log_pkey PRIMARY KEY (id);


--
-- Name: cache cache_pkey; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.cache
    ADD CONSTRAINT cache_pkey PRIMARY KEY (key);


--
-- Name: from_sequence from_sequence_pkey; Type: CONSTRAINT; Schema: public; Owner: postgres
--

ALTER TABLE ONLY public.from_sequence
    ADD CONSTRAINT from_sequence_pkey PRIMARY KEY (id);


--
-- Name: customers customers_email_key; Type: CONSTRAINT; Schema: sales; Owner: postgres
--

ALTER TABLE ONLY sales.customers
    ADD CONSTRAINT customers_email_key UNIQUE (email);


--
-- Name: customers customers_pkey; Type: CONSTRAINT; Schema: sales; Owner: postgres
--

ALTER TABLE ONLY sales.customers
    ADD CONSTRAINT customers_pkey PRIMARY KEY (id);


--
-- Name: order_lines order_lines_pkey; Type: CONSTRAINT; Schema: sales; Owner: postgres
--

ALTER TABLE ONLY sales.order_lines
    ADD CONSTRAINT order_lines_pkey PRIMARY KEY (order_id, line);


--
-- Name: order_lines order_lines_sku_valid_excl; Type: CONSTRAINT; Schema: sales; Owner: postgres
--

ALTER TABLE ONLY sales.order_lines
    ADD CONSTRAINT order_lines_sku_valid_excl EXCLUDE USING gist (sku WITH =, valid WITH &&) WHERE ((quantity > 0));


--
-- Name: orders orders_customer_id_placed_at_status_key; Type: CONSTRAINT; Schema: sales; Owner: app_owner
--

ALTER TABLE ONLY sales.orders
    ADD CONSTRAINT orders_customer_id_placed_at_status_key UNIQUE (customer_id, placed_at) INCLUDE (status);


--
-- Name: orders orders_pkey; Type: CONSTRAINT; Schema: sales; Owner: app_owner
--

ALTER TABLE ONLY sales.orders
    ADD CONSTRAINT orders_pkey PRIMARY KEY (id);

ALTER TABLE sales.orders CLUSTER ON orders_pkey;


--
-- Name: daily_day_device_idx; Type: INDEX; Schema: media; Owner: postgres
--

CREATE UNIQUE INDEX daily_day_device_idx ON media.daily USING btree (day, device);


--
-- Name: plays_at_idx; Type: INDEX; Schema: media; Owner: postgres
--

CREATE INDEX plays_at_idx ON ONLY media.plays USING brin (at) WITH (pages_per_range='64');


--
-- Name: plays_2024_at_idx; Type: INDEX; Schema: media; Owner: postgres
--

CREATE INDEX plays_2024_at_idx ON media.plays_2024 USING brin (at) WITH (pages_per_range='64');


--
-- Name: plays_device_at_idx; Type: INDEX; Schema: media; Owner: postgres
--

CREATE INDEX plays_device_at_idx ON ONLY media.plays USING btree (device, at DESC NULLS LAST);


--
-- Name: plays_2024_device_at_idx; Type: INDEX; Schema: media; Owner: postgres
--

CREATE INDEX plays_2024_device_at_idx ON media.plays_2024 USING btree (device, at DESC NULLS LAST);


--
-- Name: plays_title; Type: INDEX; Schema: media; Owner: postgres
--

CREATE INDEX plays_title ON ONLY media.plays USING gin (title public.gin_trgm_ops);


--
-- Name: plays_2024_title_idx; Type: INDEX; Schema: media; Owner: postgres
--

CREATE INDEX plays_2024_title_idx ON media.plays_2024 USING gin (title public.gin_trgm_ops);


--
-- Name: plays_2025_at_idx; Type: INDEX; Schema: media; Owner: postgres
--

CREATE INDEX plays_2025_at_idx ON ONLY media.plays_2025 USING brin (at) WITH (pages_per_range='64');


--
-- Name: plays_2025_de_at_idx; Type: INDEX; Schema: media; Owner: postgres
--

CREATE INDEX plays_2025_de_at_idx ON media.plays_2025_de USING brin (at) WITH (pages_per_range='64');


--
-- Name: plays_2025_device_at_idx; Type: INDEX; Schema: media; Owner: postgres
--

CREATE INDEX plays_2025_device_at_idx ON ONLY media.plays_2025 USING btree (device, at DESC NULLS LAST);


--
-- Name: plays_2025_de_device_at_idx; Type: INDEX; Schema: media; Owner: postgres
--

CREATE INDEX plays_2025_de_device_at_idx ON media.plays_2025_de USING btree (device, at DESC NULLS LAST);


--
-- Name: plays_2025_title_idx; Type: INDEX; Schema: media; Owner: postgres
--

CREATE INDEX plays_2025_title_idx ON ONLY media.plays_2025 USING gin (title public.gin_trgm_ops);


--
-- Name: plays_2025_de_title_idx; Type: INDEX; Schema: media; Owner: postgres
--

CREATE INDEX plays_2025_de_title_idx ON media.plays_2025_de USING gin (title public.gin_trgm_ops);


--
-- Name: plays_default_at_idx; Type: INDEX; Schema: media; Owner: postgres
--

CREATE INDEX plays_default_at_idx ON media.plays_default USING brin (at) WITH (pages_per_range='64');


--
-- Name: plays_default_device_at_idx; Type: INDEX; Schema: media; Owner: postgres
--

CREATE INDEX plays_default_device_at_idx ON media.plays_default USING btree (device, at DESC NULLS LAST);


--
-- Name: plays_default_title_idx; Type: INDEX; Schema: media; Owner: postgres
--

CREATE INDEX plays_default_title_idx ON media.plays_default USING gin (title public.gin_trgm_ops);


--
-- Name: customers_expr; Type: INDEX; Schema: sales; Owner: postgres
--

CREATE INDEX customers_expr ON sales.customers USING btree (((payload ->> 'name'::text)), COALESCE(vip, false), date_trunc('day'::text, created_at));


--
-- Name: customers_gist; Type: INDEX; Schema: sales; Owner: postgres
--

CREATE INDEX customers_gist ON sales.customers USING gist (during);


--
-- Name: customers_hash; Type: INDEX; Schema: sales; Owner: postgres
--

CREATE INDEX customers_hash ON sales.customers USING hash (token);


--
-- Name: customers_payload; Type: INDEX; Schema: sales; Owner: postgres
--

CREATE INDEX customers_payload ON sales.customers USING gin (payload jsonb_path_ops);


--
-- Name: customers_spgist; Type: INDEX; Schema: sales; Owner: postgres
--

CREATE INDEX customers_spgist ON sales.customers USING spgist (ip);


--
-- Name: orders_external; Type: INDEX; Schema: sales; Owner: app_owner
--

CREATE UNIQUE INDEX orders_external ON sales.orders USING btree (external_id) INCLUDE (note, total) WITH (fillfactor='70', deduplicate_items=off);


--
-- Name: orders_lower_expr_status_idx; Type: INDEX; Schema: sales; Owner: app_owner
--

CREATE INDEX orders_lower_expr_status_idx ON sales.orders USING btree (lower(note), (((total)::numeric + (1)::numeric)), status) WHERE ((status <> 'lost; forever'::sales.order_status) AND (note IS NOT NULL));


--
-- Name: orders_nulls; Type: INDEX; Schema: sales; Owner: app_owner
--

CREATE UNIQUE INDEX orders_nulls ON sales.orders USING btree (note, external_id) NULLS NOT DISTINCT;


--
-- Name: orders_x; Type: INDEX; Schema: sales; Owner: app_owner
--

CREATE UNIQUE INDEX orders_x ON sales.orders USING btree (id, status);

ALTER TABLE ONLY sales.orders REPLICA IDENTITY USING INDEX orders_x;


--
-- Name: plays_2024_at_idx; Type: INDEX ATTACH; Schema: media; Owner: postgres
--

ALTER INDEX media.plays_at_idx ATTACH PARTITION media.plays_2024_at_idx;


--
-- Name: plays_2024_device_at_idx; Type: INDEX ATTACH; Schema: media; Owner: postgres
--

ALTER INDEX media.plays_device_at_idx ATTACH PARTITION media.plays_2024_device_at_idx;


--
-- Name: plays_2024_pkey; Type: INDEX ATTACH; Schema: media; Owner: postgres
--

ALTER INDEX media.plays_pkey ATTACH PARTITION media.plays_2024_pkey;


--
-- Name: plays_2024_title_idx; Type: INDEX ATTACH; Schema: media; Owner: postgres
--

ALTER INDEX media.plays_title ATTACH PARTITION media.plays_2024_title_idx;


--
-- Name: plays_2025_at_idx; Type: INDEX ATTACH; Schema: media; Owner: postgres
--

ALTER INDEX media.plays_at_idx ATTACH PARTITION media.plays_2025_at_idx;


--
-- Name: plays_2025_de_at_idx; Type: INDEX ATTACH; Schema: media; Owner: postgres
--

ALTER INDEX media.plays_2025_at_idx ATTACH PARTITION media.plays_2025_de_at_idx;


--
-- Name: plays_2025_de_device_at_idx; Type: INDEX ATTACH; Schema: media; Owner: postgres
--

ALTER INDEX media.plays_2025_device_at_idx ATTACH PARTITION media.plays_2025_de_device_at_idx;


--
-- Name: plays_2025_de_pkey; Type: INDEX ATTACH; Schema: media; Owner: postgres
--

ALTER INDEX media.plays_2025_pkey ATTACH PARTITION media.plays_2025_de_pkey;


--
-- Name: plays_2025_de_title_idx; Type: INDEX ATTACH; Schema: media; Owner: postgres
--

ALTER INDEX media.plays_2025_title_idx ATTACH PARTITION media.plays_2025_de_title_idx;


--
-- Name: plays_2025_device_at_idx; Type: INDEX ATTACH; Schema: media; Owner: postgres
--

ALTER INDEX media.plays_device_at_idx ATTACH PARTITION media.plays_2025_device_at_idx;


--
-- Name: plays_2025_pkey; Type: INDEX ATTACH; Schema: media; Owner: postgres
--

ALTER INDEX media.plays_pkey ATTACH PARTITION media.plays_2025_pkey;


--
-- Name: plays_2025_title_idx; Type: INDEX ATTACH; Schema: media; Owner: postgres
--

ALTER INDEX media.plays_title ATTACH PARTITION media.plays_2025_title_idx;


--
-- Name: plays_default_at_idx; Type: INDEX ATTACH; Schema: media; Owner: postgres
--

ALTER INDEX media.plays_at_idx ATTACH PARTITION media.plays_default_at_idx;


--
-- Name: plays_default_device_at_idx; Type: INDEX ATTACH; Schema: media; Owner: postgres
--

ALTER INDEX media.plays_device_at_idx ATTACH PARTITION media.plays_default_device_at_idx;


--
-- Name: plays_default_pkey; Type: INDEX ATTACH; Schema: media; Owner: postgres
--

ALTER INDEX media.plays_pkey ATTACH PARTITION media.plays_default_pkey;


--
-- Name: plays_default_title_idx; Type: INDEX ATTACH; Schema: media; Owner: postgres
--

ALTER INDEX media.plays_title ATTACH PARTITION media.plays_default_title_idx;


--
-- Name: stats; Type: STATISTICS; Schema: sales; Owner: postgres
--

CREATE STATISTICS sales.stats (dependencies) ON customer_id, status FROM sales.orders;


ALTER STATISTICS sales.stats OWNER TO postgres;

--
-- Name: base no_delete; Type: RULE; Schema: public; Owner: postgres
--

CREATE RULE no_delete AS
    ON DELETE TO public.base DO INSTEAD ( INSERT INTO public.audit_log (what)
  VALUES ('a;b'::text);

 NOTIFY x;
);


--
-- Name: plays search; Type: TRIGGER; Schema: media; Owner: postgres
--

CREATE TRIGGER search BEFORE INSERT OR UPDATE OF title ON media.plays FOR EACH ROW EXECUTE FUNCTION public.search();


--
-- Name: orders audit; Type: TRIGGER; Schema: sales; Owner: app_owner
--

CREATE TRIGGER audit AFTER INSERT OR DELETE ON sales.orders FOR EACH STATEMENT EXECUTE FUNCTION public.audit();


--
-- Name: orders off; Type: TRIGGER; Schema: sales; Owner: app_owner
--

CREATE TRIGGER off BEFORE UPDATE ON sales.orders FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();

ALTER TABLE sales.orders DISABLE TRIGGER off;


--
-- Name: customers touch; Type: TRIGGER; Schema: sales; Owner: postgres
--

CREATE TRIGGER touch BEFORE INSERT OR UPDATE ON sales.customers FOR EACH ROW EXECUTE FUNCTION public.touch();


--
-- Name: order_lines order_lines_order_id_fkey; Type: FK CONSTRAINT; Schema: sales; Owner: postgres
--

ALTER TABLE ONLY sales.order_lines
    ADD CONSTRAINT order_lines_order_id_fkey FOREIGN KEY (order_id) REFERENCES sales.orders(id);


--
-- Name: orders orders_customer_id_fkey; Type: FK CONSTRAINT; Schema: sales; Owner: app_owner
--

ALTER TABLE ONLY sales.orders
    ADD CONSTRAINT orders_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES sales.customers(id) ON DELETE CASCADE;


--
-- Name: orders; Type: ROW SECURITY; Schema: sales; Owner: app_owner
--

ALTER TABLE sales.orders ENABLE ROW LEVEL SECURITY;

--
-- Name: orders own; Type: POLICY; Schema: sales; Owner: app_owner
--

CREATE POLICY own ON sales.orders USING ((customer_id = (current_setting('app.customer'::text))::bigint)) WITH CHECK (true);


--
-- Name: p1; Type: PUBLICATION; Schema: -; Owner: postgres
--

CREATE PUBLICATION p1 WITH (publish = 'insert, update, delete, truncate');


ALTER PUBLICATION p1 OWNER TO postgres;

--
-- Name: p2; Type: PUBLICATION; Schema: -; Owner: postgres
--

CREATE PUBLICATION p2 FOR ALL TABLES WITH (publish = 'insert');


ALTER PUBLICATION p2 OWNER TO postgres;

--
-- Name: p1 order_lines; Type: PUBLICATION TABLE; Schema: sales; Owner: postgres
--

ALTER PUBLICATION p1 ADD TABLE ONLY sales.order_lines;


--
-- Name: p1 orders; Type: PUBLICATION TABLE; Schema: sales; Owner: postgres
--

ALTER PUBLICATION p1 ADD TABLE ONLY sales.orders (id, status) WHERE ((id > 5));


--
-- Name: SCHEMA sales; Type: ACL; Schema: -; Owner: postgres
--

GRANT USAGE ON SCHEMA sales TO app_reader;


--
-- Name: TABLE customers; Type: ACL; Schema: sales; Owner: postgres
--

GRANT SELECT ON TABLE sales.customers TO app_reader;


--
-- Name: TABLE orders; Type: ACL; Schema: sales; Owner: app_owner
--

GRANT SELECT ON TABLE sales.orders TO app_reader;


--
-- Name: COLUMN orders.id; Type: ACL; Schema: sales; Owner: app_owner
--

GRANT SELECT(id) ON TABLE sales.orders TO tenant;


--
-- Name: COLUMN orders.status; Type: ACL; Schema: sales; Owner: app_owner
--

GRANT SELECT(status) ON TABLE sales.orders TO tenant;


--
-- Name: TABLE open_orders; Type: ACL; Schema: sales; Owner: postgres
--

GRANT SELECT ON TABLE sales.open_orders TO app_reader;


--
-- Name: TABLE big_open; Type: ACL; Schema: sales; Owner: postgres
--

GRANT SELECT ON TABLE sales.big_open TO app_reader;


--
-- Name: TABLE order_lines; Type: ACL; Schema: sales; Owner: postgres
--

GRANT SELECT ON TABLE sales.order_lines TO app_reader;


--
-- Name: TABLE per_customer; Type: ACL; Schema: sales; Owner: postgres
--

GRANT SELECT ON TABLE sales.per_customer TO app_reader;


--
-- Name: DEFAULT PRIVILEGES FOR TABLES; Type: DEFAULT ACL; Schema: sales; Owner: postgres
--

ALTER DEFAULT PRIVILEGES FOR ROLE postgres IN SCHEMA sales GRANT SELECT ON TABLES  TO app_reader;


--
-- Name: ddl; Type: EVENT TRIGGER; Schema: -; Owner: postgres
--

CREATE EVENT TRIGGER ddl ON ddl_command_end
   EXECUTE FUNCTION public.on_ddl();

ALTER EVENT TRIGGER ddl DISABLE;


ALTER EVENT TRIGGER ddl OWNER TO postgres;

--
-- PostgreSQL database dump complete
--

\unrestrict kTokenThatPgDumpDrawsAnew

