#include "tools/scenario/key_objects.hpp"

namespace scenario {
namespace {

constexpr Key query_keys[] = {
    {"sql", Form::sql, "required", "a query of the consumer on the product"},
    {"name", Form::text, "its place in the list", "how outcomes name it"},
    {"rate", Form::quantity, "0", "how often it runs", Unit::per_second},
    within(0, unbounded,
           {"rows", Form::number, "from `distinct:` of the columns it filters",
            "rows of its first foreign scan that cross the wire", Unit::count}),
    within(0, unbounded,
           {"hold", Form::quantity, "0s",
            "how long its transaction stays open afterwards: the producer's snapshot with it",
            Unit::seconds}),
};

constexpr Key server_keys[] = {
    {"use_remote_estimate", Form::flag, "off", "server option"},
    within(0, unbounded, {"fdw_startup_cost", Form::number, "100", "server option", Unit::factor}),
    within(0, unbounded,
           {"fdw_tuple_cost", Form::number, "0.01 up to 16, 0.2 from 17", "server option",
            Unit::factor}),
    {"async_capable", Form::flag, "off", "server option"},
    {"extensions", Form::words, "none", "server option: extensions whose objects may be sent"},
    {"import_collate", Form::flag, "on", "option of IMPORT FOREIGN SCHEMA"},
    {"analyzed", Form::flag, "on", "ANALYZE was run on the foreign tables"},
};
constexpr Object server{"server", "The foreign server of a consumer, postgres_fdw's options.",
                        server_keys};
constexpr Object query{"query", "A consumer's query, for the federated mechanism.", query_keys};

constexpr Key apply_rates_keys[] = {
    within(1, unbounded,
           {"insert", Form::quantity, "20k/s, 80k/s, 150k/s",
            "rows per second the apply worker inserts", Unit::per_second}),
    within(1, unbounded,
           {"update", Form::quantity, "10k/s, 35k/s, 80k/s", "updates", Unit::per_second}),
    within(1, unbounded,
           {"delete", Form::quantity, "15k/s, 55k/s, 100k/s", "deletes", Unit::per_second}),
    within(1, unbounded,
           {"commit", Form::quantity, "2k/s, 8k/s, 15k/s", "transactions", Unit::per_second}),
};
constexpr Object apply_rates{
    "apply_rates", "Speed of the subscriber; defaults are p10, p50, p90 of a measured prior.",
    apply_rates_keys};

constexpr Key consumer_keys[] = {
    {"node", Form::text, "required", "where it reads"},
    one_of("event|federated|logical|databases",
           {"mechanism", Form::choice, "event",
            "logical: same cluster; databases: other database of the cluster; federated: "
            "postgres_fdw; event: logical replication"}),
    {"subscription", Form::text, "sub_PRODUCT_CONSUMER", "name of the subscription (event)"},
    {"slot", Form::text, "the subscription's name", "slot_name (event)"},
    {"binary", Form::flag, "off", "subscription option (event)"},
    {"copy_data", Form::flag, "off",
     "the initial copy starts with the run; off: in sync at the start (event)"},
    one_of("off|on|parallel", {"streaming", Form::choice, "off up to 17, parallel from 18",
                               "subscription option; parallel from 16 (event)"}),
    {"disable_on_error", Form::flag, "off", "subscription option (event)"},
    within(1, unbounded,
           {"decode_rate", Form::quantity, "50MB/s, 200MB/s, 400MB/s",
            "WAL the walsender decodes; default p10, p50, p90 of a measured prior (event)",
            Unit::bytes_per_second}),
    made_of(apply_rates,
            {"apply_rates", Form::object, "measured prior", "speed of the apply worker (event)"}),
    made_of(query, {"queries", Form::object_list, "none", "what it asks"}),
    made_of(server, {"server", Form::object, "postgres_fdw's defaults",
                     "options of its foreign server (federated, databases)"}),
    one_of("postgres|article",
           {"fdw_collation_model", Form::choice, "postgres",
            "article: where default collations differ, no comparison of text is sent (federated)"}),
    within(1, unbounded,
           {"remote_scan_rate", Form::quantity, "1M/s, 3M/s, 8M/s",
            "rows per second that the producer reads for it (federated, databases)",
            Unit::per_second}),
    within(
        1, unbounded,
        {"fetch_rate", Form::quantity, "150k/s, 500k/s, 1M/s",
         "rows per second that it makes of what arrives (federated, databases)", Unit::per_second}),
    {"domain", Form::text, "of its name, or the node's only one",
     "in whose database it reads (emit)"},
    {"role", Form::text, "that domain's first login role", "who reads (emit)"},
    {"view", Form::text, "shared_products.TABLE", "name the consumer reads by (emit)"},
    within(1, 1'000'000,
           {"fetch_size", Form::whole, "10000", "rows of one FETCH (federated, databases)"}),
    like_key,
    count_key,
};
constexpr Object consumer{"consumer", "Who reads a product, and how.", consumer_keys, true};

constexpr Key published_table_keys[] = {
    {"table", Form::text, "required", "the table"},
    {"columns", Form::words, "all", "column list of the publication"},
    {"where", Form::text, "all rows", "row filter of the publication"},
    within(0, 1,
           {"share", Form::number, "100%", "share of the rows that pass the filter", Unit::share}),
};
}  // namespace

constexpr Object published_table_object{"published table",
                                        "A table of a product with column list and row filter.",
                                        published_table_keys};

namespace {

constexpr Key product_keys[] = {
    {"table", Form::text, "-", "the table of the product"},
    made_of(published_table_object,
            {"tables", Form::tables, "-", "or several tables of one database"}),
    {"domain", Form::text, "the one that has the table",
     "needed when several domains have tables of this name"},
    {"columns", Form::words, "all", "with `table`: column list of the publication"},
    {"where", Form::text, "all rows", "with `table`: row filter of the publication"},
    within(0, 1,
           {"share", Form::number, "100%", "with `table`: share of the rows that pass the filter",
            Unit::share}),
    made_of(consumer, {"consumers", Form::object_map, "none", "who reads it"}),
    {"publication", Form::text, "pub_PRODUCT", "name of its publication (emit, event)"},
    like_key,
    count_key,
};
}  // namespace

constexpr Object product_object{"product", "Tables that a domain offers to others.", product_keys,
                                true};

}  // namespace scenario
