#include "tools/plan/solve.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

#include "sim/replicate.hpp"
#include "tools/plan/gate.hpp"
#include "tools/plan/outcomes.hpp"

namespace plan {
namespace {

constexpr std::uint64_t scan_replicates = 100;
constexpr std::int64_t coarse_scan = 9, fine_scan = 33;
constexpr int most_corrections = 20;

struct Stopped {};

/// Replicates at steps of the axis, each simulated once and only where somebody asks.
class Samples {
 public:
  Samples(const Axis& axis, const RunOptions& options) : axis_{axis}, options_{options} {}

  std::uint64_t simulated() const { return simulated_; }
  const std::vector<models::OutcomeKey>& keys() const { return keys_; }

  /// Makes sure that these replicates are there at a step.
  void simulate(std::int64_t step, const std::vector<std::uint64_t>& wanted) {
    Rows& rows = at(step);
    std::vector<std::uint64_t> missing;
    for (const std::uint64_t i : wanted)
      if (rows[i].empty()) missing.push_back(i);
    if (missing.empty()) return;
    const models::Model model{axis_.mesh(step)};
    keys_ = model.outcomes();
    const std::atomic<bool> never_stop = false;
    const std::uint64_t finished = sim::for_each_replicate(
        missing.size(), options_.threads, options_.stop == nullptr ? never_stop : *options_.stop,
        [&](std::uint64_t i) {
          rows[missing[i]] = model.simulate(options_.seed, missing[i]).outcomes;
        },
        options_.done);
    simulated_ += finished;
    if (finished < missing.size()) throw Stopped{};
  }

  /// Outcomes of a replicate at a step; empty when it was not simulated there.
  const std::vector<double>& row(std::int64_t step, std::uint64_t replicate) {
    return at(step)[replicate];
  }

  Variant variant(std::int64_t step) {
    std::vector<std::uint64_t> all(options_.replicates);
    std::iota(all.begin(), all.end(), std::uint64_t{0});
    simulate(step, all);
    Variant variant;
    variant.outcomes = summarise_all(keys_, at(step));
    variant.objectives = evaluate(axis_.mesh(step).objectives, variant.outcomes);
    variant.replicates = options_.replicates;
    return variant;
  }

 private:
  using Rows = std::vector<std::vector<double>>;
  Rows& at(std::int64_t step) {
    Rows& rows = rows_[step];
    rows.resize(options_.replicates);
    return rows;
  }

  const Axis& axis_;
  const RunOptions& options_;
  std::map<std::int64_t, Rows> rows_;
  std::vector<models::OutcomeKey> keys_;
  std::uint64_t simulated_ = 0;
};

/// One gate along the axis, in steps towards its worse end: where each replicate is known to be
/// good, and from where on bad.
struct Followed {
  Gate gate;
  int worse = 0;
  std::vector<std::int64_t> good_until, bad_from;
};

class Search {
 public:
  Search(const Axis& axis, const RunOptions& options)
      : axis_{axis}, options_{options}, samples_{axis, options} {
    const models::Mesh mesh = axis.mesh(0);
    if (mesh.objectives.empty()) throw PlanError{"there is no objective to solve for"};
    const models::Model model{mesh};
    for (Gate& gate : gates(mesh.objectives, model.outcomes()))
      followed_.push_back({std::move(gate), 0, {}, {}});
  }

  Solution run() {
    try {
      scan(coarse_scan);
      for (std::size_t g = 0; g < followed_.size(); ++g) find_direction(g);
      if (bends()) {
        scan(fine_scan);
        if (!single_switch()) return finish(Solution::Outcome::not_monotone);
      }
      forget();
      for (std::size_t g = 0; g < followed_.size(); ++g) find_edge(g);
      return combine();
    } catch (const Stopped&) {
      return finish(Solution::Outcome::interrupted);
    }
  }

 private:
  std::uint64_t n() const { return options_.replicates; }
  std::uint64_t pilots() const { return std::min(scan_replicates, n()); }
  std::int64_t last_step() const { return axis_.steps - 1; }
  /// Between a step of the axis and one counted towards the worse end of a gate.
  std::int64_t turned(const Followed& f, std::int64_t step) const {
    return f.worse < 0 ? last_step() - step : step;
  }

  std::vector<std::uint64_t> leading(std::uint64_t count) const {
    std::vector<std::uint64_t> all(count);
    std::iota(all.begin(), all.end(), std::uint64_t{0});
    return all;
  }

  // ---- the shape of the response
  // -----------------------------------------------------------------------------------------------

  std::int64_t bad_at(const Followed& f, std::int64_t step, std::uint64_t replicates) {
    samples_.simulate(step, leading(replicates));
    std::int64_t bad = 0;
    for (std::uint64_t i = 0; i < replicates; ++i)
      bad += f.gate.bad(samples_.row(step, i)[f.gate.outcome]) ? 1 : 0;
    return bad;
  }

  void scan(std::int64_t points) {
    solution_.scan.clear();
    solution_.scan_replicates = pilots();
    points = std::min(points, axis_.steps);
    for (std::int64_t p = 0; p < points; ++p) {
      Solution::Scan& s = solution_.scan.emplace_back();
      s.step = points == 1 ? 0 : p * last_step() / (points - 1);
      s.met = true;
      for (const Followed& f : followed_) {
        const std::int64_t bad = bad_at(f, s.step, pilots());
        s.bad.push_back(static_cast<double>(bad) / static_cast<double>(pilots()));
        s.met = s.met && bad <= f.gate.allowed(pilots());
      }
    }
  }

  /// From the ends of the range; where some replicates see no difference, from all of them.
  void find_direction(std::size_t g) {
    Followed& f = followed_[g];
    double low = solution_.scan.front().bad[g], high = solution_.scan.back().bad[g];
    if (low == high && n() > pilots()) {
      low = static_cast<double>(bad_at(f, 0, n()));
      high = static_cast<double>(bad_at(f, last_step(), n()));
    }
    f.worse = low < high ? 1 : low > high ? -1 : 0;
  }

  /// Whether some gate has clearly fewer bad replicates further towards its worse end.
  bool bends() const {
    const double noise = std::max(2.5 / static_cast<double>(pilots()), 0.03);
    for (std::size_t g = 0; g < followed_.size(); ++g) {
      double most = 0;
      for (std::size_t p = 0; p < solution_.scan.size(); ++p) {
        const std::size_t at = followed_[g].worse < 0 ? solution_.scan.size() - 1 - p : p;
        const double bad = solution_.scan[at].bad[g];
        if (most - bad > noise) return true;
        most = std::max(most, bad);
      }
    }
    return false;
  }

  /// Whether every gate goes from met to missed once at most.
  bool single_switch() const {
    for (std::size_t g = 0; g < followed_.size(); ++g) {
      const double most =
          static_cast<double>(followed_[g].gate.allowed(pilots())) / static_cast<double>(pilots());
      int switches = 0;
      for (std::size_t p = 1; p < solution_.scan.size(); ++p)
        switches += (solution_.scan[p - 1].bad[g] <= most) != (solution_.scan[p].bad[g] <= most);
      const bool ends_alike =
          (solution_.scan.front().bad[g] <= most) == (solution_.scan.back().bad[g] <= most);
      if (switches > 1 || (switches == 1 && ends_alike)) return false;
    }
    return true;
  }

  // ---- one gate
  // ----------------------------------------------------------------------------------------------

  /// Starts following replicates, with what the scan has shown.
  void forget() {
    for (Followed& f : followed_) {
      f.good_until.assign(n(), -1);
      f.bad_from.assign(n(), axis_.steps);
    }
    for (const Solution::Scan& s : solution_.scan) learn(s.step);
  }

  void learn(std::int64_t step) {
    for (Followed& f : followed_)
      for (std::uint64_t i = 0; i < n(); ++i) {
        const std::vector<double>& row = samples_.row(step, i);
        if (row.empty()) continue;
        const std::int64_t j = turned(f, step);
        if (f.gate.bad(row[f.gate.outcome]))
          f.bad_from[i] = std::min(f.bad_from[i], j);
        else
          f.good_until[i] = std::max(f.good_until[i], j);
      }
  }

  /// Bad replicates of the first `replicates` at j steps towards the worse end; simulates the
  /// undecided ones.
  std::int64_t count(Followed& f, std::int64_t j, std::uint64_t replicates) {
    const std::int64_t step = turned(f, j);
    std::vector<std::uint64_t> undecided;
    for (std::uint64_t i = 0; i < replicates; ++i)
      if (f.good_until[i] < j && j < f.bad_from[i]) undecided.push_back(i);
    if (!undecided.empty()) {
      samples_.simulate(step, undecided);
      learn(step);
    }
    std::int64_t bad = 0;
    for (std::uint64_t i = 0; i < replicates; ++i) bad += f.bad_from[i] <= j ? 1 : 0;
    return bad;
  }

  /// Whether at most `allowed` replicates are bad at j, as far as that is known without simulating.
  std::optional<bool> known(const Followed& f, std::int64_t j, std::int64_t allowed,
                            std::uint64_t replicates) const {
    std::int64_t surely_bad = 0, perhaps_bad = 0;
    for (std::uint64_t i = 0; i < replicates; ++i) {
      const bool bad = f.bad_from[i] <= j;
      surely_bad += bad ? 1 : 0;
      perhaps_bad += bad || f.good_until[i] < j ? 1 : 0;
    }
    if (surely_bad > allowed) return false;
    if (perhaps_bad <= allowed) return true;
    return std::nullopt;
  }

  /// Largest j with at most `allowed` bad replicates, met at `low` (-1: nowhere) and missed at
  /// `high`; `first` is tried first.
  std::int64_t bisect(Followed& f, std::int64_t allowed, std::int64_t low, std::int64_t high,
                      std::uint64_t replicates, std::int64_t first = -1) {
    while (high - low > 1) {
      const std::int64_t middle = low + (high - low) / 2;
      const std::int64_t j = first > low && first < high ? first : middle;
      first = -1;
      const auto answer = known(f, j, allowed, replicates);
      const bool met = answer ? *answer : count(f, j, replicates) <= allowed;
      (met ? low : high) = j;
    }
    return low;
  }

  void find_edge(std::size_t g) {
    Followed& f = followed_[g];
    const std::int64_t allowed = f.gate.allowed(n());
    Edge edge;
    edge.worse = f.worse;
    edge.asked.objective = f.gate.objective;
    edge.asked.subject = samples_.keys()[f.gate.outcome].subject;
    if (f.worse == 0) {
      edge.met_somewhere = bad_at(f, 0, n()) <= allowed;
      solution_.edges.push_back(std::move(edge));
      return;
    }
    const Gate::Bounds bounds = f.gate.allowed_bounds(n());
    // A few replicates tell where too many are bad. There most of all replicates are good, so that
    // only the bad ones are left to look at.
    const std::int64_t hint =
        1 + bisect(f, f.gate.allowed_bounds(pilots()).high, -1, axis_.steps, pilots());
    const std::int64_t last = bisect(f, allowed, -1, axis_.steps, n(), hint);
    const std::int64_t sure = bisect(f, bounds.low, -1, last + 1, n());
    const std::int64_t poor = bisect(f, bounds.high, last, axis_.steps, n());
    const auto step = [&](std::int64_t j) {
      return j < 0 ? std::optional<std::int64_t>{} : std::optional{turned(f, j)};
    };
    edge.met_somewhere = last >= 0;
    edge.last = step(last);
    edge.sure = step(sure);
    edge.poor = step(poor);
    solution_.edges.push_back(std::move(edge));
  }

  // ---- all of them
  // -------------------------------------------------------------------------------------------

  Solution combine() {
    std::int64_t low = 0, high = last_step();
    for (const Edge& edge : solution_.edges) {
      if (!edge.met_somewhere) return verify_end(edge);
      if (edge.worse > 0) high = std::min(high, *edge.last);
      if (edge.worse < 0) low = std::max(low, *edge.last);
    }
    if (low > high) {
      probe("needed by one", low);
      probe("allowed by another", high);
      return finish(Solution::Outcome::contradiction);
    }
    if (!settle(low, high)) return finish(Solution::Outcome::not_monotone);
    if (low == 0 && high == last_step()) return finish(Solution::Outcome::anywhere);
    if (low > 0) solution_.smallest = low;
    if (high < last_step()) solution_.largest = high;
    if (solution_.smallest) {
      probe("solved", low);
      probe("one step beyond", low - 1);
    }
    if (solution_.largest) {
      if (!(solution_.smallest && low == high)) probe("solved", high);
      probe("one step beyond", high + 1);
    }
    return finish(Solution::Outcome::solved);
  }

  bool met(std::int64_t step) {
    const Variant variant = samples_.variant(step);
    return std::all_of(variant.objectives.begin(), variant.objectives.end(),
                       [](const ObjectiveResult& o) { return o.met; });
  }

  /// Moves the ends until both meet and one step beyond misses with every replicate simulated: the
  /// few replicates that do not turn at one place only would shift them.
  bool settle(std::int64_t& low, std::int64_t& high) {
    const std::int64_t last = last_step();
    for (int i = 0; i < most_corrections; ++i) {
      const bool at_high = high == last && low > 0 ? true : met(high);
      if (!at_high && high > low)
        --high;
      else if (high < last && met(high + 1))
        ++high;
      else if (low > 0 && low < high && !met(low))
        ++low;
      else if (low > 0 && met(low - 1))
        --low;
      else
        return at_high || low < high;
    }
    return false;
  }

  /// Nothing meets an objective: what its best end comes to.
  Solution verify_end(const Edge& edge) {
    probe("best of the range", edge.worse < 0 ? last_step() : 0);
    return finish(Solution::Outcome::nowhere);
  }

  void probe(const char* label, std::int64_t step) {
    Solution::Probe probe{step, label, samples_.variant(step), true};
    for (const ObjectiveResult& o : probe.variant.objectives) probe.met = probe.met && o.met;
    solution_.probes.push_back(std::move(probe));
  }

  Solution finish(Solution::Outcome outcome) {
    solution_.outcome = outcome;
    solution_.simulated = samples_.simulated();
    return std::move(solution_);
  }

  const Axis& axis_;
  const RunOptions& options_;
  Samples samples_;
  std::vector<Followed> followed_;
  Solution solution_;
};

}  // namespace

Solution solve(const Axis& axis, const RunOptions& options) { return Search{axis, options}.run(); }

}  // namespace plan
