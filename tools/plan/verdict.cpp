#include "tools/plan/verdict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

#include "tools/plan/moment.hpp"
#include "tools/plan/outcomes.hpp"
#include "tools/plan/remedy.hpp"
#include "tools/plan/words.hpp"

namespace plan {
namespace {

class Writer {
 public:
  Writer(const models::Mesh& mesh, const Results& results) : mesh_{mesh}, results_{results} {}

  Verdict write() const {
    if (results_.replicates == 0)
      return {false, "Interrupted before the first replicate was finished: there is no answer yet.",
              "", ""};
    const auto disks = failures("time_to_disk_full");
    const auto slots = failures("time_to_slot_lost");
    Verdict verdict;
    verdict.ok =
        objectives_missed() == 0 &&
        accepted(disks, {"volume_used", "volume_bytes", "disk_full", "time_to_disk_full"}) &&
        accepted(slots, {"slot_lost", "time_to_slot_lost", "outage_tolerance"});
    verdict.headline = headline(disks, slots);
    if (!disks.empty())
      about_disk(*disks.front(), verdict);
    else if (!slots.empty())
      about_slot(*slots.front(), verdict);
    else
      about_nothing(verdict);
    return verdict;
  }

 private:
  using Failures = std::vector<const Outcome*>;

  // ---- what fails
  // ----------------------------------------------------------------------------------------------

  /// Outcomes of a time that some replicate reached, the most probable first.
  Failures failures(const char* metric) const {
    Failures found;
    for (const Outcome& o : results_.outcomes)
      if (o.key.metric == metric && o.probability > 0) found.push_back(&o);
    std::stable_sort(found.begin(), found.end(), [](const Outcome* a, const Outcome* b) {
      return std::pair{-a->probability, a->minimum} < std::pair{-b->probability, b->minimum};
    });
    return found;
  }

  std::size_t objectives_missed() const {
    return static_cast<std::size_t>(std::count_if(results_.objectives.begin(),
                                                  results_.objectives.end(),
                                                  [](const auto& o) { return !o.met; }));
  }

  /// Whether a met objective speaks of every one of these failures, so that the user has set the
  /// risk to take.
  bool accepted(const Failures& found, const std::vector<std::string>& metrics) const {
    return std::all_of(found.begin(), found.end(), [&](const Outcome* failure) {
      return std::any_of(
          results_.objectives.begin(), results_.objectives.end(), [&](const auto& o) {
            return o.met && o.subject == failure->key.subject &&
                   std::find(metrics.begin(), metrics.end(), o.objective.metric) != metrics.end();
          });
    });
  }

  // ---- the headline
  // --------------------------------------------------------------------------------------------

  std::string time(const Estimate& e) const { return in_words(e.value, "s", results_.horizon); }

  std::string when(const Outcome& o) const {
    return fmt::format("with probability {}: after {} at P5, {} at P50, {} at P95",
                       share_in_words(o.probability), time(o.p5), time(o.p50), time(o.p95));
  }

  std::string headline(const Failures& disks, const Failures& slots) const {
    std::string text;
    if (!disks.empty())
      text = fmt::format("{} fills up {}.", disks[0]->key.subject, when(*disks[0]));
    if (disks.size() > 1)
      text += fmt::format(" {} more volume{} fill{} up too.", disks.size() - 1,
                          disks.size() > 2 ? "s" : "", disks.size() > 2 ? "" : "s");
    if (!slots.empty())
      text += fmt::format("{}Slot {} is lost {}.", text.empty() ? "" : " ", slots[0]->key.subject,
                          when(*slots[0]));
    if (slots.size() > 1) text += fmt::format(" {} more slots are lost too.", slots.size() - 1);
    if (text.empty()) text = quiet_headline();
    if (const std::size_t missed = objectives_missed(); missed > 0)
      text += fmt::format(" {} of {} objectives missed.", missed, results_.objectives.size());
    return text;
  }

  std::string quiet_headline() const {
    std::string text = fmt::format("Nothing fails within {}", duration_in_words(results_.horizon));
    if (const Outcome* fullest = fullest_volume(); fullest != nullptr)
      text += fmt::format(": the fullest volume is {} at {} (P99)", fullest->key.subject,
                          share_in_words(fullest->p99.value));
    return text + ".";
  }

  const Outcome* fullest_volume() const {
    const Outcome* fullest = nullptr;
    for (const Outcome& o : results_.outcomes)
      if (o.key.metric == "volume_used" && (fullest == nullptr || o.p99.value > fullest->p99.value))
        fullest = &o;
    return fullest;
  }

  // ---- the mesh behind a subject
  // -------------------------------------------------------------------------------

  const models::Node* node_of_volume(const std::string& subject) const {
    const std::string name = subject.substr(0, subject.rfind('/'));
    for (const models::Node& node : mesh_.nodes)
      if (node.name == name) return &node;
    return nullptr;
  }

  const models::Node* node_of_slot(const std::string& slot) const {
    for (const models::Subscription& s : mesh_.subscriptions)
      if (s.slot == slot) return &mesh_.nodes[static_cast<std::size_t>(s.publisher)];
    for (const models::Standby& s : mesh_.standbys)
      if (s.slot == slot) return &mesh_.nodes[static_cast<std::size_t>(s.node)];
    return nullptr;
  }

  /// The cap that the node's WAL volume has room for; none when that volume is unlimited.
  std::optional<std::int64_t> safe_cap(const models::Node& node) const {
    const models::Volume& volume = node.wal ? *node.wal : node.data;
    if (volume.size.value <= 0) return std::nullopt;
    const std::string name = node.name + (node.wal ? "/wal" : "/data");
    return safe_slot_cap(usable_bytes(volume), most_without_wal(results_, name), node.settings,
                         node.wal_segment_size);
  }

  // ---- causes and remedies
  // -------------------------------------------------------------------------------------

  std::string cause(const Moment& moment) const {
    if (moment.owners.empty()) return "";
    const Moment::Share& first = moment.owners.front();
    std::string text = fmt::format(
        "{}: {} of the {} used {} ({}), up from {} at the start", first.owner,
        bytes_in_words(first.bytes), bytes_in_words(moment.bytes),
        moment.full ? "when it is full"
                    : fmt::format("after {}", duration_in_words(sim::seconds(moment.at))),
        share_in_words(first.bytes / moment.bytes), bytes_in_words(first.at_start));
    const auto largest =
        std::max_element(moment.owners.begin() + 1, moment.owners.end(),
                         [](const auto& a, const auto& b) { return a.bytes < b.bytes; });
    if (largest != moment.owners.end())
      text += fmt::format("; {} has {}", largest->owner, bytes_in_words(largest->bytes));
    return text + ".";
  }

  /// "28.1 h (P5), 33.4 h (P50)"; empty when the slot has no such outcome.
  std::string tolerance(const std::string& slot) const {
    const Outcome* o = find(results_.outcomes, "outage_tolerance", slot);
    if (o == nullptr) return "";
    return fmt::format("{} (P5), {} (P50)", time(o->p5), time(o->p50));
  }

  void about_disk(const Outcome& failure, Verdict& verdict) const {
    const auto moment = decisive_moment(results_, failure.key.subject);
    const models::Node* node = node_of_volume(failure.key.subject);
    if (!moment || moment->owners.empty() || node == nullptr) return;
    verdict.cause = cause(*moment);
    const std::string slot = slot_of(moment->owners.front().owner);
    const models::Node* publisher = slot.empty() ? nullptr : node_of_slot(slot);
    verdict.next_step = publisher != nullptr ? cap_the_slot(slot, *publisher) : enlarge(*moment);
  }

  std::string cap_the_slot(const std::string& slot, const models::Node& node) const {
    const std::string ends = fmt::format("End outages of slot {} within {}", slot, tolerance(slot));
    const auto cap = safe_cap(node);
    const std::int64_t now = node.settings.max_slot_wal_keep_size.count;
    if (!cap || *cap <= 0)
      return fmt::format("{}; the volume has no room for a cap: enlarge it by at least {}.", ends,
                         bytes_in_words(static_cast<double>(cap ? -*cap : 0)));
    if (now >= 0 && now <= *cap) return ends + ".";
    return fmt::format(
        "Set max_slot_wal_keep_size = {} on {}: a longer outage then costs the slot, not the "
        "server. {}.",
        as_setting(*cap), node.name, ends);
  }

  std::string enlarge(const Moment& moment) const {
    const Moment::Share& first = moment.owners.front();
    const double t = sim::seconds(moment.at);
    if (t <= 0) return "The volume is too small for what it holds at the start: enlarge it.";
    double growth = 0;
    for (const Moment::Share& share : moment.owners) growth += share.growth();
    return fmt::format(
        "Enlarge the volume by at least {} to last {}, or slow down {}, which grows by {} a day.",
        bytes_in_words(growth / t * (results_.horizon - t)), duration_in_words(results_.horizon),
        first.owner, bytes_in_words(first.growth() / t * 86'400));
  }

  void about_slot(const Outcome& failure, Verdict& verdict) const {
    const std::string& slot = failure.key.subject;
    const models::Node* node = node_of_slot(slot);
    if (node == nullptr) return;
    const std::int64_t now = node->settings.max_slot_wal_keep_size.count;
    const Outcome* retained = find(results_.outcomes, "retained_wal", slot);
    verdict.cause = fmt::format("max_slot_wal_keep_size = {} on {}: the slot needs up to {} (P95).",
                                now < 0 ? "-1" : as_setting(now), node->name,
                                retained == nullptr ? "more" : bytes_in_words(retained->p95.value));
    const auto cap = safe_cap(*node);
    if (now >= 0 && (!cap || *cap > now))
      verdict.next_step = fmt::format(
          "Raise max_slot_wal_keep_size to {}: the disk has room for it. As it is, the slot takes "
          "an outage of {}.",
          cap ? as_setting(*cap) : "what the subscriber needs", tolerance(slot));
    else
      verdict.next_step = fmt::format(
          "End outages within {}; the disk has no room for a larger max_slot_wal_keep_size.",
          tolerance(slot));
  }

  /// Nothing fails: what grows, how long an outage may last, and the cap that bounds a longer one.
  void about_nothing(Verdict& verdict) const {
    const Outcome* fullest = fullest_volume();
    if (fullest == nullptr) return;
    if (const auto moment = decisive_moment(results_, fullest->key.subject))
      verdict.cause = cause(*moment);
    const Outcome* shortest = nullptr;
    for (const Outcome& o : results_.outcomes)
      if (o.key.metric == "outage_tolerance" && o.probability > 0 &&
          (shortest == nullptr || o.p50.value < shortest->p50.value ||
           std::isnan(shortest->p50.value)))
        shortest = &o;
    if (shortest == nullptr) {
      verdict.next_step = "Nothing has to change.";
      return;
    }
    const std::string& slot = shortest->key.subject;
    verdict.next_step = fmt::format("Nothing has to change while outages of slot {} end within {}.",
                                    slot, tolerance(slot));
    const models::Node* node = node_of_slot(slot);
    if (node == nullptr || node->settings.max_slot_wal_keep_size.count >= 0) return;
    if (const auto cap = safe_cap(*node); cap && *cap > 0)
      verdict.next_step += fmt::format(
          " Set max_slot_wal_keep_size = {} on {}, so that a longer one costs the slot, not the "
          "server.",
          as_setting(*cap), node->name);
  }

  const models::Mesh& mesh_;
  const Results& results_;
};

}  // namespace

Verdict verdict(const models::Mesh& mesh, const Results& results) {
  return Writer{mesh, results}.write();
}

}  // namespace plan
