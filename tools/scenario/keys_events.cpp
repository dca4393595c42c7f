#include "tools/scenario/key_objects.hpp"

namespace scenario {
namespace {

constexpr Key incident_keys[] = {
    one_of("link_down|subscriber_down|open_transaction|standby_down|archiver_failing|ddl|"
           "runaway_query",
           {"kind", Form::choice, "required", "what happens"}),
    {"name", Form::text, "kind and what it hits", "how paths and reports name it"},
    {"at", Form::moment, "-", "when: time after the start, or time of day"},
    within(above_zero, unbounded,
           {"every", Form::quantity, "once",
            "instead of at: gaps between occurrences; `~5d` is exponential with mean 5d",
            Unit::seconds}),
    within(above_zero, unbounded,
           {"for", Form::quantity, "until the horizon", "how long, drawn per occurrence",
            Unit::seconds}),
    {"link", Form::text, "-", "link_down: a/b or the link's name"},
    {"product", Form::text, "-", "subscriber_down: whose subscriber"},
    {"consumer", Form::text, "the only one", "subscriber_down: which consumer of the product"},
    {"slot", Form::text, "-", "subscriber_down: instead of product, the slot's name"},
    {"standby", Form::text, "-", "standby_down: which"},
    {"node", Form::text, "-", "archiver_failing, open_transaction: where"},
    {"domain", Form::text, "-", "open_transaction, ddl, runaway_query: in whose database"},
    within(0, 1024,
           {"workers", Form::quantity, "max_parallel_workers_per_gather",
            "runaway_query: parallel workers beside the leader; each takes a core"}),
    {"rows", Form::quantity, "0",
     "runaway_query: rows that it sorts, hashes or materializes: beyond work_mem they go to "
     "temporary files"},
    within(0, 1e6,
           {"row_width", Form::quantity, "100B", "runaway_query: average bytes of such a row",
            Unit::bytes}),
    {"role", Form::text, "the node's setting",
     "runaway_query: a role of the domain, whose statement_timeout ends it"},
    one_of("read_committed|repeatable_read",
           {"isolation", Form::choice, "read_committed",
            "open_transaction: repeatable_read holds a snapshot"}),
    {"writes", Form::flag, "on",
     "open_transaction: has written, so it has an xid and pins restart_lsn"},
    {"sql", Form::sql, "-", "ddl: the statement"},
    one_of("interceptor|hand|nobody", {"repaired_by", Form::choice, "nobody",
                                       "ddl: interceptor (governance) or hand (after `for:`)"}),
    like_key,
    count_key,
};
}  // namespace

constexpr Object incident_object{
    "incident", "Something that goes wrong: once (`at:`) or again and again (`every:`).",
    incident_keys, true};

namespace {

constexpr Key kill_routine_keys[] = {
    within(above_zero, unbounded,
           {"every", Form::number, "5min", "how often it looks", Unit::seconds}),
    {"xmin_age", Form::number, "500000",
     "ends sessions whose snapshot is older than so many transactions"},
};
constexpr Object kill_routine{"kill_routine", "Ends readers that hold back vacuum.",
                              kill_routine_keys};

constexpr Key interceptor_keys[] = {
    within(
        above_zero, unbounded,
        {"every", Form::number, "60s", "how often it compares and repairs schemas", Unit::seconds}),
};
constexpr Object interceptor{"drift_interceptor", "Carries schema changes to subscribers.",
                             interceptor_keys};

constexpr Key heartbeat_keys[] = {
    within(60, 86'400,
           {"every", Form::number, "1min", "how often a beat is written", Unit::seconds}),
};
constexpr Object heartbeat{"heartbeat",
                           "A row in every publication, so that a silent stream shows (emit).",
                           heartbeat_keys};

constexpr Key governance_keys[] = {
    made_of(kill_routine, {"kill_routine", Form::object, "none", "kills old snapshots"}),
    made_of(interceptor, {"drift_interceptor", Form::object, "none", "repairs DDL drift"}),
    made_of(heartbeat, {"heartbeat", Form::object, "none", "shows that replication works (emit)"}),
};
}  // namespace

constexpr Object governance_object{"governance", "What the platform does on its own.",
                                   governance_keys};

namespace {

constexpr Key objective_keys[] = {
    {"metric", Form::text, "required", "see the metrics below"},
    {"name", Form::text, "as written", "how reports name it"},
    one_of("p5|p50|p95|p99|max|mean",
           {"at", Form::choice, "p99; of times p5",
            "over the replicates; small is bad for times, so `above:` goes with p5"}),
    {"below", Form::threshold, "-", "in the metric's unit: 85%, 20GB, 1h, 1000"},
    {"above", Form::threshold, "-", "the same, for what should be large"},
    within(0, 1,
           {"probability_below", Form::number, "-",
            "of 0/1 metrics and times: the share of replicates in which it happens", Unit::share}),
    {"node", Form::text, "every node", "metrics of nodes and volumes"},
    one_of("data|wal", {"volume", Form::choice, "both", "metrics of volumes"}),
    {"product", Form::text, "every slot", "metrics of slots: those of the product's consumers"},
    {"consumer", Form::text, "every consumer", "metrics of slots: this consumer of the product"},
    {"slot", Form::text, "every slot", "metrics of slots"},
    {"domain", Form::text, "every domain",
     "metrics of tables: those of the domain; of domains: which"},
    {"table", Form::text, "every table", "metrics of tables"},
    {"index", Form::text, "every index", "metrics of indexes"},
};
}  // namespace

constexpr Object objective_object{
    "objective", "What must hold. Exactly one of below, above, probability_below.", objective_keys};

}  // namespace scenario
