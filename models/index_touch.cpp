#include <algorithm>

#include "models/btree.hpp"
#include "models/rules.hpp"

namespace models {
namespace {

bool contains(const std::vector<int>& columns, int column) {
  return std::find(columns.begin(), columns.end(), column) != columns.end();
}

}  // namespace

std::vector<int> changed_columns(const Table& table, const Statement& statement) {
  std::vector<int> changed;
  const auto add = [&](int column) {
    if (column >= 0 && !contains(changed, column)) changed.push_back(column);
  };
  for (const int column : statement.columns)
    if (!contains(statement.unchanged, column)) add(column);
  for (const Trigger& trigger : table.triggers)
    if (trigger.before && trigger.row && trigger.on_update)
      for (const int column : trigger.assigns)
        if (!contains(statement.unchanged, column)) add(column);
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const Column& column = table.columns[i];
    const bool follows = column.generated_uses.empty() ||
                         std::any_of(column.generated_uses.begin(), column.generated_uses.end(),
                                     [&](int used) { return contains(changed, used); });
    const int number = static_cast<int>(i);
    if (column.generated && follows && !changed.empty() && !contains(statement.unchanged, number))
      add(number);
  }
  std::sort(changed.begin(), changed.end());
  return changed;
}

namespace {

bool index_reads(const Index& index, const std::vector<int>& changed) {
  const auto any = [&](const std::vector<int>& columns) {
    return std::any_of(columns.begin(), columns.end(), [&](int c) { return contains(changed, c); });
  };
  const auto reads = [&](const IndexColumn& key) {
    return key.column >= 0 ? contains(changed, key.column) : any(key.uses);
  };
  return std::any_of(index.keys.begin(), index.keys.end(), reads) ||
         std::any_of(index.includes.begin(), index.includes.end(), reads) ||
         any(index.predicate_uses);
}

}  // namespace

std::vector<int> hot_breaking_columns(const Table& table, const std::vector<int>& changed,
                                      int major) {
  std::vector<int> breaking;
  for (const int column : changed)
    if (!index_touch(table, {column}, major).hot) breaking.push_back(column);
  return breaking;
}

double same_value_share(const Table& table, const std::vector<int>& columns) {
  double share = columns.empty() ? 0 : 1;
  for (const int c : columns) {
    const Column& column = table.columns[static_cast<std::size_t>(c)];
    if (column.order == KeyOrder::ascending) return 0;
    const double null = column.null_fraction, value = 1 - null;
    share *= null * null + (column.distinct > 0 ? value * value / column.distinct : 0);
  }
  return share;
}

IndexTouch index_touch(const Table& table, const std::vector<int>& changed, int major) {
  IndexTouch touch{.hot = true, .in_hot = {}, .in_update = {}};
  for (std::size_t i = 0; i < table.indexes.size(); ++i) {
    const Index& index = table.indexes[i];
    touch.in_update.push_back(static_cast<int>(i));
    if (!index_reads(index, changed)) continue;
    const bool summarizing = index.method == Index::Method::brin && rules(major).hot_ignores_brin;
    if (summarizing)
      touch.in_hot.push_back(static_cast<int>(i));
    else
      touch.hot = false;
  }
  if (!touch.hot) touch.in_hot.clear();
  return touch;
}

}  // namespace models
