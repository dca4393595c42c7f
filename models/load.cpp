#include "models/load.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "models/pgoutput.hpp"
#include "models/rules.hpp"
#include "models/wal_record.hpp"
#include "sim/math.hpp"

namespace models {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

template <class Vector>
auto& at(Vector& vector, int i) {
  return vector[static_cast<std::size_t>(i)];
}

double aligned8(const Length& length) { return length.aligned8(); }

/// Fills of leaves are numbered after those of updates, whose number is known at the end only.
constexpr int leaf_fills = 1'000'000;

/// Children per internal page.
double internal_fanout(const IndexLayout& index) {
  return 1 + std::floor(5675 / (index.pivot + line_pointer));
}

/// Whether a key, INCLUDE column, expression or predicate of the index reads one of the columns.
bool reads_any(const Index& index, const std::vector<int>& columns) {
  const auto among = [&columns](int c) {
    return std::find(columns.begin(), columns.end(), c) != columns.end();
  };
  const auto reads = [&among](const IndexColumn& key) {
    return among(key.column) || std::any_of(key.uses.begin(), key.uses.end(), among);
  };
  return std::any_of(index.keys.begin(), index.keys.end(), reads) ||
         std::any_of(index.includes.begin(), index.includes.end(), reads) ||
         std::any_of(index.predicate_uses.begin(), index.predicate_uses.end(), among);
}

double or_unlimited(double rate) { return rate > 0 ? rate : infinity; }

/// Builds a Load statement by statement.
class Builder {
 public:
  Builder(const Mesh& mesh, const std::vector<Site>& sites, const Draws& draws, CurveCache& curves)
      : mesh_{mesh}, sites_{sites}, draws_{draws}, curves_{curves} {}

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
  void describe_vacuum(SiteLoad& load, const Table& t, const TableGeometry& g,
                       const Site& site) const;
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
  /// How index entries come about: by inserts, or by updates that change these columns.
  struct Entries {
    const std::vector<int>* changed = nullptr;
    DrawnAccess access;
    double first_touches = 0;  // updates within a checkpoint cycle
  };
  void add_index_entries(const Target& target, double rate, const std::vector<Contribution>& by,
                         const Entries& how);
  void add_rightmost_entries(RelationLoad& r, const IndexGeometry& index,
                             const std::vector<Contribution>& entries);
  void add_scattered_entries(RelationLoad& r, const IndexGeometry& index,
                             const std::vector<Contribution>& entries, bool new_key,
                             const Entries& how);
  std::vector<PageClass> leaf_classes(const IndexGeometry& index, const TableGeometry& g,
                                      DrawnAccess access) const;
  static void flatten(std::vector<PageClass>& classes, double first_touches);
  LeafLoad& leaf_load(RelationLoad& r, const IndexGeometry& index);
  static void touch(RelationLoad& r, std::vector<PageClass> classes, std::vector<Contribution> by);
  static void lay_over(RelationLoad& r);
  static std::vector<ImagedPages> merged(std::vector<ImagedPages> pages, std::size_t most);
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
  CurveCache& curves_;
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
  for (RelationLoad& r : load_.relations)
    if (!r.patterns.empty()) lay_over(r);
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
    describe_vacuum(load_.sites[s], t, g, site);
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

void Builder::describe_vacuum(SiteLoad& load, const Table& t, const TableGeometry& g,
                              const Site& site) const {
  load.rows_per_page = g.per_page;
  if (site.node < 0) return;
  const Settings& settings = at(mesh_.nodes, site.node).settings;
  load.autovacuum = settings.autovacuum && t.autovacuum.enabled.value_or(true);
  load.vacuum_threshold = t.autovacuum.vacuum_threshold.value_or(settings.autovacuum_vacuum_threshold);
  load.vacuum_scale_factor =
      t.autovacuum.vacuum_scale_factor.value_or(settings.autovacuum_vacuum_scale_factor);
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
        RelationLoad& heap = relation(static_cast<int>(s), RelationLoad::Kind::heap);
        if (heap.image == 0) heap.image = page_image(page_size - parent.page_free);
        touch(heap, {{1, 1}}, {{d, rate}});
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
  add_index_entries(target, rate, {{d, 1}}, {});
  publish(statement, target, rows);
}

/// Entries for every index of a table: by inserts (`changed` empty) or by updates that are not HOT.
void Builder::add_index_entries(const Target& target, double rate,
                                const std::vector<Contribution>& by, const Entries& how) {
  const Table& t = table(target.site);
  const TableGeometry& g = at(geometry_, target.site);
  for (std::size_t i = 0; i < t.indexes.size(); ++i) {
    const IndexGeometry& index = g.indexes[i];
    RelationLoad& r = relation(target.site, RelationLoad::Kind::index, static_cast<int>(i));
    std::vector<Contribution> entries;
    for (const Contribution& c : by)
      entries.push_back({c.driver, c.amount * rate * index.layout.rows_share});
    if (t.persistence == Persistence::permanent)
      for (const Contribution& c : entries)
        add_wal(r.node, c.driver, c.amount * aligned8(btree_insert_leaf(index.layout)), c.amount);
    const bool new_key = how.changed == nullptr || reads_any(t.indexes[i], *how.changed);
    if (how.changed == nullptr && index.order == KeyOrder::ascending)
      add_rightmost_entries(r, index, entries);
    else
      add_scattered_entries(r, index, entries, new_key, how);
  }
}

/// Entries on the right: one leaf is filled after the other, and split off when it is full.
void Builder::add_rightmost_entries(RelationLoad& r, const IndexGeometry& index,
                                    const std::vector<Contribution>& entries) {
  const double per_leaf = rows_per_leaf_ascending(index.layout);
  ImagedPages tail, parent;
  tail.pages = 1;
  tail.image = page_image(leaf_content(index.fill / 2)) - index.layout.tuple.mean;
  parent.pages = 1;
  parent.image = page_image(page_size * 0.35);
  for (const Contribution& c : entries) {
    add_wal(r.node, c.driver, c.amount * split_wal_ascending(index.layout),
            2 * c.amount / per_leaf);
    accumulate(r.growth, c.driver, c.amount / per_leaf);
    tail.touches.push_back(c);
    parent.touches.push_back({c.driver, c.amount / per_leaf});
  }
  r.imaged.push_back(std::move(tail));
  if (index.internal > 0) r.imaged.push_back(std::move(parent));
}

/// Entries anywhere: leaves split in the middle as they run full.
void Builder::add_scattered_entries(RelationLoad& r, const IndexGeometry& index,
                                    const std::vector<Contribution>& entries, bool new_key,
                                    const Entries& how) {
  const TableGeometry& g = at(geometry_, r.site);
  // An entry for a new version of a row under an unchanged key replaces one that bottom-up deletion
  // removes before the leaf would split (nbtdedup.c, _bt_bottomupdel_pass()).
  if (new_key) {
    LeafLoad& leaves = leaf_load(r, index);
    for (const Contribution& c : entries) accumulate(leaves.rate, c.driver, c.amount);
  }
  r.image = page_image(leaf_content(index.fill)) - index.layout.tuple.mean;
  r.replaced = index.layout.tuple.mean;
  const double leaves = index.leaves / std::max(1.0, index.pages);
  for (const Contribution& c : entries) {
    auto classes = how.changed == nullptr ? std::vector<PageClass>{{1, 1}}
                                          : leaf_classes(index, g, how.access);
    if (at(load_.drivers, c.driver).part == Driver::Part::moves)
      flatten(classes, how.first_touches);
    for (PageClass& p : classes) p.pages *= leaves;
    classes.push_back({1 - leaves, 0});  // metapage and internal pages
    touch(r, std::move(classes), {c});
  }
}

/// Notes who touches the pages of a relation; patterns over the same classes share them.
void Builder::touch(RelationLoad& r, std::vector<PageClass> classes, std::vector<Contribution> by) {
  for (TouchPattern& known : r.patterns) {
    if (known.classes != classes) continue;
    for (const Contribution& c : by) accumulate(known.touches, c.driver, c.amount);
    return;
  }
  r.patterns.push_back({std::move(classes), std::move(by)});
}

/// Pages on which all patterns are constant, as if independent of each other; neighbours are merged
/// beyond 32.
void Builder::lay_over(RelationLoad& r) {
  constexpr std::size_t most = 32;
  std::vector<ImagedPages> pages(1);
  for (const TouchPattern& pattern : r.patterns) {
    std::vector<ImagedPages> finer;
    for (const ImagedPages& coarse : pages) {
      for (const PageClass& p : pattern.classes) {
        if (p.pages <= 0) continue;
        ImagedPages& both = finer.emplace_back(coarse);
        both.share = coarse.share * p.pages;
        for (Contribution& c : both.touches) c.amount *= p.pages;
        for (const Contribution& c : pattern.touches)
          accumulate(both.touches, c.driver, c.amount * p.touches * coarse.share);
      }
    }
    pages = merged(std::move(finer), most);
  }
  for (ImagedPages& p : pages)
    if (!p.touches.empty()) r.imaged.push_back(std::move(p));
}

/// Joins the classes whose touches per page are most alike until `most` are left.
std::vector<ImagedPages> Builder::merged(std::vector<ImagedPages> pages, std::size_t most) {
  const auto density = [](const ImagedPages& p) {
    double touches = 0;
    for (const Contribution& c : p.touches) touches += c.amount;
    return touches / p.share;
  };
  std::sort(pages.begin(), pages.end(),
            [&](const ImagedPages& a, const ImagedPages& b) { return density(a) > density(b); });
  while (pages.size() > most) {
    std::vector<ImagedPages> fewer;
    for (std::size_t i = 0; i < pages.size(); ++i) {
      if (i % 2 == 1 && pages.size() - i / 2 > most / 2) {
        fewer.back().share += pages[i].share;
        for (const Contribution& c : pages[i].touches)
          accumulate(fewer.back().touches, c.driver, c.amount);
      } else {
        fewer.push_back(std::move(pages[i]));
      }
    }
    pages = std::move(fewer);
  }
  return pages;
}

std::vector<PageClass> Builder::leaf_classes(const IndexGeometry& index, const TableGeometry& g,
                                             DrawnAccess access) const {
  // An index whose key follows the heap's order sees the heap's pattern; any other one sees it
  // scattered.
  if (index.order != KeyOrder::ascending) access.keys = Access::Keys::scattered;
  return curves_.classes(access, std::max(1.0, g.rows), index.leaves);
}

/// A row moves when its page is visited for the first time since it was full, so moves spread over
/// the pages that are visited at all, not in proportion to their visits.
void Builder::flatten(std::vector<PageClass>& classes, double first_touches) {
  double sum = 0;
  for (PageClass& p : classes) {
    if (p.pages <= 0) continue;
    p.touches = p.pages * sim::one_minus_exp(first_touches * p.touches / p.pages);
    sum += p.touches;
  }
  for (PageClass& p : classes) p.touches /= std::max(sum, 1e-300);
}

LeafLoad& Builder::leaf_load(RelationLoad& r, const IndexGeometry& index) {
  const auto id = static_cast<int>(&r - load_.relations.data());
  for (LeafLoad& known : load_.leaves)
    if (known.relation == id) return known;
  const TableGeometry& g = at(geometry_, r.site);
  const double entries = g.rows * index.layout.rows_share;
  const double per_leaf = entries / index.leaves;
  const double full = rows_per_leaf_built(index.layout);
  LeafLoad& leaves = load_.leaves.emplace_back();
  leaves.relation = id;
  // An index of less than a leaf is past that stage at once.
  const bool tiny = entries < full;
  const bool built = !tiny && index.built;
  leaves.rows = std::max(entries, full);
  leaves.curve = curves_.leaves(
      LeafCurve::shape(index.layout, tiny ? rows_per_leaf_random(index.layout) : per_leaf,
                       built ? LeafCurve::Start::built : LeafCurve::Start::grown));
  const auto fill = static_cast<int>(load_.leaves.size()) - 1;
  r.fill = leaf_fills + fill;  // made an index into all fills when the updates are counted
  if (table(r.site).persistence != Persistence::permanent) return leaves;
  const int splits = driver(-1, -1, fill, Driver::Part::splits);
  const int merges = driver(-1, -1, fill, Driver::Part::merges);
  // Half of the leaf moves, without its line pointers; posting tuples have few of them.
  const double slot = index.layout.tuple.mean + line_pointer;
  const double moved = btree_page_usable / 2 *
                       (leaves.curve->merges_duplicates() ? 1 : index.layout.tuple.mean / slot);
  add_wal(r.node, splits,
          aligned8(btree_split_record(index.layout, moved, false)) +
              aligned8(btree_insert_upper(index.layout.pivot)) -
              aligned8(btree_insert_leaf(index.layout)),
          1);
  add_wal(r.node, merges, aligned8(btree_dedup_record(8)), 1);
  accumulate(r.growth, splits, 1 + 1 / internal_fanout(index.layout));
  ImagedPages parents;
  parents.pages = std::max(1.0, index.internal);
  parents.image = page_image(page_size * 0.7);
  parents.touches = {{splits, 1}};
  r.imaged.push_back(std::move(parents));
  return leaves;
}

void Builder::add_update(const Statement& statement, const Target& target, double rows) {
  if (rows <= 0) return;
  const Table& t = table(target.site);
  const TableGeometry& g = at(geometry_, target.site);
  const Node& n = node_of(target.site);
  const int node = at(sites_, target.site).node;
  const bool logged = t.persistence == Persistence::permanent;
  const std::vector<int> changed = changed_columns(t, statement);
  const IndexTouch maintained = index_touch(t, changed, n.postgres);
  const double rate = target.rate * rows;
  const DrawnAccess access = drawn(statement.access);

  Pending& pending = at(pending_, target.site).emplace_back();
  pending.access = access;
  pending.rate = rate;
  pending.hot = maintained.hot ? rate : 0;
  int updates = -1;
  for (std::size_t u = 0; u < load_.updates.size(); ++u)
    if (load_.updates[u].site == target.site) updates = static_cast<int>(u);
  if (updates < 0) {
    updates = static_cast<int>(load_.updates.size());
    load_.updates.emplace_back();
    load_.updates.back().site = target.site;
    load_.updates.back().rows = g.rows;
    at(load_.sites, target.site).updates = updates;
    relation(target.site, RelationLoad::Kind::heap).fill = updates;
  }
  const int everything = driver(target.clock, target.gate);
  const int fits = driver(target.clock, target.gate, updates, Driver::Part::fits);
  const int moves = driver(target.clock, target.gate, updates, Driver::Part::moves);
  accumulate(at(load_.updates, updates).rate, everything, rate);
  if (maintained.hot) accumulate(at(load_.updates, updates).hot_rate, everything, rate);

  if (logged) {
    UpdateCase how{n.settings.wal_level, true, false, target.gate >= 0};
    const UpdateWal same = update_wal(t, g.layout, changed, how);
    how.same_page = false;
    const UpdateWal other = update_wal(t, g.layout, changed, how);
    add_wal(node, fits, rate * same.total(), rate * (same.lock > 0 ? 2 : 1));
    add_wal(node, moves, rate * other.total(), rate * 2);
    // The old version's page is touched by every update.
    RelationLoad& heap = relation(target.site, RelationLoad::Kind::heap);
    heap.replaced = keeps_data(target.site) ? 0 : std::max(heap.replaced, same.record - 60);
    touch(heap, curves_.classes(access, std::max(1.0, g.rows), std::max(1.0, g.pages)),
          {{everything, rate}});
  }
  std::vector<Contribution> entries{{moves, 1}};
  if (!maintained.hot) entries.push_back({fits, 1});
  const double cycle = std::min(seconds(mesh_.horizon), seconds(n.settings.checkpoint_timeout));
  add_index_entries(target, rate, entries, {&changed, access, rate * cycle});
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
    RelationLoad& heap = relation(target.site, RelationLoad::Kind::heap);
    heap.image = page_image(page_size - g.page_free);
    touch(heap,
          curves_.classes(drawn(statement.access), std::max(1.0, g.rows), std::max(1.0, g.pages)),
          {{d, rate}});
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
        curves_.updates(shape),
        slides ? std::vector<PageClass>{{1, 1}}
               : curves_.classes(largest->access, std::max(1.0, g.rows), std::max(1.0, g.pages)),
        slides ? rate / inserts : 0.0,
        rate *
            std::min(seconds(mesh_.horizon),
                     seconds(node_of(updates.site).settings.checkpoint_timeout)) /
            std::max(1.0, g.pages));
  }
  for (RelationLoad& r : load_.relations)
    if (r.fill >= leaf_fills) r.fill += static_cast<int>(load_.updates.size()) - leaf_fills;
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

PageFill update_fill(const PopulationCurve::Slopes& slopes) {
  return {page_size - slopes.page_free, slopes.image_by_update};
}

Load build_load(const Mesh& mesh, const std::vector<Site>& sites, const Draws& draws,
                CurveCache& curves) {
  return Builder{mesh, sites, draws, curves}.build();
}

}  // namespace models
