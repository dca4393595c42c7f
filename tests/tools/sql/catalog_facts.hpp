#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "tools/sql/schema.hpp"

/// A schema as sorted lines of text, to compare with the same lines made of a server's catalogs.
namespace sql {

inline constexpr std::array<const char*, 6> index_methods{"btree", "hash",   "gin",
                                                          "gist",  "spgist", "brin"};

inline std::string facts_of(const models::Table& table) {
  static constexpr std::array kinds{"r", "m", "v", "f", "p"};
  static constexpr std::array persistences{"p", "u", "t"};
  static constexpr std::array identities{"d", "i", "f", "n"};
  return fmt::format("{} kind={} persistence={} fillfactor={} identity={}", table.qualified_name(),
                     kinds.at(static_cast<std::size_t>(table.kind)),
                     persistences.at(static_cast<std::size_t>(table.persistence)), table.fillfactor,
                     identities.at(static_cast<std::size_t>(table.replica_identity)));
}

inline std::vector<std::string> facts_read(const Schema& schema) {
  std::vector<std::string> facts;
  for (const models::Table& table : schema.tables) {
    facts.push_back(facts_of(table));
    const std::string name = table.qualified_name();
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      const models::Column& column = table.columns[i];
      facts.push_back(fmt::format("{} column {} {} {} typmod={} not_null={} generated={}", name,
                                  i + 1, column.name, column.type, column.typmod, column.not_null,
                                  column.generated));
    }
    const auto parts = [&](const std::vector<models::IndexColumn>& columns) {
      std::string list;
      for (const models::IndexColumn& part : columns)
        list += " " + (part.column >= 0 ? table.columns[static_cast<std::size_t>(part.column)].name
                                        : "(expression)");
      return list;
    };
    for (const models::Index& index : table.indexes)
      facts.push_back(
          fmt::format("{} index {} {} unique={} primary={} fillfactor={} partial={} deduplicate={} "
                      "keys{} include{}",
                      name, index.name, index_methods.at(static_cast<std::size_t>(index.method)),
                      index.unique, index.primary, index.fillfactor, !index.predicate.empty(),
                      index.deduplicate, parts(index.keys), parts(index.includes)));
    for (const models::ForeignKey& key : table.foreign_keys) {
      std::string columns;
      for (const int column : key.columns)
        columns += " " + table.columns[static_cast<std::size_t>(column)].name;
      facts.push_back(fmt::format("{} foreign key {}{} -> {} {}", name, key.name, columns,
                                  key.referenced, key.on_delete));
    }
  }
  std::sort(facts.begin(), facts.end());
  return facts;
}

}  // namespace sql
