#include <cmath>

#include "models/layout.hpp"
#include "models/load_builder.hpp"
#include "sim/math.hpp"

namespace models {
namespace {

/// Children per internal page.
double internal_fanout(const IndexLayout& index) {
  return 1 + std::floor(5675 / (index.pivot + line_pointer));
}

/// Keys so few that each fills whole leaves: new entries come last among their equals.
bool few_keys(const IndexGeometry& index) {
  return index.layout.deduplicates && index.layout.distinct > 0 &&
         index.layout.distinct < index.leaves;
}

/// NULLs on leaves of their own, as a rule: posting lists are far shorter than other entries.
bool separate_nulls(const IndexGeometry& index) {
  return index.layout.deduplicates && index.layout.null_share > 0 && index.layout.null_share < 1;
}

/// Leaves of NULLs at the start.
double null_leaves(const IndexGeometry& index, double rows) {
  const double nulls = rows * index.layout.rows_share * index.layout.null_share;
  return std::min(null_leaves_built(index.layout, nulls), 0.9 * index.leaves);
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

bool leads_with(const Index& index, const std::vector<int>& columns) {
  return !index.keys.empty() &&
         std::find(columns.begin(), columns.end(), index.keys[0].column) != columns.end();
}

}  // namespace

/// Entries for every index of a table: by inserts (`changed` empty) or by updates that are not HOT.
void LoadBuilder::add_index_entries(const Target& target, double rate,
                                    const std::vector<Contribution>& by, const Entries& how) {
  const Table& t = table(target.site);
  const TableGeometry& g = at(geometry_, target.site);
  for (std::size_t i = 0; i < t.indexes.size(); ++i) {
    const IndexGeometry& index = g.indexes[i];
    RelationLoad& r = relation(target.site, RelationLoad::Kind::index, static_cast<int>(i));
    std::vector<Contribution> entries;
    for (const Contribution& c : by)
      entries.push_back({c.driver, c.amount * rate * index.layout.rows_share});
    const bool logged = t.persistence == Persistence::permanent;
    if (t.indexes[i].method == Index::Method::gin) {
      add_gin_entries(r, entries, logged);
      continue;
    }
    if (logged)
      for (const Contribution& c : entries)
        add_wal(r.node, c.driver, c.amount * aligned8(btree_insert_leaf(index.layout)), c.amount);
    const bool new_key = how.changed == nullptr || reads_any(t.indexes[i], *how.changed);
    // A new value of an ascending column, updated_at = now(), is the greatest whoever writes it.
    const bool greatest = how.changed == nullptr || leads_with(t.indexes[i], *how.changed);
    if (greatest && index.order == KeyOrder::ascending && !target.replaces)
      add_rightmost_entries(r, index, entries);
    else
      add_scattered_entries(r, index, entries, new_key, how);
  }
}

/// An empty index is a metapage; its first leaf, and the root above it, come with the entries.
void LoadBuilder::add_first_pages(RelationLoad& r, const TableGeometry& g, double pages) {
  if (r.pages - r.added >= pages) return;
  const double there = g.rows > 0 ? r.pages - r.added : 1;
  r.pages = std::max(r.pages, pages);
  r.added = r.pages - there;
}

/// Entries on the right: one leaf is filled after the other, and split off when it is full.
void LoadBuilder::add_rightmost_entries(RelationLoad& r, const IndexGeometry& index,
                                        const std::vector<Contribution>& entries) {
  const TableGeometry& g = at(geometry_, r.site);
  const double per_leaf = rows_per_leaf_ascending(index.layout);
  r.rows_per_leaf = per_leaf;
  r.leaf_image = page_image(leaf_content(index.fill));
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
  // The metapage and a root, and one more when the root leaf splits.
  double expected = g.rows * index.layout.rows_share;
  for (const Contribution& c : entries) expected += c.amount * seconds(mesh_.horizon);
  add_first_pages(r, g, expected > per_leaf ? 3 : 2);
  if (index.internal > 0) r.imaged.push_back(std::move(parent));
}

/// NULLs come last in an index of one column and fill one leaf after the other.
void LoadBuilder::add_null_entries(RelationLoad& r, const IndexGeometry& index,
                                   const std::vector<Contribution>& entries) {
  ImagedPages last;
  last.pages = 1;
  last.image = page_image(leaf_content(0.5)) - index.layout.tuple.mean;
  // A split leaves 96 % behind: the rest of its 8152 bytes moves.
  const double moved = 0.04 * btree_page_usable, leaves = null_leaves_per_row();
  const double split = aligned8(btree_split_record(index.layout, moved, true)) +
                       aligned8(btree_insert_upper(index.layout.pivot));
  for (const Contribution& c : entries) {
    if (table(r.site).persistence == Persistence::permanent)
      add_wal(r.node, c.driver, c.amount * leaves * split, 2 * c.amount * leaves);
    accumulate(r.growth, c.driver, c.amount * leaves);
    last.touches.push_back(c);
  }
  r.imaged.push_back(std::move(last));
}

/// Versions that a row gets while the longest hold of its database lasts, at least one.
double LoadBuilder::versions_under_hold(int site, const std::vector<Contribution>& entries) const {
  double longest = 0, rate = 0;
  for (const Incident& incident : mesh_.incidents) {
    if (!holds_horizon(incident, at(load_.sites, site).database)) continue;
    const double drawn = draws_(incident.duration);
    longest = std::max(longest, drawn > 0 ? drawn : seconds(mesh_.horizon));
  }
  for (const Contribution& c : entries) rate += c.amount;
  const double rows = std::max(1.0, at(geometry_, site).rows);
  return std::max(1.0, rate * std::min(longest, seconds(mesh_.horizon)) / rows);
}

/// Entries anywhere: leaves split in the middle as they run full.
void LoadBuilder::add_scattered_entries(RelationLoad& r, const IndexGeometry& index,
                                        const std::vector<Contribution>& all, bool new_key,
                                        const Entries& how) {
  std::vector<Contribution> entries = all;
  const bool nulls_apart = separate_nulls(index);
  if (nulls_apart && new_key) {
    std::vector<Contribution> nulls = all;
    for (Contribution& c : nulls) c.amount *= index.layout.null_share;
    for (Contribution& c : entries) c.amount *= 1 - index.layout.null_share;
    add_null_entries(r, index, nulls);
  }
  const TableGeometry& g = at(geometry_, r.site);
  // An entry for a new version of a row under an unchanged key replaces one that bottom-up deletion
  // removes before the leaf would split (nbtdedup.c, _bt_bottomupdel_pass()).
  // While dead rows are held it cannot, nor while a statement replaces many rows: the leaves fill.
  if (new_key) {
    LeafLoad& leaves = leaf_load(r, index);
    for (const Contribution& c : entries) {
      accumulate(leaves.rate, c.driver, c.amount);
    }
  } else if (at(load_.sites, r.site).may_be_held || how.sweep()) {
    LeafLoad& leaves = leaf_load(r, index);
    const double share =
        version_share(index.layout, how.sweep() ? 1 : versions_under_hold(r.site, entries));
    for (Contribution c : entries) {
      c.amount *= share;
      const Driver from = at(load_.drivers, c.driver);
      const auto part =
          from.part == Driver::Part::moves ? Driver::Part::kept_moves : Driver::Part::kept_fits;
      const int kept = driver(from.clock, from.gate, from.updates, part);
      if (how.sweep()) {
        accumulate(leaves.rate, kept, c.amount);
      } else {
        accumulate(leaves.unchanged, c.driver, c.amount);
        accumulate(leaves.kept, kept, c.amount);
      }
    }
  }
  r.image = page_image(leaf_content(index.fill)) - index.layout.tuple.mean;
  r.replaced = index.layout.tuple.mean;
  if (how.changed == nullptr && few_keys(index)) {
    ImagedPages last;
    last.pages = index.layout.distinct;
    last.image = page_image(leaf_content(0.5)) - index.layout.tuple.mean;
    last.touches = entries;
    r.imaged.push_back(std::move(last));
    return;
  }
  const double with_nulls =
      nulls_apart ? null_leaves(index, g.rows) / std::max(1.0, index.leaves) : 0;
  const double leaves = (1 - with_nulls) / (1 + 1 / internal_fanout(index.layout));
  // Unchanged keys in the order of the heap: the leaves are passed with its pages.
  if (how.sweep() && !new_key && index.order == KeyOrder::ascending)
    return touch_in_passes(r, {{leaves, 1}, {1 - leaves, 0}}, entries, how.passes);
  for (const Contribution& c : entries) {
    auto classes = how.changed == nullptr ? std::vector<PageClass>{{1, 1}}
                                          : leaf_classes(index, g, how.access);
    if (at(load_.drivers, c.driver).part == Driver::Part::moves)
      flatten(classes, how.first_touches);
    for (PageClass& p : classes) p.pages *= leaves;
    classes.push_back({1 - leaves, 0});  // internal pages
    touch(r, std::move(classes), {c});
  }
}

/// Notes who touches the pages of a relation; patterns over the same classes share them.
void LoadBuilder::touch(RelationLoad& r, std::vector<PageClass> classes,
                        std::vector<Contribution> by, TouchPattern::Where where) {
  for (TouchPattern& known : r.patterns) {
    if (known.where != where || known.classes != classes || !known.passes.empty()) continue;
    for (const Contribution& c : by) accumulate(known.touches, c.driver, c.amount);
    return;
  }
  r.patterns.push_back({where, std::move(classes), std::move(by), {}});
}

/// The same of statements that go through the relation from page to page.
void LoadBuilder::touch_in_passes(RelationLoad& r, std::vector<PageClass> classes,
                                  const std::vector<Contribution>& by,
                                  const std::vector<Contribution>& passes) {
  auto known = std::find_if(r.patterns.begin(), r.patterns.end(), [&](const TouchPattern& p) {
    return p.classes == classes && !p.passes.empty();
  });
  if (known == r.patterns.end())
    known = r.patterns.insert(known, {TouchPattern::Where::anywhere, std::move(classes), {}, {}});
  for (const Contribution& c : by) accumulate(known->touches, c.driver, c.amount);
  for (const Contribution& c : passes) accumulate(known->passes, c.driver, c.amount);
}

/// Pages of the oldest rows apart from all others, when the others are pages of the newest.
void LoadBuilder::set_oldest_apart(RelationLoad& r) {
  using Where = TouchPattern::Where;
  const auto is = [](Where where) {
    return [where](const TouchPattern& pattern) { return pattern.where == where; };
  };
  if (std::any_of(r.patterns.begin(), r.patterns.end(), is(Where::anywhere)) ||
      std::none_of(r.patterns.begin(), r.patterns.end(), is(Where::newest)))
    return;
  for (const TouchPattern& pattern : r.patterns) {
    if (pattern.where != Where::oldest) continue;
    ImagedPages& pages = r.imaged.emplace_back();
    pages.share = pattern.classes.front().pages;
    pages.touches = pattern.touches;
  }
  std::erase_if(r.patterns, is(Where::oldest));
}

/// Pages on which all patterns are constant, as if independent of each other; neighbours are merged
/// beyond 32.
void LoadBuilder::lay_over(RelationLoad& r) {
  constexpr std::size_t most = 32;
  set_oldest_apart(r);
  std::vector<ImagedPages> pages(1);
  for (const TouchPattern& pattern : r.patterns) {
    std::vector<ImagedPages> finer;
    for (const ImagedPages& coarse : pages) {
      for (const PageClass& p : pattern.classes) {
        if (p.pages <= 0) continue;
        ImagedPages& both = finer.emplace_back(coarse);
        both.share = coarse.share * p.pages;
        for (auto* touches : {&both.touches, &both.swept})
          for (Contribution& c : *touches) c.amount *= p.pages;
        for (const Contribution& c : pattern.touches)
          accumulate(pattern.passes.empty() ? both.touches : both.swept, c.driver,
                     c.amount * p.touches * coarse.share);
        for (const Contribution& c : pattern.passes) accumulate(both.passes, c.driver, c.amount);
      }
    }
    pages = merged(std::move(finer), most);
  }
  for (ImagedPages& p : pages)
    if (!p.touches.empty() || !p.swept.empty()) r.imaged.push_back(std::move(p));
}

/// Joins the classes whose touches per page are most alike until `most` are left.
std::vector<ImagedPages> LoadBuilder::merged(std::vector<ImagedPages> pages, std::size_t most) {
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
        for (const Contribution& c : pages[i].swept)
          accumulate(fewer.back().swept, c.driver, c.amount);
      } else {
        fewer.push_back(std::move(pages[i]));
      }
    }
    pages = std::move(fewer);
  }
  return pages;
}

std::vector<PageClass> LoadBuilder::leaf_classes(const IndexGeometry& index, const TableGeometry& g,
                                                 DrawnAccess access) const {
  // An index whose key follows the heap's order sees the heap's pattern; any other one sees it
  // scattered.
  if (index.order != KeyOrder::ascending) access.keys = Access::Keys::scattered;
  return curves_.classes(access, std::max(1.0, g.rows), index.leaves);
}

/// A row moves when its page is visited for the first time since it was full, so moves spread over
/// the pages that are visited at all, not in proportion to their visits.
void LoadBuilder::flatten(std::vector<PageClass>& classes, double first_touches) {
  double sum = 0;
  for (PageClass& p : classes) {
    if (p.pages <= 0) continue;
    p.touches = p.pages * sim::one_minus_exp(first_touches * p.touches / p.pages);
    sum += p.touches;
  }
  for (PageClass& p : classes) p.touches /= std::max(sum, 1e-300);
}

/// The curves, when it is known how many entries will come.
void LoadBuilder::finish_leaves() {
  for (LeafLoad& leaves : load_.leaves) {
    leaves.shape.to_come = entries_to_come(leaves.rate) + entries_to_come(leaves.kept);
    leaves.curve = curves_.leaves(leaves.shape);
    leaves.rows = leaves.curve->unit() * leaves.shape.leaves;
    const int site = at(load_.relations, leaves.relation).site;
    if (std::find(truncated_.begin(), truncated_.end(), site) == truncated_.end()) continue;
    leaves.empty.to_come = leaves.shape.to_come;
    leaves.from_empty = curves_.leaves(leaves.empty);
    leaves.rows_share = at(load_.relations, leaves.relation).rows_share;
    leaves.rows_from_empty = leaves.from_empty->unit() * leaves.empty.leaves;
  }
}

/// Entries until the horizon: of streams at factor 1, of jobs as often as they run.
double LoadBuilder::entries_to_come(const std::vector<Contribution>& entries) const {
  double sum = 0;
  for (const Contribution& c : entries) {
    const int clock = at(load_.drivers, c.driver).clock;
    const double busy = clock < 0 ? -1 : at(load_.clocks, clock).busy;
    sum += c.amount * (busy < 0 ? seconds(mesh_.horizon) : busy);
  }
  return sum;
}

LeafLoad& LoadBuilder::leaf_load(RelationLoad& r, const IndexGeometry& index) {
  const auto id = static_cast<int>(&r - load_.relations.data());
  for (LeafLoad& known : load_.leaves)
    if (known.relation == id) return known;
  const TableGeometry& g = at(geometry_, r.site);
  const bool nulls_apart = separate_nulls(index);
  const IndexLayout layout = nulls_apart ? without_nulls(index.layout) : index.layout;
  double entries = g.rows * layout.rows_share;
  double first = entries < rows_per_leaf_built(index.layout) ? 1 : index.leaves;
  if (few_keys(index)) {
    // Only the last leaf of every key grows: shared with the next key when CREATE INDEX packed it,
    // half full on average otherwise.
    first = layout.distinct;
    entries = first * (index.built ? 1.0 : 0.5) * rows_per_leaf_built(layout);
  } else if (nulls_apart) {
    entries *= 1 - index.layout.null_share;
    first = std::max(1.0, first - null_leaves(index, g.rows));
  }
  // CREATE INDEX packs all leaves but the last alike, which in a small index is a good part of it.
  if (index.built && first > 1 && !few_keys(index))
    first = std::max(1.0, entries / rows_per_leaf_built(layout));
  LeafLoad& leaves = load_.leaves.emplace_back();
  leaves.relation = id;
  leaves.shape = LeafCurve::shape(
      layout, entries, first,
      first == 1 || index.built ? LeafCurve::Start::built : LeafCurve::Start::grown);
  add_first_pages(r, g, 2);  // the metapage and a root
  leaves.empty = LeafCurve::shape(layout, 0, 1, LeafCurve::Start::built);
  const auto fill = static_cast<int>(load_.leaves.size()) - 1;
  r.fill = leaf_fills + fill;  // made an index into all fills when the updates are counted
  if (table(r.site).persistence != Persistence::permanent) return leaves;
  const int splits = driver(-1, -1, fill, Driver::Part::splits);
  const int merges = driver(-1, -1, fill, Driver::Part::merges);
  // Half of the leaf moves, without its line pointers; posting tuples have few of them.
  const double slot = index.layout.tuple.mean + line_pointer;
  const double moved =
      btree_page_usable / 2 * (leaves.shape.key > 0 ? 1 : index.layout.tuple.mean / slot);
  add_wal(r.node, splits,
          aligned8(btree_split_record(index.layout, moved, false)) +
              aligned8(btree_insert_upper(index.layout.pivot)) -
              aligned8(btree_insert_leaf(index.layout)),
          1);
  constexpr double interval = 4, padding = 3.5;
  add_wal(r.node, merges, btree_dedup_record(0) + padding, 1);
  add_wal(r.node, driver(-1, -1, fill, Driver::Part::intervals), interval, 0);
  accumulate(r.growth, splits, 1 + 1 / internal_fanout(index.layout));
  ImagedPages parents;
  parents.pages = std::max(1.0, index.internal);
  parents.image = page_image(page_size * 0.7);
  parents.touches = {{splits, 1}};
  r.imaged.push_back(std::move(parents));
  return leaves;
}

}  // namespace models
