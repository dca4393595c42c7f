#include <fmt/format.h>

#include <algorithm>

#include "models/fdw_load.hpp"
#include "tools/scenario/lint.hpp"
#include "tools/scenario/loading.hpp"

namespace scenario {
namespace {

using models::Consumer;
using models::ConsumerQuery;
using models::ForeignScan;
using models::Mesh;

constexpr double many_rows = 10'000;      // fetched by one execution
constexpr double long_waits = 1;          // seconds of round trips in one execution
constexpr double long_snapshot = 5 * 60;  // seconds

std::string words(const std::string& text, std::size_t most = 60) {
  return text.size() <= most ? text : text.substr(0, most) + "…";
}

const models::Node& producer_of(const Mesh& mesh, const Consumer& consumer) {
  return mesh.nodes[static_cast<std::size_t>(
      mesh.databases[static_cast<std::size_t>(consumer.database)].node)];
}

/// Default collations that differ: the remote server selects and sorts text by its own.
void lint_collation(const Mesh& mesh, const Consumer& consumer, const ConsumerQuery& query,
                    Findings& findings) {
  const models::Node& here = mesh.nodes[static_cast<std::size_t>(consumer.node)];
  const models::Node& there = producer_of(mesh, consumer);
  if (same_order(here.collation, there.collation)) return;
  for (const models::ForeignRefusal& hazard : query.plan.collation_hazards)
    findings.add(
        "fdw_collation", hazard.place,
        fmt::format("{}/{}: {} is decided by collation {} on {}, while {} sorts by {}: it {} "
                    "there, so the answer is wrong without any error",
                    consumer.name, query.name, hazard.what, there.collation, there.name, here.name,
                    here.collation, hazard.reason),
        hazard.fix + ", then re-import the foreign table");
}

void lint_transfer(const Mesh& mesh, const models::FederatedQuery& id, const Consumer& consumer,
                   const ConsumerQuery& query, Findings& findings) {
  models::Draws medians;
  for (const models::Parameter& parameter : mesh.parameters)
    medians.values.push_back(parameter.distribution.kind == models::Distribution::Kind::lognormal
                                 ? parameter.distribution.b
                                 : parameter.distribution.a);
  const models::FederatedUse use = models::federated_use(mesh, id, medians);
  double rows = 0;
  for (const ForeignScan& scan : query.plan.scans) rows += scan.rows * scan.loops;
  if (rows >= many_rows && !query.plan.refusals.empty()) {
    const models::ForeignRefusal& first = query.plan.refusals.front();
    findings.add(
        "fdw_not_pushed_down", first.place,
        fmt::format("{}: {:.0f} rows, {:.1f} MB cross the wire at every execution, because "
                    "{} {}",
                    id.label, rows, use.transfer.bytes() / (1 << 20), words(first.what),
                    first.reason),
        first.fix);
  }
  const double rtt =
      consumer.link >= 0 ? medians(mesh.links[static_cast<std::size_t>(consumer.link)].rtt) : 0;
  if (use.transfer.trips * rtt > long_waits)
    findings.add(
        "fdw_fetch_size", consumer.place,
        fmt::format("{}: {:.0f} round trips wait {:.1f} s at every execution with fetch_size {}",
                    id.label, use.transfer.trips, use.transfer.trips * rtt,
                    consumer.server.fetch_size),
        "set fetch_size '10000' on the server or the foreign table");
  if (use.snapshot_seconds > long_snapshot)
    findings.add(
        "fdw_long_snapshot", consumer.place,
        fmt::format("{}: its remote transaction is REPEATABLE READ and open for {:.0f} s: vacuum "
                    "on the producer keeps dead rows that long",
                    id.label, use.snapshot_seconds),
        "commit right after the query, fetch less, or set a statement_timeout on the mapped role");
}

}  // namespace

void lint_federation(const Mesh& mesh, Findings& findings) {
  for (const models::FederatedQuery& id : models::federated_queries(mesh)) {
    const Consumer& consumer = mesh.products[static_cast<std::size_t>(id.product)]
                                   .consumers[static_cast<std::size_t>(id.consumer)];
    const ConsumerQuery& query = consumer.queries[static_cast<std::size_t>(id.query)];
    if (consumer.node < 0 || consumer.database < 0) continue;
    lint_collation(mesh, consumer, query, findings);
    lint_transfer(mesh, id, consumer, query, findings);
    if (id.query > 0) continue;  // once per consumer
    if (consumer.server.article_collation)
      findings.add("fdw_article_collation", consumer.place,
                   fmt::format("{}: simulated by the article's rule that differing collations end "
                               "push-down; PostgreSQL pushes down and may answer wrongly",
                               consumer.name),
                   "leave fdw_collation_model out for what PostgreSQL does");
    if (!consumer.server.analyzed)
      findings.add(
          "fdw_never_analyzed", consumer.place,
          fmt::format("{}: foreign tables were never analyzed and autovacuum never does it: "
                      "plans assume ten pages",
                      consumer.name),
          "run ANALYZE on the foreign tables after the import and regularly");
  }
}

}  // namespace scenario
