#include "tools/plan/compare.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <string_view>

#include "sim/rng.hpp"
#include "tools/plan/outcomes.hpp"
#include "tools/plan/words.hpp"

namespace plan {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();
constexpr int resamples = 400;

struct Row {
  const char* metric;
  int better;  // -1: smaller values are
};
constexpr std::array rows{Row{"isolation", -1},
                          Row{"read_latency", -1},
                          Row{"freshness", -1},
                          Row{"rebuild_interval", -1},
                          Row{"availability", 1},
                          Row{"network_bytes", -1},
                          Row{"node_bytes", -1},
                          Row{"storage_overhead", -1},
                          Row{"disk_exhaustion", -1},
                          Row{"slot_loss", -1},
                          Row{"bloat", -1},
                          Row{"blast_write_seconds", -1},
                          Row{"blast_bytes", -1},
                          Row{"objectives_missed", -1},
                          Row{"money", -1},
                          Row{"regret", -1},
                          Row{"break_even", 0},
                          Row{"break_even_money", 0},
                          Row{"volume_used", -1},
                          Row{"disk_full", -1},
                          Row{"time_to_disk_full", 1},
                          Row{"write_seconds_lost", -1},
                          Row{"slot_lost", -1},
                          Row{"outage_tolerance", 1},
                          Row{"retained_wal", -1},
                          Row{"replay_lag", -1},
                          Row{"catch_up_time", -1},
                          Row{"pg_wal_size", -1},
                          Row{"wal_bytes", 0},
                          Row{"link_bytes", -1},
                          Row{"database_size", -1},
                          Row{"table_size", -1},
                          Row{"n_dead_tup", -1}};

std::vector<std::string> statistics(const Outcome& o) {
  if (o.key.unit == "0/1") return {"probability"};
  if (o.time_to) return {"p5"};
  if (better(o.key.metric) > 0) return {"p50", "p5"};
  return {"p50", "p99"};
}

/// Nearest rank, a value that was not reached as the largest.
double percentile(std::vector<double>& values, double p) {
  if (values.empty()) return none;
  for (double& v : values)
    if (std::isnan(v)) v = std::numeric_limits<double>::infinity();
  const auto n = static_cast<double>(values.size());
  const auto rank = static_cast<std::ptrdiff_t>(std::clamp(std::ceil(p * n - 1e-9), 1.0, n));
  std::nth_element(values.begin(), values.begin() + rank - 1, values.end());
  const double value = values[static_cast<std::size_t>(rank) - 1];
  return std::isinf(value) ? none : value;
}

double figure(std::vector<double> values, std::string_view statistic) {
  if (statistic == "probability") {
    if (values.empty()) return none;
    double happened = 0;
    for (const double v : values) happened += v > 0 ? 1 : 0;
    return happened / static_cast<double>(values.size());
  }
  return percentile(values, statistic == "p5" ? 0.05 : statistic == "p50" ? 0.5 : 0.99);
}

bool same(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](double x, double y) {
           return x == y || (std::isnan(x) && std::isnan(y));
         });
}

/// The difference b - a with its 95 % bootstrap interval; no resample of equal values is needed.
Estimate difference(const std::vector<double>& a, const std::vector<double>& b,
                    std::string_view statistic, bool pairs) {
  const double value = figure(b, statistic) - figure(a, statistic);
  if (same(a, b)) return {0, 0, 0};
  if (std::isnan(value) || a.empty() || b.empty()) return {none, none, none};
  std::vector<double> found, from_a(a.size()), from_b(b.size());
  for (int r = 0; r < resamples; ++r) {
    sim::Rng rng{1, static_cast<std::uint64_t>(r), sim::stable_hash("bootstrap"), 0};
    const auto pick = [&](std::size_t n) {
      return static_cast<std::size_t>(rng.uniform() * static_cast<double>(n));
    };
    for (std::size_t i = 0; i < a.size(); ++i) {
      const std::size_t k = pick(a.size());
      from_a[i] = a[k];
      if (pairs) from_b[i] = b[k];
    }
    for (std::size_t i = 0; !pairs && i < b.size(); ++i) from_b[i] = b[pick(b.size())];
    const double d = figure(from_b, statistic) - figure(from_a, statistic);
    if (!std::isnan(d)) found.push_back(d);
  }
  if (found.size() < resamples * 9 / 10) return {value, none, none};
  std::sort(found.begin(), found.end());
  const auto at = [&](double p) {
    return found[static_cast<std::size_t>(p * static_cast<double>(found.size() - 1))];
  };
  return {value, std::min(at(0.025), value), std::max(at(0.975), value)};
}

/// Keys of the baseline, then those that only a variant has, of one metric.
std::vector<const Outcome*> subjects(const char* metric, const Compared& baseline,
                                     const std::vector<Compared>& variants) {
  std::vector<const Outcome*> found;
  const auto add = [&](const Compared& c) {
    for (const Outcome& o : c.outcomes)
      if (o.key.metric == metric && std::none_of(found.begin(), found.end(), [&](const Outcome* f) {
            return f->key.subject == o.key.subject;
          }))
        found.push_back(&o);
  };
  add(baseline);
  for (const Compared& c : variants) add(c);
  return found;
}

Comparison comparison(const Compared& compared, const Outcome& key, const std::string& statistic) {
  Comparison c;
  c.variant = compared.name;
  c.key = key.key;
  c.statistic = statistic;
  c.value = none;
  c.difference = {none, none, none};
  const Outcome* o = find(compared.outcomes, key.key.metric, key.key.subject);
  if (o == nullptr)
    c.text = "does not exist";
  else
    c.value = figure(o->values, statistic);
  return c;
}

void mark_best(std::vector<Comparison>& row, int direction) {
  if (direction == 0) return;
  const auto goodness = [&](const Comparison& c) {
    if (!c.text.empty()) return -std::numeric_limits<double>::infinity();
    if (std::isnan(c.value)) return direction * std::numeric_limits<double>::infinity();
    return direction * c.value;
  };
  double most = -std::numeric_limits<double>::infinity(), least = -most;
  for (const Comparison& c : row)
    if (c.text.empty()) most = std::max(most, goodness(c)), least = std::min(least, goodness(c));
  for (Comparison& c : row) c.best = c.text.empty() && most > least && goodness(c) == most;
}

}  // namespace

int better(const std::string& metric) {
  for (const Row& row : rows)
    if (metric == row.metric) return row.better;
  return 0;
}

std::vector<Comparison> compare(const Compared& baseline, const std::vector<Compared>& variants) {
  std::vector<Comparison> all;
  for (const Row& row : rows)
    for (const Outcome* key : subjects(row.metric, baseline, variants))
      for (const std::string& statistic : statistics(*key)) {
        std::vector<Comparison> cells{comparison(baseline, *key, statistic)};
        const Outcome* a = find(baseline.outcomes, key->key.metric, key->key.subject);
        for (const Compared& variant : variants) {
          Comparison& cell = cells.emplace_back(comparison(variant, *key, statistic));
          const Outcome* b = find(variant.outcomes, key->key.metric, key->key.subject);
          if (a != nullptr && b != nullptr)
            cell.difference =
                difference(a->values, b->values, statistic,
                           variant.same_draws && a->values.size() == b->values.size());
        }
        mark_best(cells, row.better);
        all.insert(all.end(), cells.begin(), cells.end());
      }
  return all;
}

bool beyond_chance(const Comparison& c) {
  return c.difference.value != 0 && (c.difference.low > 0 || c.difference.high < 0);
}

std::string differences_in_words(const std::vector<Comparison>& comparisons, double horizon) {
  constexpr std::size_t most_named = 4;
  std::map<std::string, std::vector<const Comparison*>> found;  // by variant
  std::vector<std::string> names;
  for (const Comparison& c : comparisons) {
    if (std::find(names.begin(), names.end(), c.variant) == names.end()) names.push_back(c.variant);
    if (beyond_chance(c)) found[c.variant].push_back(&c);
  }
  const auto weight = [](const Comparison* c) {
    const double base = std::abs(c->value - c->difference.value);
    const bool share = c->key.unit == "ratio" || c->key.unit == "0/1";
    const double scale = share ? 1 : std::max(base, std::abs(c->value));
    return std::abs(c->difference.value) / scale * (better(c->key.metric) == 0 ? 0.5 : 1);
  };
  std::string text;
  for (std::size_t i = 1; i < names.size(); ++i) {
    auto& list = found[names[i]];
    if (!text.empty()) text += " ";
    if (list.empty()) {
      text += fmt::format("{}: nothing differs beyond chance.", names[i]);
      continue;
    }
    std::stable_sort(list.begin(), list.end(),
                     [&](const auto* a, const auto* b) { return weight(a) > weight(b); });
    text += names[i] + ":";
    for (std::size_t k = 0; k < std::min(most_named, list.size()); ++k) {
      const Comparison& c = *list[k];
      text += fmt::format("{} {} of {}{} {} from {} to {}", k == 0 ? "" : ";", c.key.metric,
                          c.key.subject,
                          c.statistic == "probability" ? "" : fmt::format(" ({})", c.statistic),
                          c.difference.value > 0 ? "rises" : "falls",
                          plan::in_words(c.value - c.difference.value, c.key.unit, horizon),
                          plan::in_words(c.value, c.key.unit, horizon));
    }
    text += list.size() > most_named
                ? fmt::format("; {} more figures differ.", list.size() - most_named)
                : ".";
  }
  return text;
}

std::vector<const Comparison*> beyond_tolerance(const std::vector<Comparison>& comparisons,
                                                double tolerance) {
  std::vector<const Comparison*> beyond;
  for (const Comparison& c : comparisons) {
    if (!beyond_chance(c)) continue;
    const bool share = c.key.unit == "ratio" || c.key.unit == "0/1";
    const double scale = share ? 1 : std::abs(c.value - c.difference.value);
    if (std::abs(c.difference.value) > tolerance * scale) beyond.push_back(&c);
  }
  return beyond;
}

}  // namespace plan
