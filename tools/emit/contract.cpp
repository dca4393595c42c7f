#include "tools/emit/contract.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

namespace emit {
namespace {

using models::Column;
using models::Mesh;
using models::Product;
using models::Table;

/// A product's table as a consumer knows it.
struct Shared {
  const Table* table = nullptr;
  std::vector<int> columns;
  std::string filter;
};

std::map<std::string, Shared> tables_of(const Mesh& mesh, const Product& product) {
  std::map<std::string, Shared> tables;
  for (std::size_t t = 0; t < product.tables.size(); ++t) {
    const Table& table = mesh.tables[static_cast<std::size_t>(product.tables[t])];
    std::vector<int> columns = product.column_lists[t];
    if (columns.empty()) columns = plain_columns(table);
    tables[table.qualified_name()] = {&table, std::move(columns), product.row_filters[t]};
  }
  return tables;
}

std::vector<std::string> key_of(const Table& table) {
  std::vector<std::string> names;
  for (const models::Index& index : table.indexes)
    if (index.primary)
      for (const models::IndexColumn& key : index.keys)
        if (key.column >= 0)
          names.push_back(table.columns[static_cast<std::size_t>(key.column)].name);
  return names;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text.empty() ? "none" : text;
}

/// Every value of the old type is one of the new, unchanged. What a subscriber that still has the
/// old type makes of it is another question: it stops at the first value that does not fit.
bool widens(const Column& before, const Column& after) {
  static const std::vector<std::string> integers{"smallint", "integer", "bigint", "numeric"};
  const auto rank = [&](const Column& column) {
    return std::find(integers.begin(), integers.end(), column.type) - integers.begin();
  };
  if (before.type == after.type) {
    if (before.type == "character varying" || before.type == "bit varying")
      return after.typmod < 0 || (before.typmod >= 0 && after.typmod >= before.typmod);
    if (before.type == "numeric") {
      if (after.typmod < 0) return true;
      if (before.typmod < 0) return false;
      const int scale_before = before.typmod & 0x7FF, scale_after = after.typmod & 0x7FF;
      return scale_after >= scale_before &&
             (after.typmod >> 16) - scale_after >= (before.typmod >> 16) - scale_before;
    }
    return before.typmod == after.typmod;
  }
  if (after.type == "text" && before.type == "character varying") return true;
  const auto from = rank(before), to = rank(after);
  return from < to && static_cast<std::size_t>(to) < integers.size() && after.typmod < 0;
}

class Comparison {
 public:
  std::vector<ContractChange> changes;

  void product(const Mesh& old_mesh, const Product& before, const Mesh& new_mesh,
               const Product& after) {
    name_ = before.name;
    const auto old_tables = tables_of(old_mesh, before), new_tables = tables_of(new_mesh, after);
    for (const auto& [name, shared] : old_tables) {
      const auto now = new_tables.find(name);
      if (now == new_tables.end())
        breaking("table " + name + " is gone", "queries fail; replication stops delivering it",
                 true);
      else
        table(shared, now->second);
    }
    for (const auto& [name, shared] : new_tables)
      if (!old_tables.contains(name)) fine("table " + name + " is new");
    consumers(before, after);
  }
  void gone(const Product& product) {
    name_ = product.name;
    breaking("the product is gone", "every consumer loses it", true);
  }
  void added(const Product& product) {
    name_ = product.name;
    fine("the product is new");
  }

 private:
  void breaking(std::string what, std::string consequence, bool dbt_misses) {
    changes.push_back({true, name_, std::move(what), std::move(consequence), dbt_misses});
  }
  void fine(std::string what, std::string consequence = {}) {
    changes.push_back({false, name_, std::move(what), std::move(consequence), false});
  }

  void consumers(const Product& before, const Product& after) {
    for (const models::Consumer& consumer : before.consumers)
      if (std::none_of(after.consumers.begin(), after.consumers.end(),
                       [&](const models::Consumer& other) { return other.name == consumer.name; }))
        breaking("consumer " + consumer.name + " is gone", "it loses the product", true);
  }

  void table(const Shared& before, const Shared& after) {
    for (const int index : before.columns) {
      const Column& column = before.table->columns[static_cast<std::size_t>(index)];
      const int now = after.table->column_index(column.name);
      const bool shared = now >= 0 && std::find(after.columns.begin(), after.columns.end(), now) !=
                                          after.columns.end();
      if (!shared)
        breaking(fmt::format("{}.{} is {}", before.table->qualified_name(), column.name,
                             now < 0 ? "gone" : "no longer published"),
                 "queries on it fail; a NOT NULL replica stops", now >= 0);
      else
        compare(before, column, after.table->columns[static_cast<std::size_t>(now)]);
    }
    for (const int index : after.columns) {
      const Column& column = after.table->columns[static_cast<std::size_t>(index)];
      if (before.table->column_index(column.name) >= 0) continue;
      fine(fmt::format("{}.{} {} is new", after.table->qualified_name(), column.name,
                       full_type(column)),
           "add it at the subscriber before the publication");
    }
    keys(before, after);
    if (before.filter != after.filter)
      breaking(fmt::format("{}: the row filter changed from '{}' to '{}'",
                           before.table->qualified_name(), before.filter, after.filter),
               "rows that match no longer stay at the consumer, old rows that match now never come",
               true);
  }

  void compare(const Shared& before, const Column& was, const Column& is) {
    const std::string name = before.table->qualified_name() + "." + was.name;
    const std::string old_type = full_type(was), new_type = full_type(is);
    if (old_type != new_type) {
      const std::string what = fmt::format("{}: {} -> {}", name, old_type, new_type);
      // data_type: varchar matches any length, numeric any precision.
      const bool same_name = was.type == is.type;
      if (widens(was, is))
        breaking(what,
                 "a replica or foreign table with the old type fails at the first value that "
                 "does not fit: widen it there first",
                 same_name);
      else
        breaking(what, "values are cut or refused, and comparisons may change", same_name);
    }
    if (was.collation != is.collation)
      breaking(fmt::format("{}: collation {} -> {}", name,
                           was.collation.empty() ? "default" : was.collation,
                           is.collation.empty() ? "default" : is.collation),
               "order, < and min/max change; foreign sort results may be wrong", true);
    if (was.not_null && !is.not_null)
      breaking(name + ": NULL is allowed now", "a NOT NULL replica stops at the first NULL", true);
    if (!was.not_null && is.not_null) fine(name + ": NOT NULL now");
  }

  void keys(const Shared& before, const Shared& after) {
    const std::vector<std::string> old_key = key_of(*before.table), new_key = key_of(*after.table);
    if (old_key != new_key)
      breaking(fmt::format("{}: primary key ({}) -> ({})", before.table->qualified_name(),
                           joined(old_key), joined(new_key)),
               "replicated updates and deletes look for rows by the old key", true);
  }

  std::string name_;
};

const Product* find(const Mesh& mesh, const std::string& name) {
  for (const Product& product : mesh.products)
    if (product.name == name) return &product;
  return nullptr;
}

}  // namespace

std::vector<ContractChange> contract_changes(const Mesh& old_mesh, const Mesh& new_mesh) {
  Comparison comparison;
  for (const Product& product : old_mesh.products) {
    const Product* now = find(new_mesh, product.name);
    if (now == nullptr)
      comparison.gone(product);
    else
      comparison.product(old_mesh, product, new_mesh, *now);
  }
  for (const Product& product : new_mesh.products)
    if (find(old_mesh, product.name) == nullptr) comparison.added(product);
  return comparison.changes;
}

}  // namespace emit
