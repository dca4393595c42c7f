#include <algorithm>
#include <cmath>

#include "models/simulation.hpp"
#include "models/wal_record.hpp"

/// Images that VACUUM and ANALYZE log at once: pages that become all-visible, maps, catalogs.
namespace models {
namespace {

constexpr double map_levels = 3;        // of a free space map
constexpr double heap_per_map = 32672;  // pages that one page of a visibility map covers

}  // namespace

bool Simulation::logs_hints(std::size_t n) const {
  return mesh_.nodes[n].data_checksums || mesh_.nodes[n].settings.wal_log_hints;
}

/// Pages that VACUUM makes all-visible, and the maps that say so.
///
/// Without checksums a page's own image is left out. With them its hint bits are logged
/// (FPI_FOR_HINT) or else VISIBLE carries the image, when rows were inserted before the redo point
/// and nothing touched the page since: pages filled later have none to log.
/// Source    heapam.c, log_heap_visible(); bufmgr.c, MarkBufferDirtyHint(); visibilitymap.c
void Simulation::log_visible_images(std::size_t index) {
  const auto n = static_cast<std::size_t>(layout_.sites[index].node);
  NodeState& node = nodes_[n];
  SiteState& state = sites_[index];
  const SiteLoad& load = load_.sites[index];
  if (!mesh_.nodes[n].settings.full_page_writes || state.run.work.made_visible < 0.5) return;
  if (logs_hints(n)) {
    const double pages = state.inserted_before / load.rows_per_page;
    node.flow.add_images(std::min(pages, state.run.work.made_visible), load.full_page);
  }
  if (state.maps_redo == node.redo) return;
  state.maps_redo = node.redo;
  double maps = std::ceil(state.run.work.table_pages / heap_per_map);
  if (logs_hints(n) && load.inserted.empty()) maps += map_levels;
  node.flow.add_images(maps, page_image(page_size));
}

/// Leaves that lose every entry leave the tree, and each changes its right sibling.
/// Source    src/backend/access/nbtree/nbtpage.c, _bt_unlink_halfdead_page()
/// Measured  54 images for 20 000 rows of the oldest on PostgreSQL 15, 54.6 leaves
void Simulation::log_unlinked_images(std::size_t index) {
  const auto n = static_cast<std::size_t>(layout_.sites[index].node);
  if (!mesh_.nodes[n].settings.full_page_writes) return;
  std::size_t pass = 0;
  for (const std::size_t r : relations_of_site_[index]) {
    if (load_.relations[r].kind != RelationLoad::Kind::index) continue;
    const double emptied = sites_[index].run.work.indexes[pass++].emptied;
    if (emptied > 0) nodes_[n].flow.add_images(emptied, load_.relations[r].leaf_image);
  }
}

/// Catalog pages that an ANALYZE is the first to touch since the redo point.
void Simulation::log_catalog_images(std::size_t index) {
  const auto n = static_cast<std::size_t>(layout_.sites[index].node);
  NodeState& node = nodes_[n];
  SiteState& state = sites_[index];
  if (!mesh_.nodes[n].settings.full_page_writes) return;
  if (node.analyzed_redo != node.redo) {
    node.analyzed_redo = node.redo;
    node.analyzed = {};
  }
  if (state.analyzed_redo == node.redo) return;
  state.analyzed_redo = node.redo;
  const StatisticRows& more = load_.sites[index].statistics;
  StatisticRows all = node.analyzed;
  all.rows += more.rows;
  all.bytes += more.bytes;
  all.chunks += more.chunks;
  all.chunk_bytes += more.chunk_bytes;
  node.flow.add_images(statistic_pages(all) - statistic_pages(node.analyzed),
                       page_image(page_size));
  if (logs_hints(n))
    node.flow.add_images(statistic_map_pages(all) - statistic_map_pages(node.analyzed),
                         page_image(page_size));
  node.analyzed = all;
}

}  // namespace models
