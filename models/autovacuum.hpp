#pragma once

#include <vector>

#include "models/mesh.hpp"

/// When autovacuum comes to a table, what one VACUUM costs and what it writes to WAL.
namespace models {

/// Autovacuum's settings for one table: its storage parameters over the server's settings.
struct VacuumSettings {
  bool enabled = true;
  double threshold = 50, scale_factor = 0.2;
  double max_threshold = 0;  // from 18 on; 0 = none
  double insert_threshold = 1000, insert_scale_factor = 0.2;
  bool insert_vacuums = true;
  double analyze_threshold = 50, analyze_scale_factor = 0.1;
  double cost_limit = 200;
  double cost_delay = 0.002;  // seconds; 0 = not throttled
  bool own_cost = false;      // storage parameters set the cost: it does not share the cluster's

  bool operator==(const VacuumSettings&) const = default;
};
VacuumSettings vacuum_settings(const Settings& settings, const AutovacuumOptions& options,
                               int major);

/// Counts above which (strictly) a table is due.
///
///   dead rows        threshold + scale_factor · reltuples; from 18 on at most max_threshold
///   inserts          insert_threshold + insert_scale_factor · reltuples · unfrozen
///   changes          analyze_threshold + analyze_scale_factor · reltuples
///
/// Takes     reltuples: as the last VACUUM or ANALYZE left it, >= 0; unfrozen: share of pages that
///           are not all-frozen, which counts from 18 on (1 before)
/// Source    src/backend/postmaster/autovacuum.c, relation_needs_vacanalyze()
double vacuum_threshold(const VacuumSettings& settings, double reltuples);
double insert_vacuum_threshold(const VacuumSettings& settings, double reltuples,
                               double unfrozen = 1);
double analyze_threshold(const VacuumSettings& settings, double reltuples);

/// What n_dead_tup shows although next to nothing is dead: sessions report their updates and prunes
/// once a second, each at another moment, and a sum below 0 counts as 0. The sum wanders around the
/// true number with the variance of what the others have not reported yet, half a second of it, and
/// the count stays above by how far it went below 0 since the last VACUUM: the largest of as many
/// deviates as seconds.
///
///   sigma = sqrt(0.5 prunes removed^2 (sessions - 1) / sessions),  sigma * quantile of the largest
///
/// Takes     prunes per second, versions removed by each, seconds since the last VACUUM
/// Source    pgstat_relation.c, pgstat_relation_flush_cb(); pgstat.c, PGSTAT_MIN_INTERVAL; the mean
///           of the largest of n normal deviates: Blom, quantile (n - 3/8) / (n + 1/4)
/// Measured  one row, 300 updates a second by 4 sessions on PostgreSQL 16: 0 to 450, 199 on average
double miscounted_dead(double prunes, double removed, double sessions, double seconds);

/// Share of a table's pages that VACUUM reads when a share p of them, anywhere, is not all-visible:
/// only runs of 32 or more visible pages are skipped.
///
///   1 - q^32 (32 p + q),  q = 1 - p
///
/// Source    src/backend/access/heap/vacuumlazy.c, SKIP_PAGES_THRESHOLD, lazy_scan_skip()
/// Measured  one dirty page in 20 or 31: everything is read; in 64: 94 of 4000 pages
double scanned_share(double not_visible);

/// What one VACUUM finds.
struct VacuumWork {
  double scanned = 0;  // heap pages read
  double pruned = 0;   // of them with versions to remove: one PRUNE record each
  double redirected = 0, dead = 0, unused = 0;  // line pointers in these records
  double stub_pages = 0, stubs = 0;             // second pass: LP_DEAD pointers made reusable
  double made_visible = 0;                      // pages whose visibility map bit is set
  double frozen_pages = 0, frozen = 0;          // tuples frozen for want of a horizon
  double cleaned = 0;  // pages changed that were clean in memory: dirtied at 20 points
  double table_pages = 0;
  struct IndexPass {
    double pages = 0;
    double leaves = 0;  // with entries to remove
    double entries = 0;
    double cleaned = 0;
    double scattered = 0;  // entries on leaves that keep others
    double emptied = 0;    // leaves that lose every entry: they are taken out of the tree
  };
  std::vector<IndexPass> indexes;  // empty when the index pass is left out
  bool second_pass = false;        // stubs are made reusable
  double passes = 1;               // of the indexes
  double hit_share = 1;            // of the pages read: found in shared_buffers
};

/// Whether the indexes are left alone: stubs on less than 2 % of the pages, and few of them.
/// Source    src/backend/access/heap/vacuumlazy.c, lazy_vacuum(), BYPASS_THRESHOLD_PAGES
bool bypasses_indexes(double stub_pages, double stubs, double table_pages);

/// How often the indexes are scanned: dead row pointers fill the working memory, 6 bytes each up to
/// 16; a compressed store from 17 on.
/// Source    vacuumlazy.c, dead_items_max_items() (15, 16); access/common/tidstore.c (17)
double index_passes(double stubs, const Settings& settings, int major);

/// Cost points: 1 per page found, 2 per page read, 20 per page dirtied.
/// Source    src/backend/storage/buffer/bufmgr.c; docs, "Cost-based Vacuum Delay"
double vacuum_points(const VacuumWork& work);

/// Points per second of a worker that shares the limit with others, itself included; infinity when
/// not throttled. 15 shares in proportion to the workers' limits, equal as a rule; 16 on evenly, in
/// whole points.
/// Source    autovacuum.c, autovac_balance_cost() (15), AutoVacuumUpdateCostLimit() (16)
double points_per_second(const VacuumSettings& settings, int workers, int major);

/// Aligned WAL bytes and records of a VACUUM, images not counted.
struct VacuumWal {
  double bytes = 0, records = 0;
};
VacuumWal vacuum_wal(const VacuumWork& work, int major);

}  // namespace models
