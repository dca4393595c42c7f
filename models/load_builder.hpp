#pragma once

#include <algorithm>
#include <limits>
#include <vector>

#include "models/load.hpp"
#include "models/pgoutput.hpp"
#include "models/wal_record.hpp"

/// Internal to models/load*.cpp: how a Load is put together.
namespace models {

template <class Vector>
auto& at(Vector& vector, int i) {
  return vector[static_cast<std::size_t>(i)];
}

inline double aligned8(const Length& length) { return length.aligned8(); }

/// Fills of leaves are numbered after those of updates, whose number is known at the end only.
inline constexpr int leaf_fills = 1'000'000;

/// Adds to what a driver contributes.
void accumulate(std::vector<Contribution>& list, int driver, double amount);

double prunes_per_delete(const TableGeometry& g, int fillfactor,
                         const std::vector<PageClass>& classes, double deletes);

/// Builds a Load statement by statement.
class LoadBuilder {
 public:
  LoadBuilder(const Mesh& mesh, const std::vector<Site>& sites, const Draws& draws,
              CurveCache& curves)
      : mesh_{mesh}, sites_{sites}, draws_{draws}, curves_{curves} {}

  Load build();

 private:
  struct Target {
    int site;
    int clock;
    int gate;     // subscription that applies it; -1 = the original statement
    double rate;  // executions per second at factor 1
    double connections;
    double sweep = 0;       // share of the table's rows that one execution changes in one go
    bool bulk = false;      // of a job: many rows at once
    bool replaces = false;  // inserts where the same keys were just deleted
  };

  void add_relations();
  void describe_vacuum(SiteLoad& load, const Table& t, const TableGeometry& g,
                       const Site& site) const;
  void add_streams();
  void add_jobs();
  void add_copies();
  void add_compute();
  void add_stream_compute(const Stream& stream);
  void add_federated_compute();
  double scanned_rows(const Statement& statement) const;
  double cpu_of(const Statement& statement, const CpuCost& cost) const;
  double cpu_of(const Stream& stream) const;
  double stream_rate(const Stream& stream) const;
  ClosedClients closed_clients(const Stream& stream) const;
  void add_copy(int subscription, int table);
  void add_statement_job(const Job& job, JobLoad& load);
  void add_effects(const Statement& statement, int database, JobLoad& load);
  void truncate(int table, double rows, JobLoad& load);
  void add_rebuild(const Job& job, JobLoad& load);
  void fill_new_files(const Job& job, const Target& target, JobLoad& load);
  void refresh_concurrently(const Job& job, const Target& target, JobLoad& load);
  double bulk_seconds(const Job& job) const;
  double executions(const Job& job) const;
  double entries_to_come(const std::vector<Contribution>& entries) const;
  void add_transaction(const Stream& stream, int clock, double rate, bool bulk = false);
  double swept_share(const Statement& statement, int site) const;
  void add_statement(const Statement& statement, const Target& target);
  void add_reads(const Statement& statement, const Target& target, double rows);
  void add_upsert(const Statement& statement, const Target& target, double rows);
  void add_insert(const Statement& statement, const Target& target, double rows, bool copy);
  void add_update(const Statement& statement, const Target& target, double rows);
  void write_toast(const Target& target, const ToastPlan& values, double rate);
  void drop_toast(const Target& target, const ToastPlan& values, DrawnAccess access, double rate);
  void change_rows(const Statement& statement, const Target& target, double rows);
  void add_delete(const Statement& statement, const Target& target, double rows);
  /// How index entries come about: by inserts, or by updates that change these columns.
  struct Entries {
    const std::vector<int>* changed = nullptr;
    DrawnAccess access;
    double first_touches = 0;  // updates within a checkpoint cycle
    /// Of one statement that goes through the table: its passes per second.
    std::vector<Contribution> passes;
    bool sweep() const { return !passes.empty(); }
  };
  void add_index_entries(const Target& target, double rate, const std::vector<Contribution>& by,
                         const Entries& how);
  static void add_first_pages(RelationLoad& r, const TableGeometry& g, double pages);
  void add_rightmost_entries(RelationLoad& r, const IndexGeometry& index,
                             const std::vector<Contribution>& entries);
  void add_null_entries(RelationLoad& r, const IndexGeometry& index,
                        const std::vector<Contribution>& entries);
  void add_scattered_entries(RelationLoad& r, const IndexGeometry& index,
                             const std::vector<Contribution>& entries, bool new_key,
                             const Entries& how);
  GinLoad* gin_load(int relation);
  void add_gin(const Table& table, const Index& index, const TableGeometry& geometry,
               RelationLoad& relation);
  void add_gin_entries(RelationLoad& r, const std::vector<Contribution>& rows, bool logged);
  std::vector<PageClass> leaf_classes(const IndexGeometry& index, const TableGeometry& g,
                                      DrawnAccess access) const;
  static void flatten(std::vector<PageClass>& classes, double first_touches);
  void finish_leaves();
  LeafLoad& leaf_load(RelationLoad& r, const IndexGeometry& index);
  double versions_under_hold(int site, const std::vector<Contribution>& entries) const;
  static void touch(RelationLoad& r, std::vector<PageClass> classes, std::vector<Contribution> by,
                    TouchPattern::Where where = TouchPattern::Where::anywhere);
  static void touch_in_passes(RelationLoad& r, std::vector<PageClass> classes,
                              const std::vector<Contribution>& by,
                              const std::vector<Contribution>& passes);
  static void set_oldest_apart(RelationLoad& r);
  void add_quiet_leaves(RelationLoad& r) const;
  static void lay_over(RelationLoad& r);
  static std::vector<ImagedPages> merged(std::vector<ImagedPages> pages, std::size_t most);
  void add_commit(int node, int clock, int gate, double rate);
  void publish(const Statement& statement, const Target& target, double rows);
  double wire_bytes(const Statement& statement, int subscription, int table) const;
  WireShape wire_shape(int subscription, int table) const;
  double passing_share(int subscription, int table) const;
  double sent_share(const Statement& statement, int subscription) const;
  void count_published(const Statement& statement, const Target& target, int subscription);
  void buffer_transaction(const Stream& stream, int clock, double rate);
  void finish_updates();
  void describe_updates(UpdateLoad& updates);
  void place_few_rows(UpdateLoad& updates) const;
  bool may_be_held(int database) const;

  int clock_of(const Stream& stream);
  int room_needed(const std::vector<Statement>& statements, int database) const;
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
    bool sweep = false;
  };
  bool played_with_updates(const Statement& statement, const Target& target) const;

  const Mesh& mesh_;
  const std::vector<Site>& sites_;
  const Draws& draws_;
  CurveCache& curves_;
  Load load_;
  std::vector<TableGeometry> geometry_;        // by site
  std::vector<int> first_relation_;            // by site; -1 = not stored
  std::vector<std::vector<Pending>> pending_;  // by site
  std::vector<int> truncated_;                 // sites that a job empties
};

}  // namespace models
