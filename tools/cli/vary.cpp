#include "tools/cli/vary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "tools/cli/command.hpp"
#include "tools/plan/words.hpp"

namespace cli {
namespace {

constexpr double one_percent = 1.01;
constexpr std::int64_t most_steps = 1'000'000;

/// The '=' that ends a path: not one inside quotes.
std::size_t end_of_path(const std::string& text) {
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') quoted = !quoted;
    if (text[i] == '=' && !quoted) return i;
  }
  return std::string::npos;
}

struct Range {
  double low, high;
};

Range usual_range(const scenario::Variable& v, const models::Mesh& mesh) {
  const models::Node* node = node_of(v.path, mesh);
  if (is_slot_cap(v.path) && node != nullptr) {
    const double size = (node->wal ? *node->wal : node->data).size.value;
    if (size > 0) return {static_cast<double>(node->wal_segment_size.count), size};
  }
  const bool outage = v.path.starts_with("incidents") && v.unit == scenario::Unit::seconds;
  if (outage) return {60, sim::seconds(mesh.horizon)};
  if (!v.current || !(*v.current > 0))
    throw UsageError{fmt::format("meshplan: the scenario gives {} no value to start from", v.path),
                     fmt::format("give the range: --vary {}=lo..hi", v.path)};
  return {*v.current / 16, *v.current * 16};
}

double number(const scenario::Variable& v, const std::string& text) {
  const auto value = v.read(text);
  if (!value || !std::isfinite(*value))
    throw UsageError{fmt::format("meshplan: '{}' is no value of {}", text, v.path),
                     fmt::format("write it as {}", v.spelled(v.current.value_or(1)))};
  return *value;
}

Range range(const Vary& vary, const scenario::Variable& v, const models::Mesh& mesh) {
  if (vary.low.empty()) return usual_range(v, mesh);
  const Range r{number(v, vary.low), number(v, vary.high)};
  if (!(r.low < r.high))
    throw UsageError{fmt::format("meshplan: {}..{} is no range", vary.low, vary.high),
                     "the smaller value comes first"};
  return r;
}

/// Even steps of an amount.
void add_steps(plan::Axis& axis, Range r, double step) {
  const double first = std::ceil(r.low / step), last = std::floor(r.high / step);
  axis.steps = std::clamp<std::int64_t>(static_cast<std::int64_t>(last - first) + 1, 1, most_steps);
  axis.value = [first, step](std::int64_t k) { return (first + static_cast<double>(k)) * step; };
}

/// Steps of 1 %; the last is the end of the range.
void add_percents(plan::Axis& axis, Range r) {
  const auto steps =
      static_cast<std::int64_t>(std::ceil(std::log(r.high / r.low) / std::log(one_percent) - 1e-9));
  axis.steps = std::clamp<std::int64_t>(steps, 0, most_steps - 1) + 1;
  axis.value = [r](std::int64_t k) {
    return std::min(r.high, r.low * std::pow(one_percent, static_cast<double>(k)));
  };
}

}  // namespace

bool is_slot_cap(const std::string& path) { return path.ends_with("max_slot_wal_keep_size"); }

const models::Node* node_of(const std::string& path, const models::Mesh& mesh) {
  for (const models::Node& node : mesh.nodes)
    if (path.starts_with("nodes." + node.name + ".") ||
        path.starts_with("nodes[\"" + node.name + "\"]."))
      return &node;
  return nullptr;
}

Vary read_vary(const std::string& text) {
  Vary vary;
  const std::size_t equals = end_of_path(text);
  vary.path = text.substr(0, equals);
  if (vary.path.empty())
    throw UsageError{fmt::format("meshplan: --vary '{}' names no path", text),
                     "for example --vary incidents[0].for=1h..3d"};
  if (equals == std::string::npos) return vary;
  const std::string rest = text.substr(equals + 1);
  const std::size_t dots = rest.find("..");
  if (dots == std::string::npos) {
    std::size_t at = 0;
    while (at <= rest.size()) {
      const std::size_t comma = std::min(rest.find(',', at), rest.size());
      if (comma > at) vary.values.push_back(rest.substr(at, comma - at));
      at = comma + 1;
    }
    if (vary.values.empty())
      throw UsageError{fmt::format("meshplan: --vary '{}' gives no values", text),
                       "write PATH=a,b,c or PATH=lo..hi"};
    return vary;
  }
  const std::size_t colon = rest.find(':', dots);
  vary.low = rest.substr(0, dots);
  vary.high = rest.substr(dots + 2, colon == std::string::npos ? colon : colon - dots - 2);
  if (colon != std::string::npos) {
    const char* const end = rest.data() + rest.size();
    const auto [ptr, error] = std::from_chars(rest.data() + colon + 1, end, vary.points);
    if (error != std::errc{} || ptr != end || vary.points < 2 || vary.points > 10'000)
      throw UsageError{fmt::format("meshplan: '{}' is no number of points", rest.substr(colon + 1)),
                       "2 to 10000, for example =1h..3d:9"};
  }
  if (vary.low.empty() || vary.high.empty())
    throw UsageError{fmt::format("meshplan: --vary '{}' is no range", text), "write PATH=lo..hi"};
  return vary;
}

plan::Axis make_axis(const Vary& vary, const std::string& file, const scenario::Options& options,
                     const models::Mesh& mesh) {
  if (!vary.values.empty() || vary.points > 0)
    throw UsageError{"meshplan solve: --vary takes a path, or a path with a range lo..hi",
                     "meshplan sweep takes lists and numbers of points"};
  const scenario::Variable v = scenario::variable(file, options, vary.path);
  const Range r = range(vary, v, mesh);
  plan::Axis axis;
  axis.path = v.path;
  axis.unit = scenario::symbol(v.unit);
  const models::Node* node = node_of(v.path, mesh);
  if (is_slot_cap(v.path) && node != nullptr) {
    const auto segment = static_cast<double>(node->wal_segment_size.count);
    add_steps(axis, r, segment);
    axis.resolution =
        fmt::format("{} (a WAL segment)", plan::as_setting(node->wal_segment_size.count));
  } else if (v.whole && r.low < 100) {
    add_steps(axis, r, 1);
    axis.resolution = "1";
  } else {
    if (!(r.low > 0))
      throw UsageError{fmt::format("meshplan: a range of {} starts above 0", v.path)};
    add_percents(axis, r);
    axis.resolution = "1 %";
  }
  // What is tried is what is printed: the value as it is spelled, not as it was computed.
  axis.text = [v, value = axis.value](std::int64_t k) { return v.spelled(value(k)); };
  axis.value = [v, text = axis.text](std::int64_t k) { return v.read(text(k)).value_or(0); };
  axis.mesh = [file, options, path = v.path, text = axis.text](std::int64_t k) {
    scenario::Options changed = options;
    changed.overrides.push_back(path + "=" + text(k));
    return scenario::load_file(file, changed).mesh;
  };
  return axis;
}

}  // namespace cli
