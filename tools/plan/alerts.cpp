#include "tools/plan/alerts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <set>

#include "models/slot_alerts.hpp"
#include "sim/replicate.hpp"
#include "tools/plan/outcomes.hpp"
#include "tools/plan/words.hpp"

namespace plan {
namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();
constexpr double retained_for = 300, sender_timeout = 60;
constexpr std::size_t leading = 20, failing = 20;
constexpr const char* rule_names[] = {"SlotRetainsWal", "SlotInactive", "SlotNearItsLimit",
                                      "SlotLost"};
enum Rule : std::size_t { retains_wal, inactive, near_its_limit, lost, rules };

/// When a condition held long enough, each time that it began to hold.
class Condition {
 public:
  explicit Condition(double seconds) : for_{seconds} {}
  void begin(double t) {
    if (!since_) since_ = t;
  }
  void end(double t) {
    if (since_ && t - *since_ >= for_) fired_.push_back(*since_ + for_);
    since_.reset();
  }
  const std::vector<double>& fired() const { return fired_; }

 private:
  double for_;
  std::optional<double> since_;
  std::vector<double> fired_;
};

/// The rules of one slot in one replicate.
struct SlotWatch {
  SlotWatch(const models::SlotAlerts& t, std::size_t series_index)
      : thresholds{t},
        series{series_index},
        conditions{Condition{retained_for}, Condition{t.inactive}, Condition{0}, Condition{0}} {}

  /// Follows the last piece of retained WAL up to a moment.
  void follow(double to) {
    const double from = sim::seconds(piece.at), start = piece.value,
                 end = start + piece.slope * (to - from);
    Condition& above = conditions[retains_wal];
    const double limit = thresholds.retained;
    const double cross = piece.slope != 0 ? from + (limit - start) / piece.slope : from;
    if (start > limit) {
      above.begin(from);
      if (end <= limit) above.end(cross);
    } else {
      above.end(from);
      if (end > limit) above.begin(cross);
    }
  }

  models::SlotAlerts thresholds;
  std::size_t series;
  sim::Piece piece;
  int outages = 0;
  std::vector<Condition> conditions;
};

class AlertObserver final : public models::Observer {
 public:
  AlertObserver(const models::Mesh& mesh, std::vector<SlotWatch> slots)
      : mesh_{mesh}, slots_{std::move(slots)} {}

  void on_piece(std::size_t series, const sim::Piece& piece) override {
    for (SlotWatch& slot : slots_) {
      if (slot.series != series) continue;
      slot.follow(sim::seconds(piece.at));
      slot.piece = piece;
    }
  }

  void on_event(const models::Event& event) override {
    const double t = sim::seconds(event.at);
    for (std::size_t s = 0; s < slots_.size(); ++s) {
      if (event.kind == "wal_status" && event.subject == mesh_.subscriptions[s].slot)
        status(slots_[s], t, event.text);
      if (event.kind == "incident") incident(s, t, event);
    }
  }

  bool wants_events() const override { return true; }  // incidents among them
  sim::Duration resolution() const override { return mesh_.horizon / 2'000; }

  std::vector<SlotWatch> finish() {
    const double end = sim::seconds(mesh_.horizon);
    for (SlotWatch& slot : slots_) {
      slot.follow(end);
      for (Condition& condition : slot.conditions) condition.end(end);
    }
    return std::move(slots_);
  }

 private:
  static void status(SlotWatch& slot, double t, const std::string& text) {
    const auto now = [&](const char* state) { return text.ends_with(state); };
    if (now("unreserved"))
      slot.conditions[near_its_limit].begin(t);
    else
      slot.conditions[near_its_limit].end(t);
    if (now("lost")) slot.conditions[lost].begin(t);
  }

  void incident(std::size_t s, double t, const models::Event& event) {
    using Kind = models::Incident::Kind;
    for (const models::Incident& i : mesh_.incidents) {
      if (i.name != event.subject) continue;
      const bool cut =
          i.kind == Kind::link_down && i.link >= 0 && i.link == mesh_.subscriptions[s].link;
      const bool stopped = i.kind == Kind::subscriber_down && i.subscription == static_cast<int>(s);
      if (!cut && !stopped) continue;
      SlotWatch& slot = slots_[s];
      const bool begins = event.text == "begins";
      if (begins && slot.outages++ == 0)
        slot.conditions[inactive].begin(t + (cut ? sender_timeout : 0));
      if (!begins && slot.outages > 0 && --slot.outages == 0) slot.conditions[inactive].end(t);
    }
  }

  const models::Mesh& mesh_;
  std::vector<SlotWatch> slots_;
};

/// When a replicate first fails; none when it does not.
double failure(const Results& results, std::uint64_t replicate) {
  double first = none;
  for (const Outcome& o : results.outcomes)
    if (o.key.metric == "time_to_disk_full" || o.key.metric == "time_to_slot_lost")
      first = std::fmin(first, o.values[replicate]);
  return first;
}

std::vector<std::uint64_t> replicates_to_watch(const Results& results) {
  std::vector<std::uint64_t> chosen;
  std::size_t failed = 0;
  for (std::uint64_t i = 0; i < results.replicates; ++i) {
    const bool fails = !std::isnan(failure(results, i));
    if (i >= leading && (!fails || failed >= failing)) continue;
    failed += fails ? 1 : 0;
    chosen.push_back(i);
  }
  return chosen;
}

std::vector<SlotWatch> watches(const models::Model& model, const Results& results) {
  std::vector<SlotWatch> all;
  for (const models::Subscription& s : model.mesh().subscriptions) {
    const Outcome* retained = find(results.outcomes, "retained_wal", s.slot);
    const Outcome* tolerance = find(results.outcomes, "outage_tolerance", s.slot);
    const models::SlotAlerts thresholds =
        models::slot_alerts(retained == nullptr ? 0 : retained->p99.value,
                            tolerance == nullptr ? 0 : tolerance->p5.value);
    std::size_t series = 0;
    for (std::size_t i = 0; i < model.series().size(); ++i)
      if (model.series()[i].quantity == "retained_wal" && model.series()[i].subject == s.slot)
        series = i;
    all.emplace_back(thresholds, series);
  }
  return all;
}

std::string condition(Rule rule, const models::SlotAlerts& t) {
  switch (rule) {
    case retains_wal:
      return fmt::format("retained WAL above {} for {}", bytes_in_words(t.retained),
                         duration_in_words(retained_for));
    case inactive:
      return fmt::format("no walsender for {}", duration_in_words(t.inactive));
    case near_its_limit:
      return "wal_status = unreserved";
    default:
      return "wal_status = lost";
  }
}

double median(std::vector<double> values) {
  if (values.empty()) return none;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// One rule of one slot over the replicates watched.
Alert alert_of(const Results& results, const std::vector<std::uint64_t>& watched,
               const std::vector<std::vector<SlotWatch>>& seen, std::size_t slot, Rule rule) {
  Alert alert;
  alert.rule = rule_names[rule];
  alert.replicates = watched.size();
  std::vector<double> firsts, leads;
  double false_alarms = 0, healthy = 0, failed = 0, caught = 0, fired = 0;
  for (std::size_t i = 0; i < watched.size(); ++i) {
    const std::vector<double>& times = seen[i][slot].conditions[rule].fired();
    const double fails = failure(results, watched[i]);
    if (!times.empty()) {
      firsts.push_back(times.front());
      fired += 1;
    }
    if (std::isnan(fails)) {
      healthy += 1;
      false_alarms += static_cast<double>(times.size());
      continue;
    }
    failed += 1;
    // The last alarm that began before the failure is the one that tells of it.
    const auto after = std::upper_bound(times.begin(), times.end(), fails);
    if (after == times.begin()) continue;
    caught += 1;
    leads.push_back(fails - *(after - 1));
  }
  alert.probability = watched.empty() ? 0 : fired / static_cast<double>(watched.size());
  alert.first = median(firsts);
  alert.caught = failed > 0 ? caught / failed : none;
  alert.lead_time = median(leads);
  constexpr double month = 30 * 86'400;
  alert.false_a_month = healthy > 0 ? false_alarms / healthy / (results.horizon / month) : none;
  return alert;
}

}  // namespace

std::vector<Alert> alerts(const models::Model& model, const Results& results,
                          const RunOptions& options) {
  const models::Mesh& mesh = model.mesh();
  if (mesh.subscriptions.empty() || results.replicates == 0 || results.interrupted) return {};
  const std::vector<std::uint64_t> watched = replicates_to_watch(results);
  const std::vector<SlotWatch> fresh = watches(model, results);
  std::vector<std::vector<SlotWatch>> seen(watched.size());
  const std::atomic<bool> never_stop = false;
  sim::for_each_replicate(watched.size(), options.threads, never_stop, [&](std::uint64_t i) {
    AlertObserver observer{mesh, fresh};
    model.simulate(options.seed, watched[i], &observer);
    seen[i] = observer.finish();
  });
  std::vector<Alert> all;
  for (std::size_t slot = 0; slot < fresh.size(); ++slot)
    for (const Rule rule : {retains_wal, inactive, near_its_limit, lost}) {
      Alert& alert = all.emplace_back(alert_of(results, watched, seen, slot, rule));
      alert.subject = mesh.subscriptions[slot].slot;
      alert.condition = condition(rule, fresh[slot].thresholds);
    }
  return all;
}

std::string alerts_in_words(const Results& results) {
  const Alert* first = nullptr;
  for (const Alert& alert : results.alerts)
    if (alert.caught > 0 && (first == nullptr || alert.lead_time > first->lead_time))
      first = &alert;
  if (first == nullptr) return "";
  std::string text = fmt::format(
      "{} of slot {} ({}) fires first: {} before the failure at the median, in {} of the failing "
      "replicates",
      first->rule, first->subject, first->condition, duration_in_words(first->lead_time),
      share_in_words(first->caught));
  if (!std::isnan(first->false_a_month))
    text += fmt::format("; {:.1f} alarms a month where nothing fails", first->false_a_month);
  return text + ".";
}

}  // namespace plan
