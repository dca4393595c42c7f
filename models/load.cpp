#include "models/load.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "models/pgoutput.hpp"
#include "models/rules.hpp"
#include "models/wal_record.hpp"

namespace models {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

template <class Vector>
auto& at(Vector& vector, int i) {
  return vector[static_cast<std::size_t>(i)];
}

double aligned8(const Length& length) { return length.aligned8(); }

double or_unlimited(double rate) { return rate > 0 ? rate : infinity; }

/// Builds a Load statement by statement.
class Builder {
 public:
  Builder(const Mesh& mesh, const std::vector<Site>& sites, const Draws& draws)
      : mesh_{mesh}, sites_{sites}, draws_{draws} {}

  Load build();

 private:
  struct Target {
    int site;
    int clock;
    int gate;     // subscription that applies it; -1 = the original statement
    double rate;  // executions per second at factor 1
    double connections;
  };

  void add_relations();
  void add_streams();
  void add_jobs();
  void add_statement_job(const Job& job, JobLoad& load);
  void add_rebuild(const Job& job, JobLoad& load);
  void add_transaction(const Stream& stream, int clock, double rate);
  void add_statement(const Statement& statement, const Target& target);
  void add_upsert(const Statement& statement, const Target& target, double rows);
  void add_insert(const Statement& statement, const Target& target, double rows, bool copy);
  void add_update(const Statement& statement, const Target& target, double rows);
  void add_delete(const Statement& statement, const Target& target, double rows);
  void add_index_entries(const Target& target, double rows, const std::vector<Contribution>& by,
                         bool new_rows, const DrawnAccess& access);
  void add_commit(int node, int clock, int gate, double rate);
  void publish(const Statement& statement, const Target& target, double rows);
  double wire_bytes(const Statement& statement, int subscription, int table) const;
  void finish_updates();

  int clock_of(const Stream& stream);
  int driver(int clock, int gate, int updates = -1, Driver::Part part = Driver::Part::everything);
  void add_wal(int node, int driver, double bytes, double records);
  DrawnAccess drawn(const Access& access) const;
  const Table& table(int site) const { return at(mesh_.tables, at(sites_, site).table); }
  const Node& node_of(int site) const { return at(mesh_.nodes, at(sites_, site).node); }
  RelationLoad& relation(int site, RelationLoad::Kind kind, int index = -1);
  int site_of(int table, int subscription) const;
  bool keeps_data(int site) const { return node_of(site).settings.wal_level == WalLevel::logical; }

  /// Updates of one site, gathered before the curve can be made.
  struct Pending {
    DrawnAccess access;
    double rate = 0, hot = 0;
  };

  const Mesh& mesh_;
  const std::vector<Site>& sites_;
  const Draws& draws_;
  Load load_;
  std::vector<TableGeometry> geometry_;        // by site
  std::vector<int> first_relation_;            // by site; -1 = not stored
  std::vector<std::vector<Pending>> pending_;  // by site
};

Load Builder::build() {
  load_.nodes.resize(mesh_.nodes.size());
  load_.sites.resize(sites_.size());
  pending_.resize(sites_.size());
  for (const Subscription& subscription : mesh_.subscriptions) {
    SubscriptionLoad s;
    s.decode_rate = or_unlimited(draws_(subscription.decode_rate));
    s.bandwidth = subscription.link < 0
                      ? infinity
                      : or_unlimited(draws_(at(mesh_.links, subscription.link).bandwidth));
    load_.subscriptions.push_back(std::move(s));
  }
  add_relations();
  add_streams();
  add_jobs();
  finish_updates();
  for (SubscriptionLoad& s : load_.subscriptions) {
    s.wire.resize(load_.clocks.size());
    s.apply_seconds.resize(load_.clocks.size());
  }
  return std::move(load_);
}

void Builder::add_relations() {
  for (std::size_t s = 0; s < sites_.size(); ++s) {
    const Site& site = sites_[s];
    const Table& t = at(mesh_.tables, site.table);
    geometry_.push_back(table_geometry(t, draws_));
    const TableGeometry& g = geometry_.back();
    const bool stored = site.node >= 0 && t.persistence != Persistence::temporary &&
                        (t.kind == Table::Kind::table || t.kind == Table::Kind::materialized_view);
    first_relation_.push_back(stored ? static_cast<int>(load_.relations.size()) : -1);
    if (!stored) continue;
    RelationLoad base;
    base.site = static_cast<int>(s);
    base.node = site.node;
    base.pages = g.pages;
    load_.relations.push_back(base);
    base.kind = RelationLoad::Kind::toast;
    base.pages = std::ceil(g.layout.toast.pages_per_row() * g.rows);
    load_.relations.push_back(base);
    base.kind = RelationLoad::Kind::index;
    for (std::size_t i = 0; i < t.indexes.size(); ++i) {
      base.index = static_cast<int>(i);
      base.pages = g.indexes[i].pages;
      load_.relations.push_back(base);
    }
  }
}

RelationLoad& Builder::relation(int site, RelationLoad::Kind kind, int index) {
  const int first = at(first_relation_, site);
  const int offset = kind == RelationLoad::Kind::heap    ? 0
                     : kind == RelationLoad::Kind::toast ? 1
                                                         : 2 + index;
  return at(load_.relations, first + offset);
}

int Builder::site_of(int table, int subscription) const {
  for (std::size_t s = 0; s < sites_.size(); ++s) {
    const Site& site = sites_[s];
    if (subscription < 0
            ? site.table == table && site.subscription < 0
            : site.subscription == subscription && at(mesh_.tables, site.table).qualified_name() ==
                                                       at(mesh_.tables, table).qualified_name())
      return static_cast<int>(s);
  }
  return subscription < 0 ? table : -1;  // a declared copy stands at its own table's place
}

int Builder::clock_of(const Stream& stream) {
  Clock clock{stream.profile, draws_(stream.growth), seconds(stream.from)};
  if (stream.until) clock.until = seconds(*stream.until);
  if (stream.executions)
    clock.until = std::min(clock.until, clock.from + *stream.executions / draws_(stream.rate));
  for (std::size_t c = 0; c < load_.clocks.size(); ++c) {
    const Clock& known = load_.clocks[c];
    if (known.profile == clock.profile && known.growth == clock.growth &&
        known.from == clock.from && known.until == clock.until)
      return static_cast<int>(c);
  }
  load_.clocks.push_back(clock);
  return static_cast<int>(load_.clocks.size()) - 1;
}

int Builder::driver(int clock, int gate, int updates, Driver::Part part) {
  for (std::size_t d = 0; d < load_.drivers.size(); ++d) {
    const Driver& known = load_.drivers[d];
    if (known.clock == clock && known.gate == gate && known.updates == updates &&
        known.part == part)
      return static_cast<int>(d);
  }
  load_.drivers.push_back({clock, gate, updates, part});
  return static_cast<int>(load_.drivers.size()) - 1;
}

void accumulate(std::vector<Contribution>& list, int driver, double amount) {
  if (amount == 0) return;
  for (Contribution& c : list) {
    if (c.driver != driver) continue;
    c.amount += amount;
    return;
  }
  list.push_back({driver, amount});
}

void Builder::add_wal(int node, int driver, double bytes, double records) {
  accumulate(at(load_.nodes, node).wal, driver, bytes);
  accumulate(at(load_.nodes, node).records, driver, records);
}

DrawnAccess Builder::drawn(const Access& access) const {
  return {access.kind, access.keys, draws_(access.share), draws_(access.exponent)};
}

void Builder::add_streams() {
  for (const Stream& stream : mesh_.streams)
    add_transaction(stream, clock_of(stream), draws_(stream.rate));
}

void Builder::add_transaction(const Stream& stream, int clock, double rate) {
  const int node = at(mesh_.databases, stream.database).node;
  bool writes = false;
  std::vector<bool> published(mesh_.subscriptions.size(), false);
  for (const Statement& statement : stream.statements) {
    if (statement.table < 0) continue;
    const int site = site_of(statement.table, -1);
    if (at(first_relation_, site) < 0) continue;
    const Target target{site, clock, -1, rate, static_cast<double>(stream.connections)};
    add_statement(statement, target);
    const bool logged = table(site).persistence == Persistence::permanent;
    writes |= logged && statement.kind != StatementKind::select;
    if (statement.kind == StatementKind::select && !statement.locks_rows) continue;
    for (std::size_t s = 0; s < mesh_.subscriptions.size(); ++s) {
      const auto& tables = mesh_.subscriptions[s].tables;
      if (std::find(tables.begin(), tables.end(), statement.table) != tables.end())
        published[s] = true;
    }
  }
  if (!writes) return;
  add_commit(node, clock, -1, rate);
  for (std::size_t s = 0; s < published.size(); ++s) {
    if (!published[s]) continue;
    const auto id = static_cast<int>(s);
    SubscriptionLoad& subscription = load_.subscriptions[s];
    subscription.wire.resize(load_.clocks.size());
    subscription.apply_seconds.resize(load_.clocks.size());
    at(subscription.wire, clock) += rate * (wire_begin + wire_commit);
    const double commits = draws_(mesh_.subscriptions[s].apply_rate_commit);
    if (commits > 0) at(subscription.apply_seconds, clock) += rate / commits;
    add_commit(mesh_.subscriptions[s].subscriber, clock, id, rate);
  }
}

void Builder::add_commit(int node, int clock, int gate, double rate) {
  const Node& n = at(mesh_.nodes, node);
  CommitParts parts;
  parts.wal_level = n.settings.wal_level;
  parts.applied = gate >= 0;
  const int d = driver(clock, gate);
  add_wal(node, d, rate * aligned8(commit_record(parts, n.postgres)), rate);
  accumulate(at(load_.nodes, node).xids, d, rate);
}

void Builder::add_statement(const Statement& statement, const Target& target) {
  const double rows = draws_(statement.rows);
  switch (statement.kind) {
    case StatementKind::insert:
      add_insert(statement, target, rows, false);
      break;
    case StatementKind::copy:
      add_insert(statement, target, rows, true);
      break;
    case StatementKind::update:
      add_update(statement, target, rows);
      break;
    case StatementKind::delete_:
      add_delete(statement, target, rows);
      break;
    case StatementKind::upsert:
    case StatementKind::merge:
      add_upsert(statement, target, rows);
      break;
    default:
      return;
  }
}

void Builder::add_upsert(const Statement& statement, const Target& target, double rows) {
  const double existing = rows * draws_(statement.conflict_share);
  const double fresh = rows - existing;
  const bool upsert = statement.kind == StatementKind::upsert;
  const int node = at(sites_, target.site).node;
  const int d = driver(target.clock, target.gate);
  Statement part = statement;
  part.kind = StatementKind::insert;
  add_insert(part, target, fresh, false);
  if (upsert) add_wal(node, d, target.rate * fresh * aligned8(heap_confirm), target.rate * fresh);
  if (upsert && !statement.conflict_updates) return;
  if (upsert)
    add_wal(node, d, target.rate * existing * aligned8(heap_lock), target.rate * existing);
  part.kind = StatementKind::update;
  add_update(part, target, existing);
}

void Builder::add_insert(const Statement& statement, const Target& target, double rows, bool copy) {
  const Table& t = table(target.site);
  const TableGeometry& g = at(geometry_, target.site);
  const int node = at(sites_, target.site).node;
  const int d = driver(target.clock, target.gate);
  const double rate = target.rate * rows;
  if (t.persistence == Persistence::permanent) {
    double heap_wal = insert_wal(g.layout, target.gate >= 0);
    double records = 1 + g.layout.toast.chunks_per_row() * 2;
    if (copy && target.gate < 0) {
      double input = 0;
      for (const double text : g.widths.text) input += text + 1;
      heap_wal = copy_wal_per_row(g.t_len, g.per_page, input, rows);
      records = 1 / g.per_page;
    }
    // A sequence logs 32 values ahead.
    double sequences = 0;
    for (std::size_t c = 0; c < t.columns.size() && target.gate < 0; ++c) {
      const Column& column = t.columns[c];
      const bool listed = std::find(statement.columns.begin(), statement.columns.end(),
                                    static_cast<int>(c)) != statement.columns.end();
      const bool integer =
          column.type == "integer" || column.type == "bigint" || column.type == "smallint";
      if (!listed && integer && column.has_default && column.order == KeyOrder::ascending)
        sequences += 1.0 / 32;
    }
    add_wal(node, d, rate * (heap_wal + sequences * aligned8(sequence_record)),
            rate * (records + sequences));
    // Foreign keys lock the parent row, one per row unless parents repeat within the transaction.
    for (const ForeignKey& key : t.foreign_keys) {
      if (target.gate >= 0) break;
      add_wal(node, d, rate * aligned8(heap_lock), rate);
      for (std::size_t s = 0; s < sites_.size(); ++s) {
        if (sites_[s].node != node || sites_[s].subscription >= 0 || first_relation_[s] < 0)
          continue;
        if (at(mesh_.tables, sites_[s].table).qualified_name() != key.referenced) continue;
        const TableGeometry& parent = geometry_[s];
        ImagedPages touched;
        touched.image = page_image(page_size - parent.page_free);
        touched.touches = {{d, rate}};
        relation(static_cast<int>(s), RelationLoad::Kind::heap)
            .imaged.push_back(std::move(touched));
      }
    }
    // The page that is being filled at the redo point is half full on average.
    ImagedPages tail;
    tail.share = 0;
    tail.pages = target.connections;
    tail.image = page_image(page_header + heap_page_usable / 2) -
                 (keeps_data(target.site) ? 0 : g.t_len.mean);
    tail.touches = {{d, rate}};
    relation(target.site, RelationLoad::Kind::heap).imaged.push_back(std::move(tail));
  }
  accumulate(relation(target.site, RelationLoad::Kind::heap).growth, d, rate / g.per_page);
  accumulate(relation(target.site, RelationLoad::Kind::toast).growth, d,
             rate * g.layout.toast.pages_per_row());
  accumulate(at(load_.sites, target.site).inserted, d, rate);
  add_index_entries(target, rate, {{d, 1}}, true, {});
  publish(statement, target, rows);
}

void Builder::add_index_entries(const Target& target, double rate,
                                const std::vector<Contribution>& by, bool new_rows,
                                const DrawnAccess& access) {
  const Table& t = table(target.site);
  const TableGeometry& g = at(geometry_, target.site);
  const int node = at(sites_, target.site).node;
  const bool logged = t.persistence == Persistence::permanent;
  for (std::size_t i = 0; i < t.indexes.size(); ++i) {
    const IndexGeometry& index = g.indexes[i];
    const double entries = rate * index.layout.rows_share;
    const KeyOrder order = new_rows ? index.order : KeyOrder::random;
    const double wal = index_insert_wal(index.layout, order);
    RelationLoad& r = relation(target.site, RelationLoad::Kind::index, static_cast<int>(i));
    const double leaf_rows = order == KeyOrder::ascending ? rows_per_leaf_built(index.layout)
                                                          : rows_per_leaf_random(index.layout);
    const double image = page_image(leaf_content(index.fill)) - index.layout.tuple.mean;
    ImagedPages parents;  // a split changes the parent
    parents.share = 0;
    parents.pages = order == KeyOrder::ascending ? std::min(1.0, index.internal) : index.internal;
    parents.image = page_image(page_size * 0.7);
    for (const Contribution& c : by) {
      if (logged) add_wal(node, c.driver, entries * c.amount * wal, entries * c.amount);
      if (new_rows) accumulate(r.growth, c.driver, entries * c.amount / leaf_rows);
      parents.touches.push_back({c.driver, entries * c.amount / leaf_rows});
    }
    if (!logged) continue;
    if (parents.pages > 0) r.imaged.push_back(parents);
    if (order == KeyOrder::ascending) {
      ImagedPages tail;
      tail.share = 0;
      tail.pages = 1;
      tail.image = page_image(leaf_content(index.fill / 2)) - index.layout.tuple.mean;
      for (const Contribution& c : by) tail.touches.push_back({c.driver, entries * c.amount});
      r.imaged.push_back(std::move(tail));
      continue;
    }
    DrawnAccess on_leaves = access;
    if (index.order != KeyOrder::ascending) on_leaves.keys = Access::Keys::scattered;
    const auto classes = new_rows ? std::vector<PageClass>{{1, 1}}
                                  : page_classes(on_leaves, std::max(1.0, g.rows), index.leaves);
    for (const PageClass& p : classes) {
      if (p.touches <= 0) continue;
      ImagedPages leaves;
      leaves.share = p.pages * index.leaves / std::max(1.0, index.pages);
      leaves.image = image;
      for (const Contribution& c : by)
        leaves.touches.push_back({c.driver, entries * c.amount * p.touches});
      r.imaged.push_back(std::move(leaves));
    }
  }
}

void Builder::add_update(const Statement& statement, const Target& target, double rows) {
  if (rows <= 0) return;
  const Table& t = table(target.site);
  const TableGeometry& g = at(geometry_, target.site);
  const Node& n = node_of(target.site);
  const int node = at(sites_, target.site).node;
  const bool logged = t.persistence == Persistence::permanent;
  const std::vector<int> changed = changed_columns(t, statement);
  const IndexTouch touch = index_touch(t, changed, n.postgres);
  const double rate = target.rate * rows;
  const DrawnAccess access = drawn(statement.access);

  Pending& pending = at(pending_, target.site).emplace_back();
  pending.access = access;
  pending.rate = rate;
  pending.hot = touch.hot ? rate : 0;
  int updates = -1;
  for (std::size_t u = 0; u < load_.updates.size(); ++u)
    if (load_.updates[u].site == target.site) updates = static_cast<int>(u);
  if (updates < 0) {
    updates = static_cast<int>(load_.updates.size());
    load_.updates.emplace_back();
    load_.updates.back().site = target.site;
    load_.updates.back().rows = g.rows;
    relation(target.site, RelationLoad::Kind::heap).updates = updates;
  }
  const int everything = driver(target.clock, target.gate);
  const int fits = driver(target.clock, target.gate, updates, Driver::Part::fits);
  const int moves = driver(target.clock, target.gate, updates, Driver::Part::moves);
  accumulate(at(load_.updates, updates).rate, everything, rate);
  if (touch.hot) accumulate(at(load_.updates, updates).hot_rate, everything, rate);

  if (logged) {
    UpdateCase how{n.settings.wal_level, true, false, target.gate >= 0};
    const UpdateWal same = update_wal(t, g.layout, changed, how);
    how.same_page = false;
    const UpdateWal other = update_wal(t, g.layout, changed, how);
    add_wal(node, fits, rate * same.total(), rate * (same.lock > 0 ? 2 : 1));
    add_wal(node, moves, rate * other.total(), rate * 2);
    // The old version's page is touched by every update.
    for (const PageClass& p : page_classes(access, std::max(1.0, g.rows), std::max(1.0, g.pages))) {
      if (p.touches <= 0) continue;
      ImagedPages pages;
      pages.share = p.pages;
      pages.replaced = keeps_data(target.site) ? 0 : std::max(0.0, same.record - 60);
      pages.touches = {{everything, rate * p.touches}};
      relation(target.site, RelationLoad::Kind::heap).imaged.push_back(std::move(pages));
    }
  }
  std::vector<Contribution> entries{{moves, 1}};
  if (!touch.hot) entries.push_back({fits, 1});
  add_index_entries(target, rate, entries, false, access);
  publish(statement, target, rows);
}

void Builder::add_delete(const Statement& statement, const Target& target, double rows) {
  const Table& t = table(target.site);
  const TableGeometry& g = at(geometry_, target.site);
  const int node = at(sites_, target.site).node;
  const int d = driver(target.clock, target.gate);
  const double rate = target.rate * rows;
  accumulate(at(load_.sites, target.site).deleted, d, rate);
  if (t.persistence == Persistence::permanent) {
    const double wal =
        delete_wal(t, g.layout, node_of(target.site).settings.wal_level, target.gate >= 0);
    add_wal(node, d, rate * wal, rate * (1 + g.layout.toast.chunks_per_row()));
    for (const PageClass& p :
         page_classes(drawn(statement.access), std::max(1.0, g.rows), std::max(1.0, g.pages))) {
      if (p.touches <= 0) continue;
      ImagedPages pages;
      pages.share = p.pages;
      pages.image = page_image(page_size - g.page_free);
      pages.touches = {{d, rate * p.touches}};
      relation(target.site, RelationLoad::Kind::heap).imaged.push_back(std::move(pages));
    }
  }
  publish(statement, target, rows);
}

double Builder::wire_bytes(const Statement& statement, int subscription, int t) const {
  const Table& published = at(mesh_.tables, t);
  const TableGeometry& g = at(geometry_, t);
  WireShape shape;
  const Subscription& s = at(mesh_.subscriptions, subscription);
  shape.binary = s.binary;
  if (s.product >= 0) {
    const Product& product = at(mesh_.products, s.product);
    for (std::size_t i = 0; i < product.tables.size(); ++i)
      if (product.tables[i] == t && i < product.column_lists.size())
        shape.columns = product.column_lists[i];
  }
  switch (statement.kind) {
    case StatementKind::update:
      return wire_update(published, g.widths, g.layout, shape,
                         changed_columns(published, statement));
    case StatementKind::delete_:
      return wire_delete(published, g.widths, shape);
    default:
      return wire_insert(published, g.widths, shape);
  }
}

void Builder::publish(const Statement& statement, const Target& target, double rows) {
  if (target.gate >= 0) return;
  const int t = at(sites_, target.site).table;
  for (std::size_t s = 0; s < mesh_.subscriptions.size(); ++s) {
    const Subscription& subscription = mesh_.subscriptions[s];
    if (std::find(subscription.tables.begin(), subscription.tables.end(), t) ==
        subscription.tables.end())
      continue;
    const auto id = static_cast<int>(s);
    double share = 1;
    if (subscription.product >= 0) {
      const Product& product = at(mesh_.products, subscription.product);
      for (std::size_t i = 0; i < product.tables.size(); ++i)
        if (product.tables[i] == t && i < product.row_filter_shares.size())
          share = product.row_filter_shares[i];
    }
    SubscriptionLoad& load = load_.subscriptions[s];
    load.wire.resize(load_.clocks.size());
    load.apply_seconds.resize(load_.clocks.size());
    const double rate = target.rate * rows * share;
    at(load.wire, target.clock) += rate * wire_bytes(statement, id, t);
    const Quantity& apply = statement.kind == StatementKind::update ? subscription.apply_rate_update
                            : statement.kind == StatementKind::delete_
                                ? subscription.apply_rate_delete
                                : subscription.apply_rate_insert;
    if (draws_(apply) > 0) at(load.apply_seconds, target.clock) += rate / draws_(apply);
    const int copy = site_of(t, id);
    if (copy < 0 || at(first_relation_, copy) < 0) continue;
    Statement applied = statement;  // one row at a time, whatever the statement was
    if (applied.kind != StatementKind::update && applied.kind != StatementKind::delete_)
      applied.kind = StatementKind::insert;
    const Target there{copy, target.clock, id, rate, 1};
    if (applied.kind == StatementKind::update)
      add_update(applied, there, 1);
    else if (applied.kind == StatementKind::delete_)
      add_delete(applied, there, 1);
    else
      add_insert(applied, there, 1, false);
  }
}

void Builder::finish_updates() {
  for (std::size_t u = 0; u < load_.updates.size(); ++u) {
    UpdateLoad& updates = load_.updates[u];
    const Table& t = table(updates.site);
    const TableGeometry& g = at(geometry_, updates.site);
    double rate = 0, hot = 0;
    const Pending* largest = nullptr;
    for (const Pending& p : at(pending_, updates.site)) {
      rate += p.rate;
      hot += p.hot;
      if (largest == nullptr || p.rate > largest->rate) largest = &p;
    }
    UpdateCurve::Shape shape;
    shape.t_len = static_cast<int>(std::lround(g.t_len.mean));
    shape.rows_per_page = std::max(1, static_cast<int>(std::lround(g.per_page)));
    shape.fillfactor = t.fillfactor;
    shape.page_free = std::max(0.0, g.page_free);
    shape.hot_share = rate > 0 ? hot / rate : 1;
    double inserts = 0;
    for (const Contribution& c : at(load_.sites, updates.site).inserted) inserts += c.amount;
    // Rows that are updated only while recent: in a growing table each gets updates/inserts of them
    // in its life.
    const bool slides = largest->access.kind == Access::Kind::recent && inserts > 0 && g.rows > 0 &&
                        largest->access.share * g.rows / inserts < seconds(mesh_.horizon);
    updates.curve = std::make_shared<PopulationCurve>(
        std::make_shared<UpdateCurve>(shape),
        slides ? std::vector<PageClass>{{1, 1}}
               : page_classes(largest->access, std::max(1.0, g.rows), std::max(1.0, g.pages)),
        slides ? rate / inserts : 0.0);
  }
  // What moved rows and pruning add to each node.
  for (std::size_t u = 0; u < load_.updates.size(); ++u) {
    const UpdateLoad& updates = load_.updates[u];
    const TableGeometry& g = at(geometry_, updates.site);
    const Node& n = node_of(updates.site);
    const int node = at(sites_, updates.site).node;
    for (const Contribution& c : updates.rate) {
      const Driver from = at(load_.drivers, c.driver);
      const auto id = static_cast<int>(u);
      const int moves = driver(from.clock, from.gate, id, Driver::Part::moves);
      accumulate(relation(updates.site, RelationLoad::Kind::heap).growth, moves,
                 c.amount / g.per_page);
      if (table(updates.site).persistence != Persistence::permanent) continue;
      const int prunes = driver(from.clock, from.gate, id, Driver::Part::prunes);
      // One record on average frees the versions that gathered since the last one.
      const PopulationCurve::Slopes late = updates.curve->at(1.0);
      PruneCounts counts;
      if (late.prunes > 0)
        counts = {late.redirected / late.prunes, late.dead / late.prunes,
                  late.unused / late.prunes};
      add_wal(node, prunes, c.amount * aligned8(prune_record(counts, n.postgres)), c.amount);
    }
  }
}

void Builder::add_jobs() {
  for (std::size_t j = 0; j < mesh_.jobs.size(); ++j) {
    const Job& job = mesh_.jobs[j];
    JobLoad load;
    load.job = static_cast<int>(j);
    load.clock = static_cast<int>(load_.clocks.size());
    load_.clocks.push_back({.until = 0});  // the simulation turns it on
    load_.jobs.push_back(load);
    if (job.kind == Job::Kind::rebuild)
      add_rebuild(job, load_.jobs.back());
    else
      add_statement_job(job, load_.jobs.back());
  }
}

void Builder::add_statement_job(const Job& job, JobLoad& load) {
  double rows = 0;
  for (const Statement& s : job.statements) {
    load.checkpoint |= s.kind == StatementKind::checkpoint;
    if (s.table >= 0) rows += draws_(s.rows);
  }
  const int node = at(mesh_.databases, job.database).node;
  load.duration = rows / std::max(1.0, draws_(at(mesh_.nodes, node).bulk_rate));
  if (load.duration <= 0) return;
  Stream once;
  once.database = job.database;
  once.statements = job.statements;
  add_transaction(once, load.clock, 1 / load.duration);
}

void Builder::add_rebuild(const Job& job, JobLoad& load) {
  const int site = site_of(job.table, -1);
  if (at(first_relation_, site) < 0) return;
  const TableGeometry& g = at(geometry_, site);
  const int node = at(sites_, site).node;
  const double rows = draws_(job.rows);
  load.duration = std::max(0.001, rows / std::max(1.0, draws_(at(mesh_.nodes, node).bulk_rate)));
  Statement insert;
  insert.kind = StatementKind::insert;
  insert.table = job.table;
  const Target target{site, load.clock, -1, rows / load.duration, 1};
  add_commit(node, load.clock, -1, 1 / load.duration);
  if (job.by == Job::Rebuild::delete_insert || job.by == Job::Rebuild::merge) {
    Statement change;
    change.kind = job.by == Job::Rebuild::merge ? StatementKind::update : StatementKind::delete_;
    change.table = job.table;
    for (std::size_t c = 0; c < table(site).columns.size(); ++c)
      change.columns.push_back(static_cast<int>(c));
    change.unchanged = replica_identity_columns(table(site));
    if (job.by == Job::Rebuild::merge) return add_update(change, target, 1);
    add_delete(change, target, 1);
    return add_insert(insert, target, 1, false);
  }
  // truncate_insert, swap and refresh fill new files beside the old ones: no images, the old files
  // go at commit.
  const int d = driver(load.clock, -1);
  double wal = rows * insert_wal(g.layout);
  load.heap = at(first_relation_, site);
  load.extra_pages = heap_pages(rows, g.per_page);
  for (const IndexGeometry& index : g.indexes) {
    const double indexed = rows * index.layout.rows_share;
    wal += job.by == Job::Rebuild::truncate_insert
               ? indexed * index_insert_wal(index.layout, index.order)
               : index_build_wal(index.layout, indexed, at(mesh_.nodes, node).postgres);
    load.extra_pages += btree_pages_built(index.layout, indexed).total();
  }
  add_wal(node, d, wal / load.duration,
          rows * (1 + static_cast<double>(g.indexes.size())) / load.duration);
  publish(insert, target, 1);
}

}  // namespace

Load build_load(const Mesh& mesh, const std::vector<Site>& sites, const Draws& draws) {
  return Builder{mesh, sites, draws}.build();
}

}  // namespace models
