#include "tools/scenario/key_objects.hpp"

namespace scenario {
namespace {

constexpr Key volume_keys[] = {
    within(above_zero, unbounded,
           {"size", Form::quantity, "required", "capacity of the volume", Unit::bytes}),
    within(0, 1,
           {"reserved", Form::quantity, "0%",
            "share that PostgreSQL cannot use; ext4 keeps 5% for root unless told otherwise",
            Unit::share}),
    {"other", Form::quantity, "0",
     "bytes on it that are not PostgreSQL's data directory (logs, dumps, system)", Unit::bytes},
};
constexpr Object volume{"volume", "A disk.", volume_keys};

constexpr Key volumes_keys[] = {
    made_of(volume, {"data", Form::object, "unlimited", "where the data directory is"}),
    made_of(volume, {"wal", Form::object, "pg_wal is on data",
                     "a separate volume for pg_wal (initdb --waldir)"}),
};
constexpr Object volumes{"volumes", "The disks of a node.", volumes_keys};

constexpr Key start_state_keys[] = {
    {"pg_wal", Form::number, "a settled server",
     "size of pg_wal at the start; 80MB (5 segments) right after initdb", Unit::bytes},
    {"since_checkpoint", Form::number, "drawn per replicate",
     "time since the last checkpoint started; 0s: a CHECKPOINT just before the run", Unit::seconds},
    within(0, 1,
           {"segment_used", Form::number, "drawn per replicate",
            "share of the current WAL segment that is in use; 0% right after pg_switch_wal()",
            Unit::share}),
    within(0, 15,
           {"since_running_xacts", Form::number, "drawn per replicate",
            "time since the last RUNNING_XACTS record, 0s to 15s", Unit::seconds}),
};
constexpr Object start_state{"start_state", "What the server has behind it when the run starts.",
                             start_state_keys};

constexpr Key recovery_keys[] = {
    {"after", Form::quantity, "15min, 1h, 6h",
     "from the full disk until an operator has made room, drawn each time; default p10, p50, p90 "
     "of an assumed on-call response, 0s: nobody comes",
     Unit::seconds},
    one_of("grow_volume|drop_slots",
           {"by", Form::choice, "grow_volume",
            "how: drop_slots drops those that hold WAL back, and grows the volume when none does"}),
    within(
        above_zero, 100,
        {"grow_by", Form::number, "50%", "how much larger the full volume becomes", Unit::share}),
    within(above_zero, unbounded,
           {"replay_rate", Form::quantity, "30MB/s, 100MB/s, 300MB/s",
            "WAL that crash recovery replays; default p10, p50, p90 of a prior",
            Unit::bytes_per_second}),
};
constexpr Object recovery{"recovery", "How a node comes back from a full disk.", recovery_keys};

constexpr Key tls_keys[] = {
    one_of("verify-full|verify-ca|require|disable",
           {"sslmode", Form::choice, "verify-full", "libpq's sslmode; disable: no TLS at all"}),
    {"sslrootcert", Form::text, "libpq's default",
     "file with the certificate authority, on the connecting server"},
};
constexpr Object tls{"tls", "How connections to a node are protected.", tls_keys};

constexpr Key cpu_keys[] = {
    within(above_zero, unbounded,
           {"statement", Form::quantity, "60us, 150us, 400us",
            "one statement of a row: parsing, plan, its share of the commit", Unit::seconds}),
    within(above_zero, unbounded,
           {"row", Form::quantity, "1.25us, 2.2us, 10us",
            "every further row written, with an index entry", Unit::seconds}),
    within(above_zero, unbounded,
           {"scanned_row", Form::quantity, "0.125us, 0.33us, 1us", "a row read and compared",
            Unit::seconds}),
    within(above_zero, unbounded,
           {"commit_wait", Form::quantity, "50us, 0.5ms, 5ms",
            "`clients:`: time until a commit is flushed", Unit::seconds}),
};
constexpr Object cpu{"cpu",
                     "Time of one core that statements take; defaults are p10, p50, p90 of priors. "
                     "Shared compute is modelled, not measured.",
                     cpu_keys};

constexpr Key node_keys[] = {
    within(15, 18, {"postgres", Form::whole, "15", "major version"}),
    within(1, 4096, {"cores", Form::whole, "unlimited", "CPU cores"}),
    made_of(cpu, {"cpu", Form::object, "measured priors", "what statements cost"}),
    within(above_zero, unbounded, {"memory", Form::quantity, "not given", "RAM", Unit::bytes}),
    within(1, unbounded,
           {"bulk_rate", Form::quantity, "100k/s, 300k/s, 800k/s",
            "rows per second of one bulk statement (INSERT … SELECT, rebuild); default p10, p50, "
            "p90 of a measured prior",
            Unit::per_second}),
    within(0.01, 1,
           {"wal_compression_ratio", Form::quantity, "as wal_compression's method",
            "size of a compressed page image relative to the plain one, with wal_compression on; "
            "default p10, p50, p90: 35%, 57%, 95% (pglz, lz4), 20%, 37%, 80% (zstd)",
            Unit::share}),
    {"storage", Form::text, "-", "kind of storage, for reports"},
    made_of(volumes, {"volumes", Form::object, "unlimited", "the disks"}),
    made_of(recovery, {"recovery", Form::object, "an operator makes it larger",
                       "what follows when a volume is full"}),
    {"collation", Form::text, "C.UTF-8", "default collation of its databases"},
    {"data_checksums", Form::flag, "off up to 17, on from 18", "initdb --data-checksums"},
    within(above_zero, unbounded,
           {"wal_segment_size", Form::number, "16MB",
            "initdb --wal-segsize; a power of two from 1MB to 1GB", Unit::bytes}),
    {"settings", Form::settings, "as initdb leaves them",
     "PostgreSQL's own settings, checked against the major version"},
    made_of(start_state,
            {"start_state", Form::object, "a settled server", "state at the start of the run"}),
    {"host", Form::text, "the node's name", "how other nodes reach it (emit)"},
    within(1, 65535, {"port", Form::whole, "5432", "its port (emit)"}),
    made_of(tls, {"tls", Form::object, "verify-full", "of connections to it (emit)"}),
    {"passfile", Form::text, "~postgres/.pgpass",
     "password file on it for its subscriptions' connections (emit)"},
    like_key,
    count_key,
};
}  // namespace

constexpr Object node_object{
    "node", "One server: a PostgreSQL cluster with its settings and disks.", node_keys, true};

namespace {

constexpr Key link_keys[] = {
    {"between", Form::words, "required", "the two nodes it joins: [a, b]"},
    within(above_zero, unbounded,
           {"bandwidth", Form::quantity, "unlimited", "in each direction", Unit::bytes_per_second}),
    {"rtt", Form::quantity, "0s", "round-trip time", Unit::seconds},
    {"name", Form::text, "a/b", "how incidents name it"},
};
}  // namespace

constexpr Object link_object{"link", "A network link between two nodes.", link_keys};

namespace {

constexpr Key profile_keys[] = {
    {"daily", Form::steps, "-", "factors by time of day: {\"00:00\": 0.4, \"18:00\": 2}"},
    {"weekly", Form::steps, "-",
     "factors by time of the week: {\"mon 08:00\": 2, \"fri 18:00\": 0.5}"},
    {"steps", Form::steps, "-",
     "factors by time after the start, once, for lab runs: {0s: 1, 30s: 5, 40s: 0}"},
};
}  // namespace

constexpr Object profile_object{
    "profile",
    "Load over time, relative to the rate. Exactly one of the three keys; each factor holds until "
    "the next. Built in: flat, evening_peak, office_hours, night_batch (their mean is 1).",
    profile_keys};

namespace {

constexpr Key standby_keys[] = {
    {"node", Form::text, "required", "the primary"},
    {"slot", Form::text, "its name", "its physical slot"},
    {"hot_standby_feedback", Form::flag, "off", "its setting"},
    like_key,
    count_key,
};
}  // namespace

constexpr Object standby_object{"standby", "A physical standby with a slot.", standby_keys, true};

}  // namespace scenario
