#include "tools/plan/recommend.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "tools/plan/mechanisms.hpp"
#include "tools/plan/words.hpp"

namespace plan {
namespace {

struct Criterion {
  const char* metric;
  bool of_product;        // else of the mesh
  const char* statistic;  // p50, p99, probability
  double tolerated;       // up to here nobody drops out
  double factor;          // of the best: nor up to here
  const char* words;      // "{} of statements": after the figure
};
constexpr Criterion criteria[] = {
    {"objectives_missed", false, "p50", 0, 1, "of the objectives missed"},
    {"disk_exhaustion", false, "probability", 0.01, 1, "probability of a full disk"},
    {"slot_loss", true, "probability", 0.01, 1, "probability of a lost slot"},
    {"isolation", true, "p99", 0.01, 1, "added to other domains' statements by a runaway query"},
    {"money", false, "p50", 0, 1, "a month"},
    {"read_latency", true, "p99", 1, 2, "a read"},
    {"network_bytes", true, "p50", 0, 1, "a day between nodes"},
    {"storage_overhead", true, "p50", 0, 1, "of second copies"},
};

const Comparison* find(const std::vector<Comparison>& all, const std::string& variant,
                       const Criterion& c, const std::string& product) {
  for (const Comparison& found : all)
    if (found.variant == variant && found.key.metric == c.metric && found.text.empty() &&
        found.key.subject == (c.of_product ? product : "mesh") && found.statistic == c.statistic)
      return &found;
  return nullptr;
}

}  // namespace

void recommend(std::vector<Comparison>& comparisons, const std::string& product) {
  std::vector<std::string> names, left;
  for (const Comparison& c : comparisons)
    if (std::find(names.begin(), names.end(), c.variant) == names.end()) names.push_back(c.variant);
  left = names;
  std::map<std::string, std::string> dropped;
  for (const Criterion& c : criteria) {
    std::map<std::string, const Comparison*> cells;
    double best = std::numeric_limits<double>::infinity();
    for (const std::string& name : left)
      if (const Comparison* cell = find(comparisons, name, c, product);
          cell != nullptr && !std::isnan(cell->value)) {
        cells[name] = cell;
        best = std::min(best, cell->value);
      }
    if (cells.size() < left.size()) continue;  // not known of all
    const double limit = std::max(c.tolerated, best * c.factor);
    for (const std::string& name : names)
      if (cells.contains(name) && cells[name]->value > limit) {
        left.erase(std::find(left.begin(), left.end(), name));
        dropped[name] =
            fmt::format("{} {}", in_words(cells[name]->value, cells[name]->key.unit, 0), c.words);
      }
  }
  const std::string& taken = left.front();
  std::string reasons;
  for (const std::string& name : names)
    if (dropped.contains(name))
      reasons += fmt::format("{}{}: {}", reasons.empty() ? "" : "; ", name, dropped[name]);
  for (const std::string& name : names) {
    Comparison c;
    c.variant = name;
    c.key = {"recommendation", product, "text"};
    c.value = std::numeric_limits<double>::quiet_NaN();
    c.difference = {c.value, c.value, c.value};
    c.best = name == taken;
    if (name == taken)
      c.text = reasons.empty() ? "recommended" : "recommended (" + reasons + ")";
    else
      c.text = dropped.contains(name) ? dropped[name] : "no better";
    comparisons.push_back(std::move(c));
  }
}

std::string recommendations_in_words(const std::vector<Comparison>& comparisons) {
  std::string text;
  for (const Comparison& c : comparisons) {
    if (c.key.metric != "recommendation" || !c.best) continue;
    text +=
        fmt::format("{}{}: {} is {}", text.empty() ? "" : ". ", c.key.subject, c.variant, c.text);
    for (const Comparison& even : comparisons)
      if (even.key.metric == "break_even" && even.key.subject == c.key.subject &&
          even.text.empty() && even.statistic == "p50" && !std::isnan(even.value))
        text += fmt::format("; federation moves as many bytes as replication at {} queries a day",
                            count_in_words(even.value));
  }
  return text.empty() ? text : text + ".";
}

}  // namespace plan
