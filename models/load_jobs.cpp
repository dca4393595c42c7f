#include "models/load_builder.hpp"

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
    load_.jobs.push_back(load);
    if (job.kind == Job::Kind::rebuild)
      add_rebuild(job, load_.jobs.back());
    else
      add_statement_job(job, load_.jobs.back());
  }
}

void LoadBuilder::add_statement_job(const Job& job, JobLoad& load) {
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
  add_transaction(once, load.clock, 1 / load.duration, true);
}

void LoadBuilder::add_rebuild(const Job& job, JobLoad& load) {
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
  load.heap = at(first_relation_, site);
  load.extra_pages = heap_pages(rows, g.per_page);
  for (const IndexGeometry& index : g.indexes)
    load.extra_pages += btree_pages_built(index.layout, rows * index.layout.rows_share).total();
  Target fills = target;
  fills.new_files = std::max(1.0, rows);
  fill_new_files(fills, job.by);
  // A swapped table has left its publications, and a materialized view cannot be in one.
  if (job.by == Job::Rebuild::truncate_insert) publish(insert, fills, 1);
}

/// Rows that fill new files from the first page on: no images, and no page more than before once
/// the old files are gone. The subscriber does the same, because TRUNCATE is replicated.
void LoadBuilder::fill_new_files(const Target& target, Job::Rebuild by) {
  const TableGeometry& g = at(geometry_, target.site);
  const Node& node = node_of(target.site);
  double wal = insert_wal(g.layout, target.gate >= 0);
  for (const IndexGeometry& index : g.indexes)
    wal += by == Job::Rebuild::truncate_insert
               ? index.layout.rows_share * index_insert_wal(index.layout, index.order)
               : index_build_wal(index.layout, target.new_files * index.layout.rows_share,
                                 node.postgres) /
                     target.new_files;
  add_wal(at(sites_, target.site).node, driver(target.clock, target.gate), target.rate * wal,
          target.rate * (1 + static_cast<double>(g.indexes.size())));
}

}  // namespace models
