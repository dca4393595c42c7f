#include "tools/scenario/key_objects.hpp"

namespace scenario {
namespace {

constexpr Key elements_keys[] = {
    within(
        0, 10000,
        {"per_row", Form::number, "0",
         "elements of a value that repeat from row to row: array elements, JSON keys and values"}),
    within(1, unbounded, {"distinct", Form::number, "1000", "of so many different ones"}),
    within(0, 10000, {"unique", Form::number, "0", "elements per value that no other row has"}),
    within(1, 2000, {"width", Form::number, "8", "average bytes of an element", Unit::bytes}),
};
constexpr Object elements{
    "elements", "What a GIN index on an array or jsonb column stores per row.", elements_keys};

constexpr Key table_keys[] = {
    {"rows", Form::quantity, "0", "live rows at the start, freshly loaded and vacuumed"},
    {"dead_rows", Form::quantity, "0", "dead rows at the start (n_dead_tup)"},
    {"heap_size", Form::number, "as freshly loaded",
     "size of the main fork at the start (pg_relation_size)", Unit::bytes},
    {"widths", Form::quantities_by_name, "assumed from the type",
     "average bytes of a column's values without varlena header: {device: 12}"},
    {"text_widths", Form::quantities_by_name, "derived from type and width",
     "average length of a column's values as text on the wire"},
    within(0, 1,
           {"nulls", Form::numbers_by_name, "0%", "share of NULLs by column: {ended_at: 5%}",
            Unit::share}),
    within(1, unbounded,
           {"distinct", Form::numbers_by_name, "as many as rows",
            "number of distinct values by column"}),
    made_of(elements, {"elements", Form::object_map, "assumed from type and width",
                       "elements by array or jsonb column, for its GIN index"}),
    one_of("ascending|random",
           {"order", Form::choices_by_name, "serial and integer keys ascending, uuid random",
            "where new values of a column fall in its order"}),
    within(0, 1,
           {"partial", Form::numbers_by_name, "100%",
            "share of the rows in a partial index, by index name", Unit::share}),
    one_of("after_load|by_inserts",
           {"indexes_built", Form::choice, "after_load",
            "CREATE INDEX after the load (packed pages) or indexes grown by the inserts"}),
    {"like", Form::text, "-", "make this table as a copy of a table of the DDL"},
    count_key,
};
constexpr Object table{"table",
                       "What the DDL does not say about a table: sizes and values at the start.",
                       table_keys, true};

constexpr Key skew_keys[] = {
    within(0, 1,
           {"recent", Form::quantity, "-", "uniformly the newest share of the rows", Unit::share}),
    within(0, 10,
           {"zipf", Form::quantity, "-",
            "weight rank^-exponent: give the exponent, for example 1.07", Unit::factor}),
    within(
        0, 1,
        {"gaussian", Form::quantity, "-",
         "normal around the middle of the key; give the standard deviation as a share of the rows",
         Unit::share}),
    one_of("clustered|scattered",
           {"keys", Form::choice, "recent and gaussian clustered, else scattered",
            "clustered: neighbouring keys share a heap page; scattered: each key anywhere"}),
};
}  // namespace

constexpr Object skew_object{
    "skew", "Which rows a statement touches; `uniform`, or one of recent, zipf, gaussian.",
    skew_keys};

namespace {

constexpr Key rows_key{"rows", Form::quantity, "what the text says",
                       "rows written (or matched) per execution, where SQL does not tell"};
constexpr Key skew_key =
    made_of(skew_object, {"skew", Form::skew, "uniform", "which rows it touches"});
constexpr Key conflicts_key =
    within(0, 1,
           {"conflicts", Form::quantity, "0%",
            "ON CONFLICT, MERGE: share of the rows that exist already", Unit::share});
constexpr Key unchanged_key{"unchanged", Form::words, "none",
                            "columns it assigns the value they already have"};

constexpr Key copy_keys[] = {
    {"table", Form::text, "required", "target"},
    {"columns", Form::words, "all", "columns of the COPY"},
    {"rows", Form::quantity, "required", "rows per COPY"},
};
}  // namespace

constexpr Object copy_object{"copy", "COPY … FROM, a batch of rows.", copy_keys};

namespace {

constexpr Key statement_keys[] = {
    {"sql", Form::sql, "-", "one SQL statement"},
    made_of(copy_object, {"copy", Form::object, "-", "a COPY instead of SQL"}),
    rows_key,
    skew_key,
    conflicts_key,
    unchanged_key,
};
}  // namespace

constexpr Object statement_object{
    "statement", "One statement of a transaction. A list entry may also be the SQL text alone.",
    statement_keys};

namespace {

constexpr Key rebuild_keys[] = {
    {"table", Form::text, "required", "what is rebuilt"},
    one_of("swap|truncate_insert|delete_insert|merge|refresh|refresh_concurrently",
           {"by", Form::choice, "truncate_insert",
            "swap: dbt's table materialization; refresh: REFRESH MATERIALIZED VIEW, which readers "
            "wait for; refresh_concurrently: they do not, and only rows that differ are written"}),
    {"rows", Form::quantity, "rows of the table", "rows of the new content"},
    within(
        0, 1,
        {"changed", Form::quantity, "100%",
         "refresh_concurrently: share of the rows that differ from the old content", Unit::share}),
    {"sql", Form::sql, "all columns", "the INSERT … SELECT that fills it"},
    skew_key,
    conflicts_key,
    unchanged_key,
};
constexpr Object rebuild{"rebuild", "Makes a table's content anew.", rebuild_keys};

constexpr Key work_keys[] = {
    {"name", Form::text, "its place in the list", "how paths and reports name it"},
    {"sql", Form::sql, "-", "one statement, a transaction of its own"},
    made_of(statement_object,
            {"transaction", Form::statements, "-", "several statements as one transaction"}),
    made_of(copy_object, {"copy", Form::object, "-", "a COPY"}),
    made_of(rebuild, {"rebuild", Form::object, "-", "a rebuild, with `every:` or `at:`"}),
    {"rate", Form::quantity, "-", "transactions per time at factor 1 of the profile (open load)",
     Unit::per_second},
    within(1, 100'000,
           {"clients", Form::quantity, "-", "so many clients run it back to back (closed load)"}),
    within(1, 100'000,
           {"connections", Form::whole, "1",
            "server sessions that share the stream; each fills a heap page of its own"}),
    within(above_zero, unbounded,
           {"cpu", Form::quantity, "derived from its statements",
            "of a stream: time of a core per transaction; matters with `cores:` of the node and "
            "for `clients:`",
            Unit::seconds}),
    {"profile", Form::text, "flat", "load over time: a built-in or own profile"},
    within(-1, 100,
           {"growth", Form::quantity, "0%", "compound growth of the rate per year", Unit::share}),
    {"from", Form::number, "0s", "starts so long after the start of the run", Unit::seconds},
    within(above_zero, unbounded,
           {"until", Form::number, "horizon", "ends so long after the start of the run",
            Unit::seconds}),
    within(above_zero, unbounded,
           {"for", Form::number, "horizon", "instead of until: lasts so long from `from`",
            Unit::seconds}),
    within(1, unbounded,
           {"executions", Form::number, "unlimited", "stops after so many transactions"}),
    {"at", Form::moment, "after one `every`",
     "first execution: time after the start, or time of day"},
    within(above_zero, unbounded,
           {"every", Form::number, "once", "repeats at this interval", Unit::seconds}),
    rows_key,
    skew_key,
    conflicts_key,
    unchanged_key,
    one_of("pg_cron|domain", {"run_by", Form::choice, "domain; refresh: pg_cron",
                              "of a job: who starts it on the real server (emit)"}),
    like_key,
    count_key,
};
constexpr Object work{"workload entry",
                      "Exactly one of sql, transaction, copy, rebuild; as a stream (`rate:` or "
                      "`clients:`) or as a job (`at:`, `every:`).",
                      work_keys, true};

constexpr Key role_keys[] = {
    {"login", Form::flag, "on", "off: a group, without limits of its own"},
    {"member_of", Form::words, "its domain's owner", "roles it is a member of"},
    within(-1, 100'000, {"connection_limit", Form::whole, "8", "CONNECTION LIMIT; -1: none"}),
    {"settings", Form::settings, "30s, 60s, 2GB",
     "ALTER ROLE … SET; default: statement_timeout, idle_in_transaction_session_timeout and "
     "temp_file_limit"},
};
constexpr Object role{"role", "A role of a domain besides its owner and its reader (emit).",
                      role_keys};

constexpr Key tenant_keys[] = {
    {"role", Form::text, "required", "the role that is a tenant"},
    {"tenants", Form::words, "required", "values of the tenant column it may read"},
};
constexpr Object tenant{"tenant grant", "Whose rows a role reads.", tenant_keys};

constexpr Key row_security_keys[] = {
    {"table", Form::text, "required", "the table"},
    {"tenant", Form::text, "required", "its column that says whose row it is"},
    made_of(tenant, {"grants", Form::object_list, "none",
                     "who reads whose rows; kept in a table that no tenant can write"}),
    {"auditor", Form::text, "nobody", "a group that reads every row"},
    one_of("subquery|setting|function",
           {"policy", Form::choice, "subquery",
            "what a scanned row costs: the tenant in a scalar subquery (1), current_setting() per "
            "row (2.6) or a PL/pgSQL function per row (4.8 to 7.3); emit writes a subquery"}),
};
constexpr Object row_security{"row_security", "Readers see their own tenants' rows only (emit).",
                              row_security_keys};

constexpr Key retention_keys[] = {
    {"table", Form::text, "required", "the table"},
    {"column", Form::text, "required", "a timestamptz column that is NOT NULL: when a row came"},
    within(above_zero, unbounded,
           {"keep", Form::number, "required", "older rows are deleted", Unit::seconds}),
    within(above_zero, unbounded, {"every", Form::number, "1d", "how often", Unit::seconds}),
    {"at", Form::moment, "\"03:30\"", "time of day"},
};
constexpr Object retention{"retention", "Clean-up of old rows by a job (emit).", retention_keys};

constexpr Key domain_keys[] = {
    {"node", Form::text, "required", "the node it lives on"},
    {"database", Form::text, "the domain's name", "its database; domains may share one"},
    {"ddl", Form::ddl, "none",
     "a file beside the scenario (pg_dump -s is fine), DDL text, or a list of them"},
    {"search_path", Form::words, "what the DDL sets, else public", "schemas for unqualified names"},
    made_of(table, {"tables", Form::object_map, "empty tables", "sizes by table name"}),
    made_of(work, {"workload", Form::object_list, "none", "what runs"}),
    {"owner", Form::text, "NAME_owner", "role that owns its objects (emit)"},
    {"reader", Form::text, "NAME_reader", "group that reads its contract (emit)"},
    {"contract", Form::words, "tables of its products",
     "schemas, or schema.table, that others may read; everything else is internal (emit)"},
    one_of("staging|intermediate|core|datamarts",
           {"layers", Form::choices_by_name, "by name: stg, int, core, mrt",
            "layer by schema: {stg: staging} (emit)"}),
    made_of(role, {"roles", Form::object_map, "NAME_app", "its login roles and groups (emit)"}),
    made_of(row_security, {"row_security", Form::object_list, "none", "row-level security (emit)"}),
    made_of(retention, {"retention", Form::object_list, "none", "clean-up of old rows (emit)"}),
    {"dbt", Form::text, "none", "name of the dbt project to write (emit)"},
    like_key,
    count_key,
};
}  // namespace

constexpr Object domain_object{"domain", "A team's tables and what runs on them.", domain_keys,
                               true};

}  // namespace scenario
