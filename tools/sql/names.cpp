#include "tools/sql/names.hpp"

#include <algorithm>

namespace sql {
namespace {

constexpr std::size_t longest_name = 63;  // NAMEDATALEN - 1

/// At most `bytes` bytes that do not cut a character in two.
std::string_view clipped(std::string_view name, std::size_t bytes) {
  if (name.size() <= bytes) return name;
  while (bytes > 0 && (static_cast<unsigned char>(name[bytes]) & 0xC0) == 0x80) --bytes;
  return name.substr(0, bytes);
}

/// How sure the name is: a column or function counts, a type or CASE gives way to what it wraps.
enum class Strength { none, weak, strong };

struct Figured {
  std::string name;
  Strength strength = Strength::none;
};

Figured strong(std::string name) { return {std::move(name), Strength::strong}; }

Figured figured(Node expression);

/// Names of SQLValueFunction: SVFOP_CURRENT_TIMESTAMP_N is current_timestamp.
std::string value_function_name(std::string_view op) {
  op.remove_prefix(std::min<std::size_t>(op.size(), 6));
  if (op.ends_with("_N")) op.remove_suffix(2);
  std::string name{op};
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  return name;
}

Figured figured_sublink(Node sublink) {
  const std::string_view type = sublink["subLinkType"].text();
  if (type == "EXISTS_SUBLINK") return strong("exists");
  if (type == "ARRAY_SUBLINK") return strong("array");
  if (type != "EXPR_SUBLINK") return {};
  const Node target = sublink["subselect"].as("SelectStmt")["targetList"].front().as("ResTarget");
  if (const Node name = target["name"]) return strong(name.string());
  return figured(target["val"]);
}

Figured figured_indirection(Node indirection) {
  std::string name;
  for (const Node step : indirection["indirection"])
    if (const Node field = step.as("String")) name = field["sval"].string();
  return name.empty() ? figured(indirection["arg"]) : strong(name);
}

Figured figured(Node expression) {
  const std::string_view type = expression.type_name();
  const Node node = expression.content();
  if (type == "ColumnRef") {
    const Node last = node["fields"].back();
    return last.is("String") ? strong(last.content()["sval"].string()) : Figured{};
  }
  if (type == "A_Indirection") return figured_indirection(node);
  if (type == "FuncCall") return strong(last_name(node["funcname"]));
  if (type == "A_Expr") return node["kind"].text() == "AEXPR_NULLIF" ? strong("nullif") : Figured{};
  if (type == "TypeCast") {
    Figured inner = figured(node["arg"]);
    if (inner.strength == Strength::strong) return inner;
    return {last_name(node["typeName"]["names"]), Strength::weak};
  }
  if (type == "CollateClause") return figured(node["arg"]);
  if (type == "SubLink") return figured_sublink(node);
  if (type == "CaseExpr") {
    Figured inner = figured(node["defresult"]);
    return inner.strength == Strength::strong ? inner : Figured{"case", Strength::weak};
  }
  if (type == "GroupingFunc") return strong("grouping");
  if (type == "A_ArrayExpr") return strong("array");
  if (type == "RowExpr") return strong("row");
  if (type == "CoalesceExpr") return strong("coalesce");
  if (type == "MinMaxExpr") return strong(node["op"].text() == "IS_LEAST" ? "least" : "greatest");
  if (type == "SQLValueFunction") return strong(value_function_name(node["op"].text()));
  if (type == "XmlSerialize") return strong("xmlserialize");
  return {};
}

}  // namespace

std::string object_name(std::string_view name1, std::string_view name2, std::string_view label) {
  const std::size_t overhead = (name2.empty() ? 0 : 1) + (label.empty() ? 0 : label.size() + 1);
  const std::size_t available = longest_name - std::min(overhead, longest_name);
  std::size_t length1 = name1.size(), length2 = name2.size();
  while (length1 + length2 > available) --(length1 > length2 ? length1 : length2);
  std::string name{clipped(name1, length1)};
  if (!name2.empty()) name.append("_").append(clipped(name2, length2));
  if (!label.empty()) name.append("_").append(label);
  return name;
}

std::string free_object_name(std::string_view name1, std::string_view name2, std::string_view label,
                             const std::function<bool(const std::string&)>& taken) {
  std::string name = object_name(name1, name2, label);
  for (int pass = 1; taken(name); ++pass)
    name = object_name(name1, name2, std::string{label} + std::to_string(pass));
  return name;
}

std::string joined_column_names(const std::vector<std::string>& columns) {
  std::vector<std::string> unique;
  std::string joined;
  for (const std::string& column : columns) {
    std::string name = column;
    for (int i = 1; std::find(unique.begin(), unique.end(), name) != unique.end(); ++i) {
      const std::string number = std::to_string(i);
      name = std::string{clipped(column, longest_name - number.size())} + number;
    }
    if (joined.size() <= longest_name) {
      if (!joined.empty()) joined += '_';
      joined += name;
    }
    unique.push_back(std::move(name));
  }
  return joined;
}

std::string figured_name(Node expression) { return figured(expression).name; }

std::string last_name(Node names) { return names.back().as("String")["sval"].string(); }

std::string dotted_name(Node names) {
  std::string name;
  for (const Node part : names) {
    if (!name.empty()) name += '.';
    name += part.as("String")["sval"].text();
  }
  return name;
}

}  // namespace sql
