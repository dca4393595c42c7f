#pragma once

#include <memory>
#include <vector>

#include "models/analyze.hpp"
#include "models/autovacuum.hpp"
#include "models/curve_cache.hpp"
#include "models/gin.hpp"
#include "models/maintenance.hpp"
#include "models/mesh.hpp"
#include "models/shared_compute.hpp"
#include "models/simulate.hpp"
#include "models/table_site.hpp"

/// What the streams of a mesh do to its nodes, as numbers of one replicate: everything that stays
/// constant while the simulation runs. Rates are linear in a few drivers, so a load step changes a
/// few scalars.
namespace models {

/// A load curve that several streams share: profile, growth and the time they are on.
struct Clock {
  int profile = -1;
  double growth = 0;               // per year
  double from = 0, until = 1e300;  // seconds since the start
  /// Node whose data volume must have room, or else nothing is executed; -1 = needs no new pages.
  int room_of = -1;
  double busy = -1;  // seconds within the horizon in which a job's clock is on; -1 = of a stream
  int closed = -1;   // the stream, when it is one of clients: its speed is its own
};

/// A scalar that changes with time and multiplies rates at factor 1.
///   everything  the clock's factor
///   fits        … times the share of updates whose new version fits on the old page
///   moves       … times the share that moves to another page
///   extends     … times the pages that moves add to the heap, per update
///   kept_fits   as fits, while dead rows are held: their index entries cannot be removed either,
///               nor can those of what a running bulk UPDATE replaces
///   kept_moves  as moves, likewise
///   prunes      … times the PRUNE records per update
///   pruned      … times the bytes of line pointers in these records
///   splits      leaf splits of an index per second, whoever inserts
///   merges      deduplication passes of an index per second
///   intervals   keys merged in them per second
///   pending     rows per second that need new pages of a GIN index's pending list
/// On a subscriber (gate >= 0) it is also multiplied with the speed at which the subscription
/// replays.
struct Driver {
  enum class Part {
    everything,
    fits,
    moves,
    extends,
    kept_fits,
    kept_moves,
    prunes,
    pruned,
    splits,
    merges,
    intervals,
    pending
  };
  int clock = -1;
  int gate = -1;     // subscription
  int updates = -1;  // index into Load::updates, of splits and merges into Load::leaves
  Part part = Part::everything;
};

struct Contribution {
  int driver = -1;
  double amount = 0;  // per second at driver value 1
};

/// Pages of a relation that are touched alike: their first touch after a redo point logs an image.
struct ImagedPages {
  double share = 1;  // of the relation's pages …
  double pages = 0;  // … or an absolute number (tail pages, internal pages)
  double image = 0;  // WAL bytes an image adds, the data it replaces deducted; 0:
                     // RelationLoad::image or its fill
  std::vector<Contribution> touches;
  /// Touches by statements that go through the relation from page to page, and their passes per
  /// second: each page is behind such a statement once.
  std::vector<Contribution> swept, passes;
};

/// Touches by one kind of statement, spread over the pages of a relation in its own way.
struct TouchPattern {
  enum class Where { anywhere, oldest, newest };
  Where where = Where::anywhere;  // of the rows; the oldest and the newest do not meet
  std::vector<PageClass> classes;
  std::vector<Contribution> touches;  // per second, on all classes together
  std::vector<Contribution> passes;   // per second; empty: touched at random
};

struct RelationLoad {
  enum class Kind { heap, toast, index };
  Kind kind = Kind::heap;
  int site = -1;
  int index = -1;  // into Table::indexes
  int node = -1;
  double pages = 0;          // at the start, all of them
  double added = 0;          // of them: not there yet, they come with the first rows
  double rows_share = 1;     // of an index: rows of the table that have an entry
  double rows_per_leaf = 0;  // of an index whose entries come in ascending order …
  double leaf_image = 0;     // … and WAL bytes of the image of one of its leaves
  int fill = -1;     // index into page fills when the pages' content changes: Load::updates, then
                     // Load::leaves
  double image = 0;  // WAL bytes of an image of an ordinary page, used when fill < 0
  double replaced = 0;  // bytes of record data an image replaces, used when fill >= 0
  std::vector<TouchPattern> patterns;
  std::vector<ImagedPages>
      imaged;  // made from the patterns at the end; tails and internal pages at once
  std::vector<Contribution> growth;  // pages per second
};

/// The rows of one site under random updates: how far they are on the curve.
struct UpdateLoad {
  int site = -1;
  double rows = 0;
  UpdateCurve::Shape shape;
  double places_per_row = 1;  // UpdateCurve's x counts places
  double reads_anywhere = 0;  // per update, spread over all pages; others follow the updates
  std::vector<PageClass> classes;
  double sliding = 0, cycle_updates = 0;         // see PopulationCurve
  std::shared_ptr<const PopulationCurve> curve;  // from the start, until a VACUUM or a horizon
  std::vector<Contribution> rate;      // updates per second, of drivers with Part::everything
  std::vector<Contribution> hot_rate;  // the same for the updates that are HOT when they fit
  double sweep = 0;                    // share of the rows that a bulk UPDATE changes …
  std::vector<int> sweeps;             // … while one of these drivers is on
};

/// The curve of a site's updates after VACUUMs or under a held horizon.
std::shared_ptr<const PopulationCurve> population(const UpdateLoad& updates,
                                                  const UpdateCurve::Past& past,
                                                  PopulationCurve::Steps steps, CurveCache& curves);

/// The leaves of one index under random inserts.
struct LeafLoad {
  int relation = -1;
  double rows = 1;  // entries that x counts by
  LeafCurve::Shape shape;
  std::shared_ptr<const LeafCurve> curve;
  /// After a TRUNCATE: an empty leaf, and the entries that x counts by then. Null: no job
  /// truncates.
  LeafCurve::Shape empty;
  std::shared_ptr<const LeafCurve> from_empty;
  double rows_from_empty = 1;
  double rows_share = 1;  // of the table's rows have an entry
  std::vector<Contribution> rate;  // entries per second
  /// Entries under unchanged keys, of an index whose dead rows may be held: all of them as long as
  /// leaves have room, for bottom-up deletion waits until a leaf is full, then while rows are held.
  /// Source  nbtinsert.c, _bt_findinsertloc(), _bt_delete_or_dedup_one_page()
  std::vector<Contribution> unchanged, kept;
};

/// What the next image of a page of a relation holds: it changes as updates and splits go on.
struct PageFill {
  double content = 8192;  // bytes without the hole
  double replaced_share =
      1;  // how often the record that carries the image loses its row data to it
};

/// Of the page that an update changes.
PageFill update_fill(const PopulationCurve::Slopes& slopes);

/// A GIN index under inserts.
struct GinLoad {
  int relation = -1;
  double rows = 0;  // indexed at the start
  GinLayout layout;
  std::vector<Contribution> rate;  // rows per second
};

struct SiteLoad {
  std::vector<Contribution> inserted, deleted;  // rows per second
  double rows_per_page = 1;
  double delete_rate = 0, oldest_rate = 0;  // at factor 1: all deletes, those of the oldest rows
  double played_delete_rate = 0;  // of all deletes: those that the curve of the updates plays
  double oldest_share() const { return delete_rate > 0 ? oldest_rate / delete_rate : 0; }
  double played_share() const { return delete_rate > 0 ? played_delete_rate / delete_rate : 0; }
  double read_rate = 0, read_anywhere_rate = 0;  // look-ups by key at factor 1, uniform ones apart
  double update_sessions = 0;                    // that update its rows
  int updates = -1;                              // index into Load::updates
  int database = -1;                             // whose horizon counts
  double full_page = 0;                          // WAL bytes of the image of a page full of rows
  StatisticRows statistics;
  VacuumSettings vacuum;
  bool may_be_held = false;  // some incident holds the horizon of its database
};

struct NodeLoad {
  std::vector<Contribution> wal;      // aligned record bytes per second, images not counted
  std::vector<Contribution> records;  // per second
  std::vector<Contribution> xids;     // write transactions per second
};

/// The COPY of one table of an initial copy.
struct CopyLoad {
  int table = -1;
  int clock = -1;    // its factor is the rows per second that arrive
  double rows = 0;   // that pass the row filter
  double bytes = 0;  // on the wire, per row
};

/// Changes of one published table, per clock of its publisher at factor 1.
struct PublishedLoad {
  int table = -1;
  std::vector<double> inserts = {},
                      others = {};  // statements per second of which the subscription gets rows
};

/// What a subscription has to carry, per clock of its publisher at factor 1.
struct SubscriptionLoad {
  std::vector<double> wire;           // bytes per second
  std::vector<double> apply_seconds;  // apply worker seconds per second
  std::vector<double> large;          // bytes per second in the reorder buffer, of transactions
                                      // over logical_decoding_work_mem, published or not
  std::vector<PublishedLoad> published;
  double decode_rate = 0;        // bytes of WAL per second; infinity when not limited
  double bandwidth = 0;          // bytes per second; infinity when not limited
  std::vector<CopyLoad> copies;  // in the order in which tables are copied
  double copy_rate = 0;          // rows per second of one sync worker
};

/// What a job does to a table at one moment.
struct JobEffect {
  enum class Kind {
    truncate,  // when it starts: new, empty files; the old ones stay until commit
    replace,   // when it ends: new files with these rows take the place of the old ones
    vacuum,    // when it ends
    analyze,
    catalog,  // when it ends: DDL's rows in the catalogs
  };
  Kind kind = Kind::vacuum;
  int site = -1;
  bool analyzes = false;      // vacuum: and analyzes
  double rows = 0;            // truncate: that the job inserts; replace: of the new content …
  std::vector<double> pages;  // … and of the site's relations, in their order
  bool grown = false;         // … whose indexes were maintained row by row, not built
  double images = 0;          // pages of indexes that were built, each logged whole …
  double image = 0;           // … with so many bytes
  CatalogWork catalogs;
};

/// A burst of work of a job: while it runs its driver is on.
struct JobLoad {
  int job = -1;
  int clock = -1;
  double duration = 0;      // seconds per execution
  int site = -1;            // of a rebuild: whose new files are filled …
  double extra_pages = 0;   // … these pages beside the old ones until commit
  bool checkpoint = false;  // the job is a CHECKPOINT
  std::vector<JobEffect> effects;
};

/// A stream or query as its node's cores see it.
struct ComputeLoad {
  int clock = -1;        // -1: always at factor 1
  double rate = 0;       // transactions per second at factor 1; closed: when nobody disturbs
  double cpu = 0;        // seconds of a core each
  int domain = -1;       // index into Mesh::domains; -1 = none
  ClosedClients closed;  // clients > 0: a closed stream
};

/// Of a node with `cores:`.
struct NodeCompute {
  double cores = 0;
  double connections = 0;  // for everybody but superusers
  std::vector<ComputeLoad> loads;
  double processes = 0;  // of queries that overlap themselves, on average
};

/// Whose speed a clock follows.
struct ClockPace {
  enum class Of { nobody, open, closed, job };
  Of of = Of::nobody;
  int node = -1;  // of closed streams and jobs
  ClosedClients clients;
};

struct Load {
  CurveCache* curves = nullptr;
  std::vector<Clock> clocks;  // of streams first, then one per job (on while the job runs)
  std::vector<Driver> drivers;
  std::vector<UpdateLoad> updates;
  std::vector<LeafLoad> leaves;
  std::vector<GinLoad> gins;
  std::vector<RelationLoad> relations;
  std::vector<SiteLoad> sites;
  std::vector<NodeLoad> nodes;
  std::vector<SubscriptionLoad> subscriptions;
  std::vector<JobLoad> jobs;
  std::vector<NodeCompute> compute;  // by node
  std::vector<ClockPace> paces;      // by clock
};

/// Builds the load of one replicate. `sites` lists the tables and where they live.
Load build_load(const Mesh& mesh, const std::vector<Site>& sites, const Draws& draws,
                CurveCache& curves);

}  // namespace models
