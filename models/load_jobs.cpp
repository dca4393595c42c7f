#include <cmath>

#include "models/load_builder.hpp"

/// Jobs: bursts of statements, rebuilds, and what they do to a table at one moment.
namespace models {

void LoadBuilder::add_jobs() {
  for (std::size_t j = 0; j < mesh_.jobs.size(); ++j) {
    const Job& job = mesh_.jobs[j];
    JobLoad load;
    load.job = static_cast<int>(j);
    load.clock = static_cast<int>(load_.clocks.size());
    const bool rebuild = job.kind == Job::Kind::rebuild;
    load_.clocks.push_back({.until = 0,  // the simulation turns it on
                            .room_of = rebuild ? at(mesh_.databases, job.database).node
                                               : room_needed(job.statements, job.database)});
    load.duration = bulk_seconds(job);
    at(load_.clocks, load.clock).busy = load.duration * executions(job);
    if (rebuild)
      add_rebuild(job, load);
    else
      add_statement_job(job, load);
    load_.jobs.push_back(std::move(load));
  }
}

/// Times at which a job runs within the horizon.
double LoadBuilder::executions(const Job& job) const {
  const double left = seconds(mesh_.horizon - job.at);
  if (left <= 0) return 0;
  return job.every ? 1 + std::floor(left / seconds(*job.every)) : 1;
}

namespace {

bool writes_rows(const Statement& s) {
  switch (s.kind) {
    case StatementKind::select:
    case StatementKind::truncate:
    case StatementKind::vacuum:
    case StatementKind::analyze:
    case StatementKind::checkpoint:
      return false;
    default:
      return s.table >= 0;
  }
}

}  // namespace

/// How long one execution takes: its rows at the node's bulk_rate.
double LoadBuilder::bulk_seconds(const Job& job) const {
  double rows = 0;
  if (job.kind == Job::Kind::rebuild) rows = std::max(1.0, draws_(job.rows));
  for (const Statement& s : job.statements)
    if (job.kind == Job::Kind::statement && writes_rows(s))
      rows += draws_(s.kind == StatementKind::refresh ? at(mesh_.tables, s.table).rows : s.rows);
  const int node = at(mesh_.databases, job.database).node;
  if (rows <= 0) return 0;
  return std::max(0.001, rows / std::max(1.0, draws_(at(mesh_.nodes, node).bulk_rate)));
}

void LoadBuilder::add_statement_job(const Job& job, JobLoad& load) {
  Stream once;
  once.database = job.database;
  for (const Statement& s : job.statements) {
    load.checkpoint |= s.kind == StatementKind::checkpoint;
    if (s.kind == StatementKind::refresh && s.table >= 0) {
      Job refresh = job;
      refresh.by = s.concurrently ? Job::Rebuild::refresh_concurrently : Job::Rebuild::refresh;
      refresh.table = s.table;
      refresh.rows = at(mesh_.tables, s.table).rows;
      const double content = std::max(1.0, draws_(refresh.rows));
      refresh.changed = std::min(1.0, draws_(s.rows) / content);
      add_rebuild(refresh, load);
    } else if (writes_rows(s)) {
      once.statements.push_back(s);
    } else {
      add_effects(s, job.database, load);
    }
  }
  if (!once.statements.empty()) add_transaction(once, load.clock, 1 / load.duration, true);
}

/// VACUUM and ANALYZE of a table or of a whole database; TRUNCATE.
void LoadBuilder::add_effects(const Statement& s, int database, JobLoad& load) {
  if (s.kind == StatementKind::truncate) return truncate(s.table, 0, load);
  if (s.kind != StatementKind::vacuum && s.kind != StatementKind::analyze) return;
  for (std::size_t site = 0; site < sites_.size(); ++site) {
    if (sites_[site].subscription >= 0 || first_relation_[site] < 0) continue;
    const Table& t = at(mesh_.tables, sites_[site].table);
    if (s.table >= 0 ? sites_[site].table != s.table : t.database != database) continue;
    JobEffect effect;
    effect.kind =
        s.kind == StatementKind::vacuum ? JobEffect::Kind::vacuum : JobEffect::Kind::analyze;
    effect.site = static_cast<int>(site);
    effect.analyzes = s.analyzes || s.kind == StatementKind::analyze;
    load.effects.push_back(std::move(effect));
  }
}

/// New files for a table, and for its published copies: TRUNCATE is replicated.
void LoadBuilder::truncate(int t, double rows, JobLoad& load) {
  for (std::size_t site = 0; site < sites_.size(); ++site) {
    if (sites_[site].table != t || first_relation_[site] < 0) continue;
    truncated_.push_back(static_cast<int>(site));
    JobEffect effect;
    effect.kind = JobEffect::Kind::truncate;
    effect.site = static_cast<int>(site);
    effect.rows = rows;
    effect.catalogs = catalog_work(CatalogChange::truncate, at(mesh_.tables, t),
                                   node_of(static_cast<int>(site)).settings.wal_level);
    load.effects.push_back(std::move(effect));
  }
}

void LoadBuilder::add_rebuild(const Job& job, JobLoad& load) {
  const int site = site_of(job.table, -1);
  if (at(first_relation_, site) < 0) return;
  const Table& t = table(site);
  const double rows = std::max(1.0, draws_(job.rows));
  const Target target{site, load.clock, -1, rows / load.duration, 1};
  add_commit(at(sites_, site).node, load.clock, -1, 1 / load.duration);
  Statement insert;
  insert.kind = StatementKind::insert;
  insert.table = job.table;
  for (std::size_t c = 0; c < t.columns.size(); ++c) insert.columns.push_back(static_cast<int>(c));
  Statement change = insert;
  switch (job.by) {
    case Job::Rebuild::merge:
      change.kind = StatementKind::update;
      change.unchanged = replica_identity_columns(t);
      return add_update(change, target, 1);
    case Job::Rebuild::delete_insert: {
      change.kind = StatementKind::delete_;
      add_delete(change, target, 1);
      Target again = target;
      again.replaces = true;
      return add_insert(insert, again, 1, false);
    }
    case Job::Rebuild::truncate_insert:
      truncate(job.table, rows, load);
      return add_insert(insert, target, 1, false);
    case Job::Rebuild::refresh_concurrently:
      return refresh_concurrently(job, target, load);
    case Job::Rebuild::swap:
    case Job::Rebuild::refresh:
      return fill_new_files(job, target, load);
  }
}

/// REFRESH … CONCURRENTLY: the new content in a temporary table, which is not logged, then a DELETE
/// and an INSERT of every row that differs.
/// Source    src/backend/commands/matview.c, refresh_by_match_merge()
void LoadBuilder::refresh_concurrently(const Job& job, const Target& target, JobLoad& load) {
  const TableGeometry& g = at(geometry_, target.site);
  const double changed = draws_(job.changed);
  Statement insert;
  insert.kind = StatementKind::insert;
  insert.table = job.table;
  Statement remove = insert;
  remove.kind = StatementKind::delete_;
  Target again = target;
  again.replaces = true;
  add_delete(remove, target, changed);
  add_insert(insert, again, changed, false);
  load.site = target.site;
  load.extra_pages += heap_pages(draws_(job.rows), g.per_page);
  JobEffect effect;
  effect.kind = JobEffect::Kind::catalog;
  effect.site = target.site;
  effect.catalogs = catalog_work(CatalogChange::refresh_concurrently, table(target.site),
                                 node_of(target.site).settings.wal_level);
  load.effects.push_back(std::move(effect));
}

/// Rows fill new files from the first page on, without images, then indexes are built; the old
/// files go at commit. A swapped table has left its publications, and a materialized view cannot be
/// in one.
/// Source    dbt's table materialization; src/backend/commands/matview.c, createas.c
void LoadBuilder::fill_new_files(const Job& job, const Target& target, JobLoad& load) {
  const TableGeometry& g = at(geometry_, target.site);
  const Table& t = table(target.site);
  const Node& node = node_of(target.site);
  const double rows = std::max(1.0, draws_(job.rows));
  const bool logged = t.persistence == Persistence::permanent;
  if (logged)
    add_wal(at(sites_, target.site).node, driver(target.clock, target.gate),
            target.rate * insert_wal(g.layout), target.rate);
  JobEffect effect;
  effect.kind = JobEffect::Kind::replace;
  effect.site = target.site;
  effect.rows = rows;
  effect.pages = {heap_pages(rows, g.per_page), std::ceil(g.layout.toast.pages_per_row() * rows)};
  double image_bytes = 0;
  for (std::size_t i = 0; i < g.indexes.size(); ++i) {
    const IndexLayout& index = g.indexes[i].layout;
    const bool btree = t.indexes[i].method == Index::Method::btree;
    const double pages =
        btree ? btree_pages_built(index, rows * index.rows_share).total()
              : relation(target.site, RelationLoad::Kind::index, static_cast<int>(i)).pages;
    effect.pages.push_back(pages);
    if (!logged) continue;
    effect.images += pages;
    image_bytes += index_build_wal(index, rows * index.rows_share, node.postgres);
  }
  if (effect.images > 0) effect.image = image_bytes / effect.images;
  effect.catalogs =
      catalog_work(job.by == Job::Rebuild::swap ? CatalogChange::swap : CatalogChange::refresh, t,
                   node.settings.wal_level);
  load.site = target.site;
  for (const double pages : effect.pages) load.extra_pages += pages;
  load.effects.push_back(std::move(effect));
}

}  // namespace models
