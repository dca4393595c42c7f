#pragma once

#include <optional>
#include <string>
#include <vector>

#include "models/foreign_query.hpp"
#include "models/place.hpp"
#include "models/quantity.hpp"
#include "models/schema_drift.hpp"
#include "models/settings.hpp"
#include "models/statement.hpp"
#include "models/table.hpp"
#include "sim/units.hpp"

/// The mesh of a scenario as plain structs. Cross references are indexes into the vectors of Mesh,
/// resolved by the loader; -1 means none. Every Quantity may be uncertain (models/quantity.hpp).
namespace models {

struct Volume {
  Quantity size;      // bytes; 0 = unlimited
  Quantity reserved;  // share of the size that PostgreSQL cannot use (root's 5 %), 0..1
  Quantity other;     // bytes used by something else
};

/// How a node comes back from a full disk.
struct Recovery {
  /// Seconds from the moment the disk is full until an operator has made room; 0 = nobody comes.
  Quantity operator_time;
  enum class By {
    grow_volume,  // the full volume grows by `grow_by`
    drop_slots    // slots that hold WAL back are dropped; without one the volume grows
  };
  By by = By::grow_volume;
  double grow_by = 0.5;          // share of its size
  Quantity replay_rate = 100e6;  // bytes of WAL per second of crash recovery
};

/// Known error of the model: what real servers did, relative to what was predicted.
struct ModelError {
  Quantity wal = 1;    // bytes of WAL
  Quantity heap = 1;   // pages that tables grow by
  Quantity index = 1;  // pages that indexes grow by
};

/// CPU that statements of a node take, in seconds of one core; medians of priors.
struct CpuCost {
  Quantity statement =
      150e-6;             // one statement of a few rows: parsing, plan, its share of the commit
  Quantity row = 2.2e-6;  // every further row written, with an index entry
  Quantity scanned_row = 0.33e-6;  // a row that is read and compared
  Quantity commit_wait = 0.5e-3;   // not CPU: until a commit is flushed (clients:)
};

/// One server: a cluster with its settings and disks.
struct Node {
  std::string name;
  int postgres = 15;  // major version
  int cores = 0;      // 0 = unlimited
  Quantity memory;    // bytes; 0 = not given
  CpuCost cpu;
  Volume data;
  std::optional<Volume> wal;  // a separate volume for pg_wal
  std::string collation;
  bool data_checksums = false;  // loader: default off up to 17, on from 18
  Bytes wal_segment_size = 16_MiB;
  Settings settings;
  Quantity bulk_rate = 300e3;  // rows per second of one bulk statement (INSERT … SELECT, rebuild)
  std::string storage;         // free text, reports only
  Recovery recovery;
  ModelError model_error;
  Quantity wal_compression_ratio;  // of images under wal_compression; 0 = the method's median
  Place place;

  // Start state; what is unset is drawn per replicate.
  std::optional<double> pg_wal_bytes;           // size of pg_wal; unset = a settled server
  std::optional<double> segment_used;           // share of the current WAL segment in use, 0..1
  std::optional<Duration> since_checkpoint;     // age of the last checkpoint's start
  std::optional<Duration> since_running_xacts;  // phase of the 15 s snapshots
};

struct Database {
  std::string name;
  int node = -1;
};

struct Domain {
  std::string name;
  int database = -1;
  std::string ddl;  // its DDL as read, all files one after the other: what a real server is given
  Place place;
};

struct Link {
  std::string name;    // a/b
  int a = -1, b = -1;  // nodes
  Quantity bandwidth;  // bytes per second in each direction; 0 = unlimited
  Quantity rtt;        // seconds
};

/// Relative load over a repeating period: `factor` holds from `at` to the next step.
struct Profile {
  struct Step {
    Duration at{0};
    double factor = 1;
  };
  std::string name;
  Duration period =
      24h;  // 24h or 168h as a rule; steps count from midnight of the start day (weekly: Monday)
  std::vector<Step> steps;  // ascending, the first at 0
  bool once = false;        // load steps of a lab run: counted from the start, never repeated
};

/// A transaction executed over and over.
struct Stream {
  std::string name;  // its path in the scenario, or `name:`
  std::string domain;
  int database = -1;
  std::vector<Statement> statements;  // one transaction
  Quantity rate;                      // open: transactions per second at factor 1
  Quantity clients;                   // closed: number of clients; 0 = open
  Quantity cpu;  // seconds of a core per transaction; 0 = derived from its statements
  int connections =
      1;  // server sessions that share the stream (each has its own insert target page)
  int profile = -1;
  Quantity growth;  // compound, per year: 0.4 = +40 %
  Duration from{0};
  std::optional<Duration> until;
  std::optional<double> executions;  // stops after so many
};

/// Work that happens at given times: a rebuild, a refresh, a one-off statement.
struct Job {
  enum class Kind { statement, rebuild };
  enum class Rebuild { swap, truncate_insert, delete_insert, merge, refresh, refresh_concurrently };
  std::string name;
  std::string domain;
  int database = -1;
  Kind kind = Kind::statement;
  Rebuild by = Rebuild::truncate_insert;
  std::vector<Statement> statements;  // of a statement job; of a rebuild: the insert
  Place place;
  int table = -1;        // of a rebuild
  Quantity rows;         // of a rebuild: rows of the new content
  Quantity changed = 1;  // refresh_concurrently: share of them that differ from the old content
  Duration at{0};        // first execution, from the start of the run
  std::optional<Duration> every;
};

enum class Mechanism { logical, databases, federated, event };

/// A query of a consumer. Federated ones are planned when the scenario is read.
struct ConsumerQuery {
  std::string name;
  std::string sql;
  Quantity rate;
  Quantity hold;     // seconds that its transaction stays open after the last row
  ForeignPlan plan;  // mechanisms federated and databases
  std::string file;
  int line = 0, column = 0;
};

struct Consumer {
  std::string name;
  int node = -1;
  Mechanism mechanism = Mechanism::event;
  std::vector<ConsumerQuery> queries;
  int subscription = -1;
  // Mechanisms federated and databases: the foreign server and the way to it.
  int database = -1;  // index into Mesh::databases: the producer's
  int link = -1;      // -1: same node or no link declared
  ForeignServer server;
  Quantity remote_scan_rate = 2e6;  // rows per second that the producer reads and filters
  Quantity fetch_rate = 5e5;        // rows per second that the consumer makes of what arrives
  Place place;
};

struct Product {
  std::string name;
  std::vector<int> tables;
  std::vector<std::vector<int>> column_lists;  // per table; empty = every column
  std::vector<std::string> row_filters;        // per table; empty = every row
  std::vector<double> row_filter_shares;       // per table: share of the rows that pass
  std::vector<Consumer> consumers;
  Place place;
};

/// One logical subscription: a slot on the publisher, a walsender, a link, one apply worker.
struct Subscription {
  std::string name;
  std::string slot;
  int product = -1;
  int publisher = -1;   // node
  int database = -1;    // published database
  int subscriber = -1;  // node
  int link = -1;        // -1: same node or no link declared (unlimited)
  std::vector<int> tables;
  bool binary = false;
  bool copy_data = false;  // run the initial copy at the start; default: in sync at the start
  bool streaming = false;
  bool disable_on_error = false;
  Quantity decode_rate;        // bytes of WAL per second
  Quantity apply_rate_insert;  // rows per second
  Quantity apply_rate_update;
  Quantity apply_rate_delete;
  Quantity apply_rate_commit;  // transactions per second
  Place place;
};

/// A physical standby and its slot.
struct Standby {
  std::string name;
  int node = -1;
  std::string slot;
  bool hot_standby_feedback = false;
};

struct Incident {
  enum class Kind {
    link_down,
    subscriber_down,
    open_transaction,
    standby_down,
    archiver_failing,
    ddl,
    runaway_query
  };
  std::string name;  // shown in reports: `link_down media-prod/marketing-prod`
  Kind kind = Kind::link_down;
  int link = -1, subscription = -1, node = -1, database = -1, standby = -1;  // what it hits
  std::string domain;
  std::optional<Duration> at;  // fixed time …
  Quantity every;  // … or random gaps: seconds between occurrences (drawn per occurrence); 0 = once
  Quantity duration;                   // seconds, drawn per occurrence; 0 = until the horizon
  bool repeatable_read = false;        // open_transaction: holds a snapshot …
  bool writes = true;                  // … and has an xid, so that it pins restart_lsn
  std::string sql;                     // ddl …
  std::vector<SchemaDrift> drifts;     // … what it makes of published tables
  std::string repaired_by = "nobody";  // ddl: interceptor, hand, nobody
  // runaway_query
  Quantity workers = 2;           // parallel workers beside the leader
  Quantity temp_rows;             // rows that it sorts, hashes or materializes …
  Quantity temp_width = 100;      // … and bytes of their columns
  Duration statement_timeout{0};  // of its role or node; 0: none
  Bytes temp_file_limit{-1};      // likewise; -1: none
  Bytes work_mem = 4_MiB;         // likewise
  double policy_cost = 1;         // CPU of a scanned row under row security
  Place place;
};

struct Governance {
  std::optional<Duration> kill_routine_every;
  double kill_routine_xmin_age = 500000;
  std::optional<Duration> drift_interceptor_every;
};

struct Objective {
  std::string name;
  std::string metric;
  std::string subject;  // node, node/volume, slot, table …: empty = every subject of the metric
  std::string at = "p99";              // p5 p50 p95 p99 max mean
  std::optional<double> below, above;  // in the metric's unit
  std::optional<double> probability_below;
  std::string text;  // as written
  int line = 0;
};

struct Mesh;

/// Column list of a subscription's publication for a table; empty = every column.
std::vector<int> column_list(const Mesh& mesh, const Subscription& subscription, int table);

struct Mesh {
  std::string name;
  std::int64_t start = 0;  // epoch seconds of the run's first instant, UTC
  Duration horizon = 24h * 30;
  std::string timezone = "UTC";
  std::vector<Node> nodes;
  std::vector<Link> links;
  std::vector<Database> databases;
  std::vector<Domain> domains;
  std::vector<Profile> profiles;
  std::vector<Table> tables;
  std::vector<Stream> streams;
  std::vector<Job> jobs;
  std::vector<Product> products;
  std::vector<Subscription> subscriptions;
  std::vector<Standby> standbys;
  std::vector<Incident> incidents;
  Governance governance;
  std::vector<Objective> objectives;
  std::vector<Parameter> parameters;  // the uncertain inputs, by index from Quantity::parameter
  /// What the loader assumed because the scenario did not say: "column device: 12 bytes on average
  /// (half of varchar(24))".
  std::vector<std::string> assumptions;
};

}  // namespace models
