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
      {"column_list_without_key", Severity::error,
       "the column list of a publication leaves out a column of the replica identity"},
      {"same_cluster_subscription", Severity::warning,
       "publisher and subscriber are one cluster: CREATE SUBSCRIPTION waits for itself"},
      {"copy_needs_slots", Severity::warning,
       "the slots left do not suffice for the workers of an initial copy"},
      // federation
      {"fdw_collation", Severity::error,
       "text is selected or sorted remotely by another default collation: wrong answers"},
      {"fdw_not_pushed_down", Severity::warning,
       "a query fetches many rows to filter or count here"},
      {"fdw_fetch_size", Severity::warning,
       "round trips dominate: fetch_size is small for the rows"},
      {"fdw_long_snapshot", Severity::warning,
       "a query holds the producer's vacuum horizon for minutes"},
      {"fdw_never_analyzed", Severity::warning, "foreign tables were never analyzed"},
      {"fdw_article_collation", Severity::notice,
       "the scenario asks for the article's collation rule, which PostgreSQL does not follow"},
      // provisioning
      {"text_key_without_collation", Severity::warning,
       "a shared text key has the collation of whatever database it is in"},
      {"contract_swapped", Severity::error, "a shared table is rebuilt by swap"},
      {"slot_cap_above_disk", Severity::warning,
       "max_slot_wal_keep_size and a checkpoint cycle do not fit on the volume"},
      {"limits_on_group", Severity::warning, "settings on a role that cannot log in"},
      {"no_hard_limit", Severity::warning, "a login role without a limit that its user cannot lift"},
      {"row_security_without_readers", Severity::warning, "row security without any tenant"},
      {"row_security_replicated", Severity::error,
       "a replicated table has row security and no row filter"},
      {"restrictive_policy_only", Severity::error, "policies of a table are all restrictive"},
      {"session_setting_authority", Severity::error,
       "a policy trusts a setting that every session can set"},
      {"connection_not_verified", Severity::warning, "connections without verified TLS"},
      {"terminate_never_runs", Severity::error,
       "pg_terminate_backend() in a CTE that nothing reads"},
      {"terminate_any_backend", Severity::warning,
       "pg_terminate_backend() without a look at backend_type"},
      {"terminate_spares_writers", Severity::warning,
       "a kill routine that tests xmin and not xid"},
      {"subscription_in_ddl", Severity::warning, "CREATE or DROP SUBSCRIPTION in the DDL"},
      {"sql_by_concatenation", Severity::warning, "EXECUTE of text put together by ||"},
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
  lint_federation(mesh, findings);
  return findings.take();
}

}  // namespace scenario
