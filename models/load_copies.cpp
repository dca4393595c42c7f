#include "models/initial_copy.hpp"
#include "models/load_builder.hpp"
#include "models/pgoutput.hpp"

/// What the COPY of an initial copy moves and leaves at the subscriber. Source: tablesync.c,
/// copy_table(); copyfrom.c
namespace models {

void LoadBuilder::add_copies() {
  for (std::size_t s = 0; s < mesh_.subscriptions.size(); ++s) {
    const Subscription& subscription = mesh_.subscriptions[s];
    if (!subscription.copy_data) continue;
    load_.subscriptions[s].copy_rate = draws_(at(mesh_.nodes, subscription.subscriber).bulk_rate);
    for (const int t : subscription.tables) add_copy(static_cast<int>(s), t);
  }
}

void LoadBuilder::add_copy(int subscription, int t) {
  const Subscription& s = at(mesh_.subscriptions, subscription);
  const int site = site_of(t, subscription);
  if (site < 0 || at(first_relation_, site) < 0) return;
  const Table& published = at(mesh_.tables, t);
  const TableGeometry& g = at(geometry_, site);
  CopyLoad copy;
  copy.table = t;
  copy.rows = draws_(published.rows) * passing_share(subscription, t);
  if (copy.rows <= 0) return;
  copy.bytes = wire_copy_row(published, g.widths, wire_shape(subscription, t),
                             at(mesh_.nodes, s.publisher).postgres);
  copy.clock = static_cast<int>(load_.clocks.size());
  load_.clocks.push_back({.until = 0, .room_of = s.subscriber});  // the simulation turns it on
  const int d = driver(copy.clock, -1);
  double input = 0;
  for (const double text : g.widths.text) input += text + 1;
  double wal = g.layout.toast.chunks_per_row() > 0
                   ? insert_wal(g.layout)
                   : copy_wal_per_row(g.t_len, g.per_page, input, copy.rows);
  for (const IndexGeometry& index : g.indexes)
    wal += index.layout.rows_share * index_insert_wal(index.layout, index.order);
  add_wal(s.subscriber, d, wal, 1 / g.per_page + static_cast<double>(g.indexes.size()));
  // The relations are as large as loaded ones in the end, and grow to that evenly.
  for (RelationLoad& relation : load_.relations) {
    if (relation.site != site) continue;
    accumulate(relation.growth, d, relation.pages / copy.rows);
    relation.pages = 0;
  }
  load_.subscriptions[static_cast<std::size_t>(subscription)].copies.push_back(copy);
}

}  // namespace models
