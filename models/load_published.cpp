#include <algorithm>

#include "models/load_builder.hpp"
#include "models/reorder_buffer.hpp"
#include "sim/math.hpp"

/// What a walsender gathers and a subscription gets of a transaction.
namespace models {

/// Share of a statement's executions of which a subscription gets at least one row: rows pass its
/// row filter independently of each other. Of an empty transaction nothing is sent. Source:
/// pgoutput.c, pgoutput_send_begin() at the first change that passes
double LoadBuilder::sent_share(const Statement& statement, int subscription) const {
  const std::vector<int>& tables = at(mesh_.subscriptions, subscription).tables;
  if (statement.kind == StatementKind::select ||
      std::find(tables.begin(), tables.end(), statement.table) == tables.end())
    return 0;
  const double passing = passing_share(subscription, statement.table);
  const double rows = draws_(statement.rows);
  if (statement.kind == StatementKind::truncate || passing >= 1) return 1;
  return rows < 1 ? passing * rows : 1 - sim::pow(1 - passing, rows);
}

void LoadBuilder::count_published(const Statement& statement, const Target& target,
                                  int subscription) {
  std::vector<PublishedLoad>& all = at(load_.subscriptions, subscription).published;
  const int t = at(sites_, target.site).table;
  auto found = std::find_if(all.begin(), all.end(),
                            [t](const PublishedLoad& table) { return table.table == t; });
  if (found == all.end()) found = all.insert(all.end(), PublishedLoad{.table = t});
  const bool others =
      statement.kind == StatementKind::update || statement.kind == StatementKind::delete_;
  std::vector<double>& rates = others ? found->others : found->inserts;
  rates.resize(load_.clocks.size());
  at(rates, target.clock) += target.rate * sent_share(statement, subscription);
}

/// A transaction that outgrows logical_decoding_work_mem is spilled, or streamed, as a whole: what
/// has gathered each time the limit is reached, and the rest at its commit. Every subscription to
/// the database does so for itself, whether it is sent anything or not.
/// Holds   while other open transactions hold little: the limit counts them together
/// Source  reorderbuffer.c, ReorderBufferCheckMemoryLimit(), ReorderBufferIterTXNInit(),
///         ReorderBufferStreamCommit(); pgoutput filters when the transaction is replayed
void LoadBuilder::buffer_transaction(const Stream& stream, int clock, double rate) {
  const Node& node = at(mesh_.nodes, at(mesh_.databases, stream.database).node);
  double bytes = 0;
  for (const Statement& statement : stream.statements) {
    if (statement.table < 0 ||
        table(site_of(statement.table, -1)).persistence != Persistence::permanent)
      continue;
    const TableGeometry& g = at(geometry_, site_of(statement.table, -1));
    bytes += draws_(statement.rows) *
             reorder_bytes(statement, at(mesh_.tables, statement.table), g, node.postgres);
  }
  if (bytes < static_cast<double>(node.settings.logical_decoding_work_mem.count)) return;
  for (std::size_t s = 0; s < mesh_.subscriptions.size(); ++s) {
    if (mesh_.subscriptions[s].database != stream.database) continue;
    std::vector<double>& large = load_.subscriptions[s].large;
    large.resize(load_.clocks.size());
    at(large, clock) += rate * bytes;
  }
}

}  // namespace models
