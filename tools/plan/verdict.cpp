#include "tools/plan/verdict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "tools/plan/moment.hpp"
#include "tools/plan/outcomes.hpp"
#include "tools/plan/situation.hpp"
#include "tools/plan/words.hpp"

namespace plan {
namespace {

using Failures = std::vector<const Outcome*>;

class Writer {
 public:
  Writer(const models::Mesh& mesh, const Results& results, const Remedy* remedy)
      : mesh_{mesh}, results_{results}, situation_{mesh, results}, remedy_{remedy} {}

  Verdict write() const {
    if (results_.replicates == 0)
      return {false, "Interrupted before the first replicate was finished: there is no answer yet.",
              "", ""};
    const Failures disks = situation_.failures("time_to_disk_full");
    const Failures slots = situation_.failures("time_to_slot_lost");
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
    if (std::isnan(o.p5.value))
      return fmt::format("with probability {}, at the earliest after {}",
                         share_in_words(o.probability), duration_in_words(o.minimum));
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
    if (slots.size() > 1)
      text += fmt::format(" {} more slot{} lost too.", slots.size() - 1,
                          slots.size() > 2 ? "s are" : " is");
    if (text.empty()) text = quiet_headline();
    if (const std::size_t missed = objectives_missed(); missed > 0)
      text += fmt::format(" {} of {} objectives missed.", missed, results_.objectives.size());
    return text;
  }

  std::string quiet_headline() const {
    std::string text = fmt::format("Nothing fails within {}", duration_in_words(results_.horizon));
    if (const Outcome* fullest = situation_.fullest_volume(); fullest != nullptr)
      text += fmt::format(": the fullest volume is {} at {} (P99)", fullest->key.subject,
                          share_in_words(fullest->p99.value));
    return text + ".";
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

  /// "28.1 h (P5), 33.4 h (P50)".
  std::string in_percentiles(const Outcome& o) const {
    return fmt::format("{} (P5), {} (P50)", time(o.p5), time(o.p50));
  }

  std::string tolerance(const std::string& slot) const {
    const Outcome* o = find(results_.outcomes, "outage_tolerance", slot);
    return o == nullptr ? "the time they take to be noticed" : in_percentiles(*o);
  }

  /// "Set max_slot_wal_keep_size = 141GB on media-prod: …", with what the trial showed.
  std::string set_the_cap(const char* verb) const {
    std::string text = fmt::format("{} max_slot_wal_keep_size = {} on {}", verb,
                                   as_setting(remedy_->slot_cap), mesh_.nodes[remedy_->node].name);
    if (remedy_->tried == 0) return text + ".";
    text += fmt::format(": tried in {} replicates, it lets slot {} ride out outages of {}",
                        remedy_->tried, remedy_->slot, in_percentiles(remedy_->tolerance));
    if (remedy_->still_full > 0)
      text +=
          fmt::format("; the disk fills up in {} of them all the same (before: {}), by its tables",
                      remedy_->still_full, remedy_->tried_full);
    else if (remedy_->tried_full > 0)
      text +=
          fmt::format("; no disk fills up any more (before: in {} of them)", remedy_->tried_full);
    return text + ".";
  }

  void about_disk(const Outcome& failure, Verdict& verdict) const {
    const auto moment = decisive_moment(results_, failure.key.subject);
    if (!moment || moment->owners.empty()) return;
    verdict.cause = cause(*moment);
    const std::string slot = slot_of(moment->owners.front().owner);
    const int node = situation_.node_of_slot(slot);
    if (node < 0) {
      verdict.next_step = enlarge(failure.key.subject, *moment);
      return;
    }
    const std::string ends = fmt::format("End outages of slot {} within {}", slot, tolerance(slot));
    if (remedy_ == nullptr)
      verdict.next_step = ends + ".";
    else if (remedy_->slot_cap > 0)
      verdict.next_step = fmt::format("{} As it is: {}.", set_the_cap("Set"), lower_first(ends));
    else
      verdict.next_step = fmt::format(
          "{}; the volume has no room for a max_slot_wal_keep_size: even without WAL kept for "
          "slots it is {} too "
          "small to last {} (P50).",
          ends, bytes_in_words(static_cast<double>(-remedy_->slot_cap)),
          duration_in_words(results_.horizon));
  }

  static std::string lower_first(std::string text) {
    text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
    return text;
  }

  std::string enlarge(const std::string& volume, const Moment& moment) const {
    const Moment::Share& first = moment.owners.front();
    const double t = sim::seconds(moment.at), missing = missing_bytes(results_, volume);
    if (t <= 0 || missing <= 0)
      return "The volume is too small for what it holds at the start: enlarge it.";
    return fmt::format(
        "Enlarge the volume by {} to last {} (P95), or slow down the {}, growing by {} a day.",
        bytes_in_words(missing), duration_in_words(results_.horizon), first.owner,
        bytes_in_words(first.growth() / t * 86'400));
  }

  static bool unlimited(const models::Node& node) {
    return (node.wal ? *node.wal : node.data).size.value <= 0;
  }

  void about_slot(const Outcome& failure, Verdict& verdict) const {
    const std::string& slot = failure.key.subject;
    const int index = situation_.node_of_slot(slot);
    if (index < 0) return;
    const models::Node& node = mesh_.nodes[static_cast<std::size_t>(index)];
    const std::int64_t now = node.settings.max_slot_wal_keep_size.count;
    verdict.cause = now < 0 ? fmt::format("The server gives up slot {} on {}.", slot, node.name)
                            : fmt::format(
                                  "max_slot_wal_keep_size = {} on {}: outages of slot {} last "
                                  "longer than that much WAL.",
                                  as_setting(now), node.name, slot);
    const std::string ends = fmt::format("End outages within {}", tolerance(slot));
    if (remedy_ != nullptr && remedy_->slot_cap > 0)
      verdict.next_step = fmt::format("{} As it is: {}.", set_the_cap("Raise"), lower_first(ends));
    else
      verdict.next_step =
          ends + (unlimited(node)
                      ? ", or raise max_slot_wal_keep_size as far as the disk allows, whose size "
                        "is not given."
                      : "; the disk leaves no room for a larger max_slot_wal_keep_size.");
  }

  /// Nothing fails: what grows, how long an outage may last, and the cap that bounds a longer one.
  void about_nothing(Verdict& verdict) const {
    const Outcome* fullest = situation_.fullest_volume();
    if (fullest == nullptr) return;
    if (const auto moment = decisive_moment(results_, fullest->key.subject))
      verdict.cause = cause(*moment);
    const Outcome* shortest = situation_.shortest_tolerance();
    verdict.next_step = "Nothing has to change.";
    if (shortest != nullptr)
      verdict.next_step =
          fmt::format("Nothing has to change while outages of slot {} end within {}.",
                      shortest->key.subject, in_percentiles(*shortest));
    if (remedy_ != nullptr && remedy_->slot_cap > 0)
      verdict.next_step += fmt::format(" So that a longer one costs the slot, not the server: {}",
                                       lower_first(set_the_cap("Set")));
  }

  const models::Mesh& mesh_;
  const Results& results_;
  Situation situation_;
  const Remedy* remedy_;
};

}  // namespace

Verdict verdict(const models::Mesh& mesh, const Results& results, const Remedy* remedy) {
  return Writer{mesh, results, remedy}.write();
}

}  // namespace plan
