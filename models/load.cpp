#include "models/load.hpp"

#include <cmath>

#include "models/layout.hpp"
#include "models/load_builder.hpp"

namespace models {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

double or_unlimited(double rate) { return rate > 0 ? rate : infinity; }

}  // namespace

Load LoadBuilder::build() {
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
  add_copies();
  add_compute();
  finish_updates();
  finish_leaves();
  load_.curves = &curves_;
  for (RelationLoad& r : load_.relations)
    if (r.patterns.empty())
      add_quiet_leaves(r);
    else
      lay_over(r);
  for (SubscriptionLoad& s : load_.subscriptions) {
    s.wire.resize(load_.clocks.size());
    s.apply_seconds.resize(load_.clocks.size());
    s.large.resize(load_.clocks.size());
    for (PublishedLoad& table : s.published) {
      table.inserts.resize(load_.clocks.size());
      table.others.resize(load_.clocks.size());
    }
  }
  return std::move(load_);
}

void LoadBuilder::add_relations() {
  for (std::size_t s = 0; s < sites_.size(); ++s) {
    const Site& site = sites_[s];
    const Table& t = at(mesh_.tables, site.table);
    // The COPY of an initial copy finds the indexes already there.
    Table filled = t;
    filled.indexes_built_after_load &=
        site.subscription < 0 || !at(mesh_.subscriptions, site.subscription).copy_data;
    geometry_.push_back(table_geometry(filled, draws_));
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
      base.rows_share = g.indexes[i].layout.rows_share;
      if (t.indexes[i].method == Index::Method::gin) add_gin(t, t.indexes[i], g, base);
      load_.relations.push_back(base);
    }
  }
}

void LoadBuilder::describe_vacuum(SiteLoad& load, const Table& t, const TableGeometry& g,
                                  const Site& site) const {
  load.rows_per_page = g.per_page;
  load.full_page = page_image(page_size - g.page_free);
  load.statistics = statistic_rows(t, g.widths, g.rows);
  if (site.node < 0) return;
  const Node& node = at(mesh_.nodes, site.node);
  load.vacuum = vacuum_settings(node.settings, t.autovacuum, node.postgres);
  const bool own = t.database >= 0 && at(mesh_.databases, t.database).node == site.node;
  load.database = own ? t.database : -1;
  load.may_be_held = may_be_held(load.database);
}

bool LoadBuilder::may_be_held(int database) const {
  return std::any_of(mesh_.incidents.begin(), mesh_.incidents.end(),
                     [database](const Incident& i) { return holds_horizon(i, database); });
}

RelationLoad& LoadBuilder::relation(int site, RelationLoad::Kind kind, int index) {
  const int first = at(first_relation_, site);
  const int offset = kind == RelationLoad::Kind::heap    ? 0
                     : kind == RelationLoad::Kind::toast ? 1
                                                         : 2 + index;
  return at(load_.relations, first + offset);
}

int LoadBuilder::site_of(int table, int subscription) const {
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

/// Node whose relations must be able to grow for these statements; -1 = they need no new pages.
int LoadBuilder::room_needed(const std::vector<Statement>& statements, int database) const {
  const bool needed = std::any_of(statements.begin(), statements.end(), [](const Statement& s) {
    return s.table >= 0 && (s.kind == StatementKind::insert || s.kind == StatementKind::copy ||
                            s.kind == StatementKind::upsert || s.kind == StatementKind::merge);
  });
  return needed ? at(mesh_.databases, database).node : -1;
}

int LoadBuilder::clock_of(const Stream& stream) {
  Clock clock{stream.profile, draws_(stream.growth), seconds(stream.from)};
  if (stream.until) clock.until = seconds(*stream.until);
  if (stream.executions)
    clock.until = std::min(clock.until, clock.from + *stream.executions / stream_rate(stream));
  clock.room_of = room_needed(stream.statements, stream.database);
  if (stream.clients.value > 0) clock.closed = static_cast<int>(&stream - mesh_.streams.data());
  for (std::size_t c = 0; c < load_.clocks.size(); ++c) {
    const Clock& known = load_.clocks[c];
    if (known.profile == clock.profile && known.growth == clock.growth &&
        known.from == clock.from && known.until == clock.until && known.room_of == clock.room_of &&
        known.closed == clock.closed)
      return static_cast<int>(c);
  }
  load_.clocks.push_back(clock);
  return static_cast<int>(load_.clocks.size()) - 1;
}

int LoadBuilder::driver(int clock, int gate, int updates, Driver::Part part) {
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

void LoadBuilder::add_wal(int node, int driver, double bytes, double records) {
  accumulate(at(load_.nodes, node).wal, driver, bytes);
  accumulate(at(load_.nodes, node).records, driver, records);
}

DrawnAccess LoadBuilder::drawn(const Access& access) const {
  return {access.kind, access.keys, draws_(access.share), draws_(access.exponent)};
}

/// Leaves that statements do not touch: of a table whose rows are only deleted, of ascending keys
/// all but the last. VACUUM takes entries off them, and the first one since the redo point logs an
/// image.
void LoadBuilder::add_quiet_leaves(RelationLoad& r) const {
  const Table& t = table(r.site);
  if (r.kind != RelationLoad::Kind::index || t.persistence != Persistence::permanent) return;
  const auto i = static_cast<std::size_t>(r.index);
  if (t.indexes[i].method != Index::Method::btree) return;
  const IndexGeometry& index = at(geometry_, r.site).indexes[i];
  ImagedPages& leaves = r.imaged.emplace_back();
  leaves.share = index.leaves / (index.leaves + index.internal);
  leaves.image = page_image(leaf_content(index.fill));
}

/// A table that stays on one page: its rows have the whole page for their versions.
void LoadBuilder::place_few_rows(UpdateLoad& updates) const {
  const TableGeometry& g = at(geometry_, updates.site);
  const int rows = static_cast<int>(std::lround(g.rows));
  if (rows < 1 || rows >= g.per_page || !at(load_.sites, updates.site).inserted.empty()) return;
  UpdateCurve::Shape& shape = updates.shape;
  shape.rows_per_page = rows;
  shape.page_free = heap_page_usable - rows * tuple_space(g.t_len).mean;
  shape.places_per_row = std::max(1, static_cast<int>(g.per_page / rows));
  updates.places_per_row = shape.places_per_row;
}

/// What the curve of a site's updates depends on.
void LoadBuilder::describe_updates(UpdateLoad& updates) {
  const TableGeometry& g = at(geometry_, updates.site);
  double rate = 0, hot = 0, swept = 0, swept_hot = 0;
  const Pending* largest = nullptr;
  for (const Pending& p : at(pending_, updates.site)) {
    (p.sweep ? swept : rate) += p.rate;
    (p.sweep ? swept_hot : hot) += p.hot;
    if (p.sweep) continue;
    if (largest == nullptr || p.rate > largest->rate) largest = &p;
  }
  UpdateCurve::Shape& shape = updates.shape;
  shape.t_len = static_cast<int>(std::lround(g.t_len.mean));
  shape.rows_per_page = std::max(1, static_cast<int>(std::lround(g.per_page)));
  shape.fillfactor = table(updates.site).fillfactor;
  shape.page_free = std::max(0.0, g.page_free);
  place_few_rows(updates);
  shape.hot_share = rate > 0 ? hot / rate : 1;
  shape.sweep_hot_share = swept > 0 ? swept_hot / swept : 1;
  double inserts = 0;
  for (const Contribution& c : at(load_.sites, updates.site).inserted)
    if (at(load_.clocks, at(load_.drivers, c.driver).clock).busy < 0) inserts += c.amount;
  // Rows that are updated only while recent: in a growing table each gets updates/inserts of them
  // in its life.
  const bool slides = largest != nullptr && largest->access.kind == Access::Kind::recent &&
                      inserts > 0 && g.rows > 0 &&
                      largest->access.share * g.rows / inserts < seconds(mesh_.horizon);
  updates.classes = {{1, 1}};
  double mixed = 0;
  for (const Pending& p : at(pending_, updates.site)) {
    if (slides || p.sweep || p.rate <= 0) continue;
    const auto classes = curves_.classes(p.access, std::max(1.0, g.rows), std::max(1.0, g.pages));
    mixed += p.rate;
    updates.classes = mixed_classes(updates.classes, classes, p.rate / mixed);
  }
  SiteLoad& site = at(load_.sites, updates.site);
  if (slides || rate <= 0) site.played_delete_rate = 0;
  shape.deletes = rate > 0 ? site.played_delete_rate / rate : 0;
  shape.reads = rate > 0 ? site.read_rate / rate : 0;
  updates.reads_anywhere = rate > 0 ? site.read_anywhere_rate / rate : 0;
  updates.sliding = slides ? rate / inserts : 0.0;
  updates.cycle_updates =
      (rate > 0 ? rate : swept) *
      std::min(seconds(mesh_.horizon), seconds(node_of(updates.site).settings.checkpoint_timeout)) /
      std::max(1.0, g.pages);
  updates.curve = population(updates, {}, {.sliding = updates.sliding}, curves_);
}

void LoadBuilder::finish_updates() {
  for (UpdateLoad& updates : load_.updates) describe_updates(updates);
  for (RelationLoad& r : load_.relations)
    if (r.fill >= leaf_fills) r.fill += static_cast<int>(load_.updates.size()) - leaf_fills;
  // What moved rows and pruning add to each node.
  for (std::size_t u = 0; u < load_.updates.size(); ++u) {
    const UpdateLoad& updates = load_.updates[u];
    const Node& n = node_of(updates.site);
    const int node = at(sites_, updates.site).node;
    for (const Contribution& c : updates.rate) {
      const Driver from = at(load_.drivers, c.driver);
      const auto part = [&](Driver::Part p) {
        return driver(from.clock, from.gate, static_cast<int>(u), p);
      };
      const int extends = part(Driver::Part::extends);
      accumulate(relation(updates.site, RelationLoad::Kind::heap).growth, extends, c.amount);
      if (table(updates.site).persistence != Persistence::permanent) continue;
      // One record on average frees the versions that gathered since the last one; its line
      // pointers, two bytes each, are counted apart, and lengths are padded by 3 on average.
      const int prunes = part(Driver::Part::prunes), pruned = part(Driver::Part::pruned);
      add_wal(node, prunes, c.amount * (prune_record({}, n.postgres) + 3), c.amount);
      add_wal(node, pruned, c.amount, 0);
    }
  }
}

std::shared_ptr<const PopulationCurve> population(const UpdateLoad& updates,
                                                  const UpdateCurve::Past& past,
                                                  PopulationCurve::Steps steps,
                                                  CurveCache& curves) {
  std::vector<PopulationCurve::Class> classes;
  classes.reserve(updates.classes.size());
  for (const PageClass& pages : updates.classes) {
    UpdateCurve::Shape shape = updates.shape;
    const double density = pages.pages > 0 ? pages.touches / pages.pages : 1;
    shape.past = past.on_pages(density);
    shape.deletes = density > 0 ? updates.shape.deletes / density : 0;
    if (density > 0) shape.reads += updates.reads_anywhere / density;
    // A bulk UPDATE comes to every page alike.
    const PageClass swept{pages.pages, pages.pages};
    classes.push_back({past.sweeping ? swept : pages, curves.updates(shape)});
  }
  return std::make_shared<PopulationCurve>(std::move(classes), steps, updates.cycle_updates);
}

PageFill update_fill(const PopulationCurve::Slopes& slopes) {
  return {page_size - slopes.page_free, slopes.image_by_update};
}

Load build_load(const Mesh& mesh, const std::vector<Site>& sites, const Draws& draws,
                CurveCache& curves) {
  return LoadBuilder{mesh, sites, draws, curves}.build();
}

}  // namespace models
