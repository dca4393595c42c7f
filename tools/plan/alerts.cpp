#include "tools/plan/alerts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "models/alert_rules.hpp"
#include "sim/replicate.hpp"
#include "tools/plan/outcomes.hpp"
#include "tools/plan/words.hpp"

namespace plan {
namespace {

namespace rules = models::alert_rules;
constexpr double none = std::numeric_limits<double>::quiet_NaN();
constexpr double sender_timeout = 60;
constexpr std::size_t leading = 20, failing = 20;
constexpr int no_series = -1;

/// A line of alerts.yml. It watches the level of a series, or what happens to a slot.
struct Rule {
  enum class Watches { level, walsender, unreserved, lost };
  std::string name, subject;
  Watches watches = Watches::level;
  sim::Duration held{0};  // how long the condition has to hold
  std::string condition;
  int series = no_series;
  models::Quantity limit;  // times `factor`, in the unit of the series
  double factor = 1;
  int subscription = -1;
  std::vector<std::string> volumes;  // a full one of these is what it warns of …
  std::string slot;                  // … and the loss of this one
};

struct Alarm {
  double from, to;
};

/// Each time that a condition held long enough.
class Condition {
 public:
  explicit Condition(double seconds) : held_{seconds} {}
  void begin(double t) {
    if (!since_) since_ = t;
  }
  void end(double t) {
    if (since_ && t - *since_ >= held_) alarms_.push_back({*since_ + held_, t});
    since_.reset();
  }
  const std::vector<Alarm>& alarms() const { return alarms_; }

 private:
  double held_;
  std::optional<double> since_;
  std::vector<Alarm> alarms_;
};

/// One rule in one replicate.
class Watch {
 public:
  Watch(const Rule& rule, const models::Draws& draws)
      : limit_{rule.factor * draws(rule.limit)}, condition_{sim::seconds(rule.held)} {}

  Condition& condition() { return condition_; }

  void on_piece(const sim::Piece& piece) {
    follow(sim::seconds(piece.at));
    piece_ = piece;
  }

  /// Follows the last piece of the level up to a moment.
  void follow(double to) {
    const double from = sim::seconds(piece_.at), start = piece_.value,
                 end = start + piece_.slope * (to - from);
    const double cross = piece_.slope != 0 ? from + (limit_ - start) / piece_.slope : from;
    if (start > limit_) {
      condition_.begin(from);
      if (end <= limit_) condition_.end(cross);
    } else {
      condition_.end(from);
      if (end > limit_) condition_.begin(cross);
    }
  }

  void on_outage(bool begins, double t, bool unnoticed) {
    if (begins && outages_++ == 0) condition_.begin(t + (unnoticed ? sender_timeout : 0));
    if (!begins && outages_ > 0 && --outages_ == 0) condition_.end(t);
  }

 private:
  double limit_;
  Condition condition_;
  sim::Piece piece_{};
  int outages_ = 0;
};

class AlertObserver final : public models::Observer {
 public:
  AlertObserver(const models::Mesh& mesh, const std::vector<Rule>& rules,
                const models::Draws& draws)
      : mesh_{mesh}, rules_{rules} {
    for (const Rule& rule : rules) watches_.emplace_back(rule, draws);
  }

  void on_piece(std::size_t series, const sim::Piece& piece) override {
    for (std::size_t r = 0; r < rules_.size(); ++r)
      if (rules_[r].series == static_cast<int>(series)) watches_[r].on_piece(piece);
  }

  void on_event(const models::Event& event) override {
    const double t = sim::seconds(event.at);
    for (std::size_t r = 0; r < rules_.size(); ++r) {
      if (event.kind == "wal_status" && event.subject == rules_[r].slot) on_status(r, t, event);
      if (event.kind == "incident" && rules_[r].watches == Rule::Watches::walsender)
        on_incident(r, t, event);
    }
  }

  bool wants_events() const override { return true; }  // incidents among them
  sim::Duration resolution() const override { return mesh_.horizon / 2'000; }

  /// Alarms of every rule.
  std::vector<std::vector<Alarm>> finish() {
    const double end = sim::seconds(mesh_.horizon);
    std::vector<std::vector<Alarm>> all;
    for (std::size_t r = 0; r < rules_.size(); ++r) {
      if (rules_[r].series != no_series) watches_[r].follow(end);
      watches_[r].condition().end(end);
      all.push_back(watches_[r].condition().alarms());
    }
    return all;
  }

 private:
  void on_status(std::size_t r, double t, const models::Event& event) {
    Condition& condition = watches_[r].condition();
    const bool lost = event.text.ends_with("lost");
    if (rules_[r].watches == Rule::Watches::unreserved) {
      if (event.text.ends_with("unreserved"))
        condition.begin(t);
      else
        condition.end(t);
    }
    if (rules_[r].watches == Rule::Watches::lost && lost) condition.begin(t);
  }

  void on_incident(std::size_t r, double t, const models::Event& event) {
    using Kind = models::Incident::Kind;
    const int s = rules_[r].subscription;
    const int link = mesh_.subscriptions[static_cast<std::size_t>(s)].link;
    for (const models::Incident& i : mesh_.incidents) {
      if (i.name != event.subject) continue;
      const bool cut = i.kind == Kind::link_down && i.link >= 0 && i.link == link;
      if (cut || (i.kind == Kind::subscriber_down && i.subscription == s))
        watches_[r].on_outage(event.text == "begins", t, cut);
    }
  }

  const models::Mesh& mesh_;
  const std::vector<Rule>& rules_;
  std::vector<Watch> watches_;
};

/// The rules of a mesh, with the thresholds that a bundle made from this run has.
class RuleBook {
 public:
  RuleBook(const models::Model& model, const Results& results, sim::Duration heartbeat_every)
      : model_{model}, results_{results}, heartbeat_every_{heartbeat_every} {}

  std::vector<Rule> all() {
    for (std::size_t s = 0; s < model_.mesh().subscriptions.size(); ++s)
      add_slot(model_.mesh().subscriptions[s], static_cast<int>(s));
    for (const models::Node& node : model_.mesh().nodes) {
      add_volume(node.name + "/data", node.data);
      if (node.wal) add_volume(node.name + "/wal", *node.wal);
    }
    for (const models::Node& node : model_.mesh().nodes) add_horizon(node);
    return std::move(rules_);
  }

 private:
  static std::string held_for(const std::string& what, sim::Duration held) {
    return fmt::format("{} for {}", what, duration_in_words(sim::seconds(held)));
  }

  int series(const char* quantity, const std::string& subject) const {
    const auto& all = model_.series();
    for (std::size_t i = 0; i < all.size(); ++i)
      if (all[i].quantity == quantity && all[i].subject == subject && all[i].owner.empty())
        return static_cast<int>(i);
    return no_series;
  }

  void add_slot(const models::Subscription& s, int subscription) {
    const Outcome* retained = find(results_.outcomes, "retained_wal", s.slot);
    const Outcome* tolerance = find(results_.outcomes, "outage_tolerance", s.slot);
    const rules::SlotLimits limits =
        rules::slot_limits(retained == nullptr ? 0 : retained->p99.value,
                           tolerance == nullptr ? 0 : tolerance->p5.value);
    const models::Node& node = model_.mesh().nodes[static_cast<std::size_t>(s.publisher)];
    Rule rule;
    rule.subject = rule.slot = s.slot;
    rule.subscription = subscription;
    rule.volumes = {node.name + (node.wal ? "/wal" : "/data")};
    const auto add = [&](const char* name, Rule::Watches watches, sim::Duration held,
                         std::string condition) -> Rule& {
      Rule& added = rules_.emplace_back(rule);
      added.name = name;
      added.watches = watches;
      added.held = held;
      added.condition = std::move(condition);
      return added;
    };
    Rule& retains =
        add("SlotRetainsWal", Rule::Watches::level, rules::slot_retains_wal_for,
            held_for(fmt::format("retained WAL above {}", bytes_in_words(limits.retained)),
                     rules::slot_retains_wal_for));
    retains.series = series("retained_wal", s.slot);
    retains.limit = limits.retained;
    const sim::Duration inactive = sim::from_seconds(limits.inactive);
    add("SlotInactive", Rule::Watches::walsender, inactive, held_for("no walsender", inactive));
    add("SlotNearItsLimit", Rule::Watches::unreserved, {}, "wal_status = unreserved");
    add("SlotLost", Rule::Watches::lost, {}, "wal_status = lost");
    if (heartbeat_every_ <= sim::Duration{0}) return;
    const double every = sim::seconds(heartbeat_every_), late = rules::beats_missed * every;
    Rule& heartbeat =
        add("HeartbeatLate", Rule::Watches::level, rules::heartbeat_late_for,
            held_for(fmt::format("newest beat older than {}", duration_in_words(late)),
                     rules::heartbeat_late_for));
    heartbeat.series = series("replay_lag", s.slot);
    heartbeat.limit = late - every / 2;
  }

  void add_volume(const std::string& name, const models::Volume& volume) {
    const bool unlimited = volume.size.value <= 0 && volume.size.parameter < 0;
    if (unlimited) return;
    Rule& rule = rules_.emplace_back();
    rule.name = "VolumeNearlyFull";
    rule.subject = name;
    rule.held = rules::volume_nearly_full_for;
    rule.condition =
        held_for(share_in_words(rules::volume_nearly_full) + " used or reserved", rule.held);
    rule.series = series("volume_used", name);
    rule.limit = volume.size;
    rule.factor = rules::volume_nearly_full - volume.reserved.value;
    rule.volumes = {name};
  }

  void add_horizon(const models::Node& node) {
    const int age = series("horizon_age", node.name);
    if (age == no_series) return;  // nobody holds a transaction open
    Rule& rule = rules_.emplace_back();
    rule.name = "VacuumHeldBack";
    rule.subject = node.name;
    rule.held = rules::vacuum_held_back_for;
    const double xids = model_.mesh().governance.kill_routine_xmin_age;
    rule.condition = held_for(
        fmt::format("a session's horizon older than {} transactions", count_in_words(xids)),
        rule.held);
    rule.series = age;
    rule.limit = xids;
    rule.volumes = {node.name + "/data"};
  }

  const models::Model& model_;
  const Results& results_;
  sim::Duration heartbeat_every_;
  std::vector<Rule> rules_;
};

/// When a replicate first fails; none when it does not.
double failure(const Results& results, std::uint64_t replicate) {
  double first = none;
  for (const Outcome& o : results.outcomes)
    if (o.key.metric == "time_to_disk_full" || o.key.metric == "time_to_slot_lost")
      first = std::fmin(first, o.values[replicate]);
  return first;
}

/// The same, of what a rule warns of.
double failure(const Results& results, std::uint64_t replicate, const Rule& rule) {
  double first = none;
  for (const std::string& volume : rule.volumes)
    if (const Outcome* o = find(results.outcomes, "time_to_disk_full", volume); o != nullptr)
      first = std::fmin(first, o->values[replicate]);
  if (const Outcome* o = find(results.outcomes, "time_to_slot_lost", rule.slot); o != nullptr)
    first = std::fmin(first, o->values[replicate]);
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

double median(std::vector<double> values) {
  if (values.empty()) return none;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// One rule over the replicates watched; `seen`: alarms by replicate and rule.
Alert alert_of(const Results& results, const std::vector<std::uint64_t>& watched,
               const std::vector<std::vector<std::vector<Alarm>>>& seen, const Rule& rule,
               std::size_t index) {
  Alert alert;
  alert.rule = rule.name;
  alert.subject = rule.subject;
  alert.condition = rule.condition;
  alert.replicates = watched.size();
  std::vector<double> firsts, leads;
  double false_alarms = 0, healthy = 0, failed = 0, fired = 0;
  for (std::size_t i = 0; i < watched.size(); ++i) {
    const std::vector<Alarm>& alarms = seen[i][index];
    const double fails = failure(results, watched[i], rule);
    if (!alarms.empty()) {
      firsts.push_back(alarms.front().from);
      fired += 1;
    }
    if (std::isnan(fails)) {
      healthy += 1;
      false_alarms += static_cast<double>(alarms.size());
      continue;
    }
    failed += 1;
    for (const Alarm& alarm : alarms)
      if (alarm.from <= fails && fails <= alarm.to) {
        leads.push_back(fails - alarm.from);
        break;
      }
  }
  alert.probability = watched.empty() ? 0 : fired / static_cast<double>(watched.size());
  alert.first = median(firsts);
  alert.caught = failed > 0 ? static_cast<double>(leads.size()) / failed : none;
  alert.lead_time = median(leads);
  constexpr double month = 30 * 86'400;
  alert.false_a_month = healthy > 0 ? false_alarms / healthy / (results.horizon / month) : none;
  return alert;
}

}  // namespace

std::vector<Alert> alerts(const models::Model& model, const Results& results,
                          const RunOptions& options) {
  if (results.replicates == 0 || results.interrupted) return {};
  const std::vector<Rule> rules = RuleBook{model, results, options.heartbeat_every}.all();
  const std::vector<std::uint64_t> watched =
      rules.empty() ? std::vector<std::uint64_t>{} : replicates_to_watch(results);
  std::vector<std::vector<std::vector<Alarm>>> seen(watched.size());
  const std::atomic<bool> never_stop = false;
  sim::for_each_replicate(watched.size(), options.threads, never_stop, [&](std::uint64_t i) {
    AlertObserver observer{model.mesh(), rules,
                           models::draw(model.mesh(), options.seed, watched[i])};
    model.simulate(options.seed, watched[i], &observer);
    seen[i] = observer.finish();
  });
  std::vector<Alert> all;
  for (std::size_t r = 0; r < rules.size(); ++r)
    all.push_back(alert_of(results, watched, seen, rules[r], r));
  return all;
}

std::string subject_in_words(const Alert& alert) {
  const char* kind = alert.rule == "VolumeNearlyFull" ? "volume"
                     : alert.rule == "VacuumHeldBack" ? "node"
                                                      : "slot";
  return fmt::format("{} {}", kind, alert.subject);
}

std::string alerts_in_words(const Results& results) {
  double most_caught = 0;
  for (const Alert& alert : results.alerts)
    if (alert.caught > most_caught) most_caught = alert.caught;
  // One that catches a failure now and then is no warning, however early.
  const Alert* first = nullptr;
  for (const Alert& alert : results.alerts)
    if (alert.caught > 0 && alert.caught >= most_caught / 2 &&
        (first == nullptr || alert.lead_time > first->lead_time))
      first = &alert;
  if (first == nullptr) return "";
  std::string text = fmt::format(
      "{} of {} ({}) fires first: {} before the failure at the median, in {} of the failing "
      "replicates",
      first->rule, subject_in_words(*first), first->condition, duration_in_words(first->lead_time),
      share_in_words(first->caught));
  if (!std::isnan(first->false_a_month))
    text += fmt::format("; {:.1f} alarms a month where nothing fails", first->false_a_month);
  return text + ".";
}

}  // namespace plan
