#pragma once

#include <memory>
#include <vector>

#include "models/mesh.hpp"
#include "models/page_access.hpp"
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
};

/// A scalar that changes with time and multiplies rates at factor 1.
///   everything  the clock's factor
///   fits        … times the share of updates whose new version fits on the old page
///   moves       … times the share that moves to another page
///   prunes      … times the PRUNE records per update
/// On a subscriber (gate >= 0) it is also multiplied with the speed at which the subscription
/// replays.
struct Driver {
  enum class Part { everything, fits, moves, prunes };
  int clock = -1;
  int gate = -1;     // subscription
  int updates = -1;  // index into Load::updates, for all parts but everything
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
  double image =
      0;  // WAL bytes an image adds, the data it replaces deducted; 0 with `updates`: see there
  double replaced =
      0;  // bytes of record data the image replaces, when image follows the fill of the page
  std::vector<Contribution> touches;
};

struct RelationLoad {
  enum class Kind { heap, toast, index };
  Kind kind = Kind::heap;
  int site = -1;
  int index = -1;  // into Table::indexes
  int node = -1;
  double pages = 0;  // at the start, all of them
  int updates = -1;  // heap: index into Load::updates when its images follow the update curve
  std::vector<ImagedPages> imaged;
  std::vector<Contribution> growth;  // pages per second
};

/// The rows of one site under random updates: how far they are on the curve.
struct UpdateLoad {
  int site = -1;
  double rows = 0;
  std::shared_ptr<const PopulationCurve> curve;
  std::vector<Contribution> rate;      // updates per second, of drivers with Part::everything
  std::vector<Contribution> hot_rate;  // the same for the updates that are HOT when they fit
};

struct SiteLoad {
  std::vector<Contribution> inserted, deleted;  // rows per second
};

struct NodeLoad {
  std::vector<Contribution> wal;      // aligned record bytes per second, images not counted
  std::vector<Contribution> records;  // per second
  std::vector<Contribution> xids;     // write transactions per second
};

/// What a subscription has to carry, per clock of its publisher at factor 1.
struct SubscriptionLoad {
  std::vector<double> wire;           // bytes per second
  std::vector<double> apply_seconds;  // apply worker seconds per second
  double decode_rate = 0;             // bytes of WAL per second; infinity when not limited
  double bandwidth = 0;               // bytes per second; infinity when not limited
};

/// A burst of work of a job: while it runs its driver is on.
struct JobLoad {
  int job = -1;
  int clock = -1;
  double duration = 0;      // seconds per execution
  double extra_pages = 0;   // pages beside the old ones until commit (rebuild)
  int heap = -1;            // relation that grows and is swapped
  bool checkpoint = false;  // the job is a CHECKPOINT
};

struct Load {
  std::vector<Clock> clocks;  // of streams first, then one per job (on while the job runs)
  std::vector<Driver> drivers;
  std::vector<UpdateLoad> updates;
  std::vector<RelationLoad> relations;
  std::vector<SiteLoad> sites;
  std::vector<NodeLoad> nodes;
  std::vector<SubscriptionLoad> subscriptions;
  std::vector<JobLoad> jobs;
};

/// Builds the load of one replicate. `sites` lists the tables and where they live.
Load build_load(const Mesh& mesh, const std::vector<Site>& sites, const Draws& draws);

}  // namespace models
