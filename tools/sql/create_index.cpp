#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "tools/sql/ddl_reader.hpp"
#include "tools/sql/index_text.hpp"
#include "tools/sql/names.hpp"
#include "tools/sql/options.hpp"
#include "tools/sql/spelling.hpp"

namespace sql {
namespace {

std::string slice(const Lexed& lexed, std::size_t first, std::size_t last) {
  return std::string{lexed.text.substr(lexed.tokens[first].begin,
                                       lexed.tokens[last].end - lexed.tokens[first].begin)};
}

}  // namespace

std::optional<models::Index::Method> index_method(std::string_view name) {
  using Method = models::Index::Method;
  struct Entry {
    std::string_view name;
    Method method;
  };
  static constexpr std::array methods{Entry{"btree", Method::btree},   Entry{"hash", Method::hash},
                                      Entry{"gin", Method::gin},       Entry{"gist", Method::gist},
                                      Entry{"spgist", Method::spgist}, Entry{"brin", Method::brin}};
  for (const Entry& entry : methods)
    if (entry.name == name) return entry.method;
  return std::nullopt;
}

IndexText::IndexText(const Lexed& lexed, std::size_t offset) {
  std::size_t open = 0;
  while (open < lexed.tokens.size() && (lexed.tokens[open].begin < offset || !lexed.is(open, '(')))
    ++open;
  const std::size_t close = lexed.closing(open);
  if (close >= lexed.tokens.size()) return;
  for (std::size_t first = open + 1; first < close;) {
    offsets_.push_back(lexed.tokens[first].begin);
    std::size_t bracket = close, end = first;
    for (; end < close && !lexed.is(end, ','); ++end) {
      if (!lexed.is(end, '(')) continue;
      if (bracket == close) bracket = end;
      end = lexed.closing(end);
    }
    expressions_.push_back(bracket < close ? slice(lexed, first, lexed.closing(bracket)) : "");
    first = end + 1;
  }
  for (std::size_t i = close + 1; i < lexed.tokens.size(); ++i) {
    if (lexed.is(i, ',') || lexed.is(i, ')')) return;  // EXCLUDE among a table's elements
    if (lexed.is(i, "WHERE") && i + 1 < lexed.tokens.size()) {
      const std::size_t last = lexed.is(0, "CREATE") && lexed.find(0, "INDEX") < open
                                   ? lexed.tokens.size() - 1
                                   : lexed.closing(i + 1);
      predicate_ = slice(lexed, i + 1, std::min(last, lexed.tokens.size() - 1));
      return;
    }
    if (lexed.is(i, '(')) i = lexed.closing(i);
  }
}

/// Adds the columns an expression reads, each once.
bool DdlReader::columns_used(const Table& table, Node expression, std::vector<int>& columns) {
  for (Node::Walk walk{expression}; !walk.done(); walk.enter()) {
    if (walk.field() != "ColumnRef") continue;
    const Node last = walk.node()["fields"].back();
    if (!last.is("String")) continue;  // row.*
    const int found = column(table, last.content()["sval"].text(), walk.node().location());
    if (found < 0) return false;
    if (std::find(columns.begin(), columns.end(), found) == columns.end()) columns.push_back(found);
  }
  return true;
}

bool DdlReader::index_column(const Table& table, Node element, const IndexText& text,
                             std::vector<models::IndexColumn>& columns,
                             std::vector<std::string>& names) {
  models::IndexColumn made;
  if (const Node name = element["name"]) {
    made.column = column_at(table, name.text(), text.offset(names.size()));
    if (made.column < 0) return false;
    names.push_back(name.string());
  } else {
    made.expression = text.expression(names.size());
    if (!columns_used(table, element["expr"], made.uses)) return false;
    const std::string figured = figured_name(element["expr"]);
    names.push_back(figured.empty() ? "expr" : figured);
  }
  columns.push_back(std::move(made));
  return true;
}

bool DdlReader::index_options(models::Index& index, Node options) {
  for (const Node element : options) {
    const Node option = element.content();
    if (option["defname"].text() == "fillfactor") {
      const auto value = option_number(*current_, option, 10, 100);
      if (!value) {
        error(option.location(), fmt::format("index fillfactor '{}' is not between 10 and 100",
                                             option_text(*current_, option)));
        return false;
      }
      index.fillfactor = static_cast<int>(*value);
    } else if (option["defname"].text() == "deduplicate_items") {
      index.deduplicate = option_flag(*current_, option).value_or(true);
    } else if (option["defname"].text() == "fastupdate") {
      index.fastupdate = option_flag(*current_, option).value_or(true);
    } else if (option["defname"].text() == "gin_pending_list_limit") {
      constexpr double least = 64, most = 2147483647;  // kB
      const auto value = option_number(*current_, option, least, most);
      if (!value) {
        error(option.location(),
              fmt::format("gin_pending_list_limit '{}' is not a number of kB from 64",
                          option_text(*current_, option)));
        return false;
      }
      index.pending_list_limit = *value * 1024;
    }
  }
  return true;
}

void DdlReader::create_index(Node node) {
  const int found = table(node["relation"]);
  if (found >= 0) create_index_on(found, node, node["relation"]["inh"].flag());
}

void DdlReader::create_index_on(int at, Node node, bool recurse) {
  Table& on = schema_.tables[static_cast<std::size_t>(at)];
  models::Index index;
  const std::string_view method = node["accessMethod"].text();
  const std::optional<models::Index::Method> known = index_method(method);
  if (!known)
    return warning(0,
                   fmt::format("index method {} is not simulated: this index is left out", method),
                   "its size and its WAL will be missing");
  index.method = *known;
  index.unique = node["unique"].flag();
  const std::size_t relation = current_->offset(node["relation"].location());
  const IndexText text{current_->piece.lexed(), relation};
  std::vector<std::string> names;
  for (const Node element : node["indexParams"])
    if (!index_column(on, element.content(), text, index.keys, names)) return;
  for (const Node element : node["indexIncludingParams"])
    if (!index_column(on, element.content(), text, index.includes, names)) return;
  if (const Node where = node["whereClause"]) {
    index.predicate = text.predicate();
    if (!columns_used(on, where, index.predicate_uses)) return;
  }
  if (!index_options(index, node["options"])) return;
  index.name = node["idxname"].string();
  if (index.name.empty())
    index.name = free_name(on.schema, on.name, joined_column_names(names), "idx");
  if (!claim({on.schema, index.name, -1}, node["if_not_exists"].flag())) return;
  on.indexes.push_back(std::move(index));
  if (recurse) keys_to_partitions(at);
}

std::pair<int, int> DdlReader::find_index(Node range_var) const {
  const std::string schema = range_var["schemaname"].string();
  const std::string name = range_var["relname"].string();
  const auto visible = [&](const Table& table) {
    if (!schema.empty()) return table.schema == schema;
    return table.schema == "public" ||
           std::find(schema_.search_path.begin(), schema_.search_path.end(), table.schema) !=
               schema_.search_path.end();
  };
  for (std::size_t t = 0; t < schema_.tables.size(); ++t) {
    const Table& table = schema_.tables[t];
    if (!visible(table)) continue;
    for (std::size_t i = 0; i < table.indexes.size(); ++i)
      if (table.indexes[i].name == name) return {static_cast<int>(t), static_cast<int>(i)};
  }
  return {-1, -1};
}

/// ALTER INDEX … SET (…) or RESET (…); ATTACH PARTITION and the rest change nothing here.
void DdlReader::alter_index(Node node) {
  const std::string_view first = node["cmds"].front().content()["subtype"].text();
  if (first == "AT_AttachPartition") return;  // a dump has one for every index of every partition
  const auto [at, position] = find_index(node["relation"]);
  if (at < 0) {
    if (!node["missing_ok"].flag())
      warning(node["relation"].location(),
              fmt::format("index {} does not exist", node["relation"]["relname"].text()));
    return;
  }
  models::Index& index =
      schema_.tables[static_cast<std::size_t>(at)].indexes[static_cast<std::size_t>(position)];
  for (const Node element : node["cmds"]) {
    const Node command = element.content();
    const std::string_view subtype = command["subtype"].text();
    if (subtype == "AT_SetRelOptions") {
      index_options(index, command["def"].as("List")["items"]);
    } else if (subtype == "AT_ResetRelOptions") {
      index.fillfactor = 0;
      index.deduplicate = true;
    }
  }
}

}  // namespace sql
