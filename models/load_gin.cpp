#include "models/load_builder.hpp"

/// GIN indexes: a row's entries go to the pending list, or with fastupdate off straight to the
/// tree.
namespace models {

GinLoad* LoadBuilder::gin_load(int relation) {
  for (GinLoad& gin : load_.gins)
    if (gin.relation == relation) return &gin;
  return nullptr;
}

/// Size at the start, and the layout that entries of the workload find.
void LoadBuilder::add_gin(const Table& table, const Index& index, const TableGeometry& geometry,
                          RelationLoad& relation) {
  GinLoad gin;
  gin.relation = static_cast<int>(load_.relations.size());
  gin.rows = geometry.rows;
  gin.layout = gin_layout(table, index, at(mesh_.nodes, relation.node).settings, geometry.widths,
                          geometry.per_page);
  const GinPages pages = gin_pages_built(gin.layout, gin.rows);
  constexpr double metapage = 1;
  relation.pages = metapage + pages.entries + pages.data;
  load_.gins.push_back(std::move(gin));
}

void LoadBuilder::add_gin_entries(RelationLoad& r, const std::vector<Contribution>& rows,
                                  bool logged) {
  GinLoad& gin = *gin_load(static_cast<int>(&r - load_.relations.data()));
  const GinRecords wal = gin.layout.fastupdate ? gin_pending_insert(gin.layout)
                                               : gin_direct_insert(gin.layout, gin.rows);
  for (const Contribution& c : rows) {
    if (logged) add_wal(r.node, c.driver, c.amount * wal.bytes, c.amount * wal.records);
    accumulate(gin.rate, c.driver, c.amount);
  }
  const auto id = static_cast<int>(&gin - load_.gins.data());
  if (!gin.layout.fastupdate) return;
  const int pending = driver(-1, -1, id, Driver::Part::pending);
  r.growth = {{pending, 1 / gin.layout.rows_per_list_page()}};
}

}  // namespace models
