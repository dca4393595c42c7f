#include "models/autovacuum.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "models/rules.hpp"
#include "models/wal_record.hpp"
#include "sim/math.hpp"

namespace models {
namespace {

constexpr double page_hit = 1, page_miss = 2, page_dirty = 20;

/// Mean bytes added by aligning records of even length to 8.
constexpr double mean_padding = 3;

}  // namespace

VacuumSettings vacuum_settings(const Settings& settings, const AutovacuumOptions& options,
                               int major) {
  VacuumSettings s;
  s.enabled = settings.autovacuum && options.enabled.value_or(true);
  s.threshold = options.vacuum_threshold.value_or(settings.autovacuum_vacuum_threshold);
  s.scale_factor = options.vacuum_scale_factor.value_or(settings.autovacuum_vacuum_scale_factor);
  if (rules(major).vacuum_max_threshold)
    s.max_threshold = std::max(
        0.0, options.vacuum_max_threshold.value_or(settings.autovacuum_vacuum_max_threshold));
  s.insert_threshold =
      options.vacuum_insert_threshold.value_or(settings.autovacuum_vacuum_insert_threshold);
  s.insert_vacuums = s.insert_threshold >= 0;
  s.insert_scale_factor =
      options.vacuum_insert_scale_factor.value_or(settings.autovacuum_vacuum_insert_scale_factor);
  s.analyze_threshold = options.analyze_threshold.value_or(settings.autovacuum_analyze_threshold);
  s.analyze_scale_factor =
      options.analyze_scale_factor.value_or(settings.autovacuum_analyze_scale_factor);
  const double limit = options.vacuum_cost_limit.value_or(settings.autovacuum_vacuum_cost_limit);
  s.cost_limit = limit > 0 ? limit : settings.vacuum_cost_limit;
  s.cost_delay =
      1e-3 * options.vacuum_cost_delay_ms.value_or(settings.autovacuum_vacuum_cost_delay_ms);
  s.own_cost =
      options.vacuum_cost_limit.value_or(0) > 0 || options.vacuum_cost_delay_ms.has_value();
  return s;
}

double vacuum_threshold(const VacuumSettings& settings, double reltuples) {
  const double threshold = settings.threshold + settings.scale_factor * reltuples;
  return settings.max_threshold > 0 ? std::min(threshold, settings.max_threshold) : threshold;
}

double insert_vacuum_threshold(const VacuumSettings& settings, double reltuples, double unfrozen) {
  return settings.insert_threshold + settings.insert_scale_factor * reltuples * unfrozen;
}

double analyze_threshold(const VacuumSettings& settings, double reltuples) {
  return settings.analyze_threshold + settings.analyze_scale_factor * reltuples;
}

double miscounted_dead(double prunes, double removed, double sessions, double seconds) {
  constexpr double unreported = 0.5;  // seconds, on average
  if (sessions <= 1 || prunes <= 0 || seconds < 2) return 0;
  const double variance = unreported * prunes * removed * removed * (sessions - 1) / sessions;
  return std::sqrt(variance) * sim::normal_quantile((seconds - 0.375) / (seconds + 0.25));
}

double scanned_share(double not_visible) {
  const double p = std::clamp(not_visible, 0.0, 1.0), q = 1 - p;
  if (q <= 0) return 1;
  return 1 - sim::exp(32 * sim::log(q)) * (32 * p + q);
}

bool bypasses_indexes(double stub_pages, double stubs, double table_pages) {
  constexpr double few_pages = 0.02, few_stubs = 32.0 * 1024 * 1024 / 6;
  return stub_pages < few_pages * table_pages && stubs < few_stubs;
}

double index_passes(double stubs, const Settings& settings, int major) {
  const auto given = static_cast<double>(settings.autovacuum_work_mem.count);
  const double memory =
      given > 0 ? given : static_cast<double>(settings.maintenance_work_mem.count);
  // A stored pointer takes 6 bytes; in the store of 17 a page's pointers share one key, about a
  // tenth of that on pages with several.
  const bool compressed = rules(major).dead_tid_store;
  const double room = compressed ? memory / 0.6 : std::min(memory, 1073741824.0) / 6;
  return std::max(1.0, std::ceil(stubs / std::max(1.0, room)));
}

double vacuum_points(const VacuumWork& work) {
  const double per_page = work.hit_share * page_hit + (1 - work.hit_share) * page_miss;
  double points = work.scanned * per_page + work.cleaned * page_dirty +
                  (work.second_pass ? work.stub_pages * page_hit : 0);
  for (const VacuumWork::IndexPass& index : work.indexes)
    points += work.passes * index.pages * per_page + index.cleaned * page_dirty;
  return points;
}

double points_per_second(const VacuumSettings& settings, int workers, int major) {
  if (settings.cost_delay <= 0) return std::numeric_limits<double>::infinity();
  double limit = settings.cost_limit;
  if (!settings.own_cost && workers > 1) {
    limit /= workers;
    if (rules(major).cost_limit_split_evenly) limit = std::floor(limit);
  }
  return std::max(1.0, limit) / settings.cost_delay;
}

VacuumWal vacuum_wal(const VacuumWork& work, int major) {
  VacuumWal wal;
  const auto add = [&wal](double records, double bytes) {
    wal.records += records;
    wal.bytes += bytes;
  };
  if (work.pruned > 0) {
    const PruneCounts counts{work.redirected / work.pruned, work.dead / work.pruned,
                             work.unused / work.pruned};
    add(work.pruned, work.pruned * (prune_record(counts, major) + mean_padding));
  }
  for (const VacuumWork::IndexPass& index : work.indexes) {
    if (index.leaves <= 0) continue;
    add(index.leaves,
        index.leaves * (btree_vacuum_record(index.entries / index.leaves) + mean_padding));
    add(2 * index.emptied, index.emptied * btree_unlink_wal);
  }
  if (work.second_pass && work.stub_pages > 0)
    add(work.stub_pages,
        work.stub_pages *
            (vacuum_second_pass_record(work.stubs / work.stub_pages, major) + mean_padding));
  add(work.made_visible, work.made_visible * Length{visible_record}.aligned8());
  if (work.frozen_pages > 0)
    add(work.frozen_pages,
        work.frozen_pages *
            (freeze_record(work.frozen / work.frozen_pages, 1, major) + mean_padding));
  // pg_class: relpages, reltuples, relallvisible and the horizon, in place.
  add(1, Length{heap_inplace(major)}.aligned8());
  return wal;
}

}  // namespace models
