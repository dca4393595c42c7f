#include "tools/scenario/lint.hpp"

#include <algorithm>
#include <utility>

#include "sim/check.hpp"

namespace scenario {

const std::vector<LintRule>& lint_rules() {
  static const std::vector<LintRule> rules{
      // replication
      {"slot_without_cap", Severity::warning,
       "a publisher with slots has max_slot_wal_keep_size = -1"},
      {"too_few_replication_slots", Severity::error, "more slots than max_replication_slots"},
      {"too_few_wal_senders", Severity::error, "more walsenders than max_wal_senders"},
      {"too_few_logical_workers", Severity::error,
       "more subscriptions than max_logical_replication_workers"},
      {"no_replica_identity", Severity::error,
       "a published table is updated or deleted from without a replica identity"},
      {"replica_identity_full", Severity::notice, "a published table has REPLICA IDENTITY FULL"},
      {"unlogged_published", Severity::error, "an unlogged table is published"},
  };
  return rules;
}

std::string_view name(Severity severity) {
  switch (severity) {
    case Severity::error:
      return "error";
    case Severity::warning:
      return "warning";
    case Severity::notice:
      break;
  }
  return "notice";
}

void Findings::add(std::string_view id, const models::Place& place, std::string text,
                   std::string hint) {
  const auto rule = std::find_if(lint_rules().begin(), lint_rules().end(),
                                 [&](const LintRule& known) { return known.id == id; });
  sim::check(rule != lint_rules().end(), "a hazard's id stands in lint_rules()");
  notices_.push_back({std::string{id}, std::move(text), std::move(hint), rule->severity, place});
}

std::vector<Notice> lint(const models::Mesh& mesh) {
  Findings findings;
  lint_replication(mesh, findings);
  return findings.take();
}

}  // namespace scenario
