#include "tools/plan/federation.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "models/fdw_load.hpp"
#include "tools/plan/words.hpp"

namespace plan {
namespace {

std::string what_is_sent(const models::ForeignScan& scan) {
  std::string part = "scan of " + scan.relations;
  if (scan.remote_conditions > 0) part += fmt::format(", {} conditions", scan.remote_conditions);
  if (scan.ordered) part += ", ORDER BY";
  if (scan.limited) part += ", LIMIT";
  return part;
}

/// Where costs are close or beyond what is modelled: both figures.
std::string other_choice(const models::ForeignPlan& plan, const models::ForeignServer& server) {
  if (!plan.uncertain) return "";
  if (plan.alternative.empty())
    return "costs are close: where rows are sorted may change, not what is fetched";
  const auto bytes = [&](const std::vector<models::ForeignScan>& scans) {
    double all = 0;
    for (const models::ForeignScan& scan : scans)
      all += models::scan_transfer(scan, server.fetch_size).bytes();
    return bytes_in_words(all);
  };
  std::string relations;
  for (const models::ForeignScan& scan : plan.alternative)
    relations += (relations.empty() ? "" : " and ") + scan.relations;
  return fmt::format("the planner may choose either: {} as here, or {} by fetching {}",
                     bytes(plan.scans), bytes(plan.alternative), relations);
}

const Outcome* dearest(const Results& results) {
  const Outcome* worst = nullptr;
  for (const Outcome& outcome : results.outcomes)
    if (outcome.key.metric == "fdw_bytes" &&
        (worst == nullptr || outcome.p50.value > worst->p50.value))
      worst = &outcome;
  return worst;
}

/// Bytes of one execution over what a replication slot sends in a day.
std::string break_even(const Results& results, const std::string& query) {
  const Outcome* slot = nullptr;
  for (const Outcome& outcome : results.outcomes)
    if (outcome.key.metric == "link_bytes" && outcome.p50.value > 0 &&
        (slot == nullptr || outcome.p50.value < slot->p50.value))
      slot = &outcome;
  double once = 0;
  for (const PushDown& part : results.push_downs)
    if (part.consumer == query && part.shipped) once += part.bytes;
  if (slot == nullptr || once <= 0 || results.horizon <= 0) return "";
  const double replicated = slot->p50.value / (results.horizon / 86400);
  return fmt::format(" Replication by slot {} sends {} a day: as much as {} executions of it.",
                     slot->key.subject, bytes_in_words(replicated),
                     count_in_words(std::max(replicated / once, 0.1)));
}

}  // namespace

std::vector<PushDown> push_downs(const models::Mesh& mesh) {
  std::vector<PushDown> all;
  for (const models::FederatedQuery& id : models::federated_queries(mesh)) {
    const models::Consumer& consumer = mesh.products[static_cast<std::size_t>(id.product)]
                                           .consumers[static_cast<std::size_t>(id.consumer)];
    const models::ConsumerQuery& query = consumer.queries[static_cast<std::size_t>(id.query)];
    for (const models::ForeignScan& scan : query.plan.scans)
      all.push_back({id.label, query.sql, what_is_sent(scan), true,
                     other_choice(query.plan, consumer.server), scan.rows * scan.loops,
                     models::scan_transfer(scan, consumer.server.fetch_size).bytes()});
    for (const models::ForeignRefusal& refusal : query.plan.refusals)
      all.push_back({id.label, query.sql, refusal.what, false,
                     refusal.reason + (refusal.fix.empty() ? "" : ": " + refusal.fix), 0, 0});
  }
  return all;
}

std::string federation_in_words(const Results& results) {
  const Outcome* worst = dearest(results);
  if (worst == nullptr || results.replicates == 0) return "";
  double all = 0;
  for (const Outcome& outcome : results.outcomes)
    if (outcome.key.metric == "fdw_bytes") all += outcome.p50.value;
  std::string text = fmt::format("{} moves {} a day over the wire ({} of all federated queries'), ",
                                 worst->key.subject, bytes_in_words(worst->p50.value),
                                 share_in_words(all > 0 ? worst->p50.value / all : 0));
  const PushDown* refused = nullptr;
  double rows = 0;
  for (const PushDown& part : results.push_downs) {
    if (part.consumer != worst->key.subject) continue;
    rows += part.rows;
    if (!part.shipped && refused == nullptr) refused = &part;
  }
  if (refused != nullptr)
    text += fmt::format("because {} {}.", refused->part, refused->reason);
  else
    text += fmt::format("all of it pushed down: its answer is {} rows.", count_in_words(rows));
  return text + break_even(results, worst->key.subject);
}

}  // namespace plan
