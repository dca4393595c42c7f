#include <algorithm>
#include <map>
#include <utility>

#include "tools/sql/names.hpp"
#include "tools/sql/options.hpp"
#include "tools/sql/statement_reader.hpp"

namespace sql {

void StatementReader::set_rows(std::optional<double> rows) {
  parsed_.rows_known = rows.has_value();
  if (rows) shape_.rows = *rows;
}

/// Columns an expression reads, without telling its problems again.
std::vector<ColumnUse> StatementReader::uses_of(Node expression, const Scope& scope) {
  std::vector<ColumnUse> uses;
  const std::set<int> reads = reader_.reads;
  auto* const before = std::exchange(reader_.uses, &uses);
  auto on_write = std::exchange(reader_.on_write, nullptr);
  mute_ = true;
  reader_.expression(expression, scope);
  mute_ = false;
  reader_.on_write = std::move(on_write);
  reader_.uses = before;
  reader_.reads = reads;
  return uses;
}

/// The column of the target that this is, or -1.
int StatementReader::target_column(Node side, const Scope& scope) {
  if (!side.is("ColumnRef")) return -1;
  const std::vector<ColumnUse> uses = uses_of(side, scope);
  return uses.size() == 1 && uses[0].scope == &scope && uses[0].relation == target_relation_
             ? uses[0].column
             : -1;
}

/// Does this read no table of the same level, so that it has one value per execution?
bool StatementReader::is_constant(Node side, const Scope& scope) {
  const std::vector<ColumnUse> uses = uses_of(side, scope);
  return std::none_of(uses.begin(), uses.end(),
                      [&](const ColumnUse& use) { return use.scope == &scope; });
}

/// Notes with how many values a conjunct compares columns of the target for equality.
void StatementReader::note_equality(Node comparison, const Scope& scope,
                                    std::map<int, double>& values) {
  if (last_name(comparison["name"]) != "=") return;
  const auto note = [&](Node side, double count) {
    const int column_compared = target_column(side, scope);
    if (column_compared < 0) return;
    const auto [entry, first] = values.emplace(column_compared, count);
    if (!first) entry->second = std::min(entry->second, count);
  };
  const Node left = comparison["lexpr"], right = comparison["rexpr"];
  const std::string_view kind = comparison["kind"].text();
  if (kind == "AEXPR_IN" && is_constant(right, scope)) {
    note(left, static_cast<double>(right.as("List")["items"].size()));
  } else if (kind == "AEXPR_OP_ANY" && is_constant(right, scope)) {
    const Node cast = right.as("TypeCast");
    if (const Node array = (cast ? cast["arg"] : right).as("A_ArrayExpr"))
      note(left, static_cast<double>(array["elements"].size()));
  } else if (kind == "AEXPR_OP") {
    const Node row = left.as("RowExpr")["args"], other = right.as("RowExpr")["args"];
    if (!row || row.size() != other.size()) {
      if (is_constant(right, scope)) note(left, 1);
      if (is_constant(left, scope)) note(right, 1);
      return;
    }
    auto value = other.begin();  // (a, b) = ($1, $2)
    for (const Node part : row) {
      if (is_constant(*value, scope)) note(part, 1);
      ++value;
    }
  }
}

/// Rows of the target that a condition picks by a unique key; nothing when it does not.
std::optional<double> StatementReader::rows_matched(Node condition, const Scope& scope) {
  std::map<int, double> values;  // by column
  std::vector<Node> open{condition};
  while (!open.empty()) {
    const Node conjunct = open.back();
    open.pop_back();
    if (const Node all = conjunct.as("BoolExpr")) {
      if (all["boolop"].text() == "AND_EXPR")
        for (const Node part : all["args"]) open.push_back(part);
    } else if (const Node comparison = conjunct.as("A_Expr")) {
      note_equality(comparison, scope, values);
    }
  }
  std::optional<double> fewest;
  for (const models::Index& index : target().indexes) {
    if (!index.unique || !index.predicate.empty()) continue;
    double rows = 1;
    const bool covered =
        std::all_of(index.keys.begin(), index.keys.end(), [&](const models::IndexColumn& key) {
          const auto found = values.find(key.column);
          if (key.column < 0 || found == values.end()) return false;
          rows *= found->second;
          return true;
        });
    if (covered && (!fewest || rows < *fewest)) fewest = rows;
  }
  return fewest;
}

std::optional<double> StatementReader::series_length(Node call) {
  const Node arguments = call["args"];
  if (last_name(call["funcname"]) != "generate_series" || arguments.size() < 2) return std::nullopt;
  std::vector<double> bounds;
  for (const Node argument : arguments) {
    const Node cast = argument.as("TypeCast");
    const Node constant = (cast ? cast["arg"] : argument).as("A_Const");
    if (constant["ival"])
      bounds.push_back(static_cast<double>(integer_constant(prepared_, constant)));
    else if (constant["fval"] && constant_type(constant).name == "bigint")
      bounds.push_back(std::stod(constant["fval"]["fval"].string()));
    else
      return std::nullopt;
  }
  const double step = bounds.size() > 2 ? bounds[2] : 1;
  if (step == 0) return std::nullopt;
  const double steps = (bounds[1] - bounds[0]) / step;
  return steps < 0 ? 0 : static_cast<double>(static_cast<std::int64_t>(steps)) + 1;
}

std::optional<double> StatementReader::row_count_of_item(Node item) {
  if (const Node function = item.as("RangeFunction")) {
    if (function["functions"].size() != 1) return std::nullopt;
    return series_length(function["functions"].front().as("List")["items"].front().as("FuncCall"));
  }
  if (const Node subselect = item.as("RangeSubselect"))
    return row_count(subselect["subquery"].as("SelectStmt"));
  if (const Node join = item.as("JoinExpr")) {
    if (join["quals"] || join["usingClause"] || join["isNatural"]) return std::nullopt;
    const auto left = row_count_of_item(join["larg"]), right = row_count_of_item(join["rarg"]);
    if (left && right) return *left * *right;
  }
  return std::nullopt;
}

/// Rows a query gives, when its text alone says so.
std::optional<double> StatementReader::row_count(Node select) {
  if (!select || select["limitCount"] || select["limitOffset"]) return std::nullopt;
  if (select["valuesLists"]) return static_cast<double>(select["valuesLists"].size());
  if (select["larg"]) {
    if (select["op"].text() != "SETOP_UNION" || !select["all"].flag()) return std::nullopt;
    double rows = 0;
    for (; select["larg"]; select = select["larg"]) {  // UNION ALL leans to the left
      const auto arm = row_count(select["rarg"]);
      if (!arm || select["op"].text() != "SETOP_UNION" || !select["all"].flag())
        return std::nullopt;
      rows += *arm;
    }
    const auto first = row_count(select);
    if (!first) return std::nullopt;
    return rows + *first;
  }
  for (const char* clause : {"whereClause", "groupClause", "havingClause", "distinctClause"})
    if (select[clause]) return std::nullopt;
  double rows = 1;
  for (const Node item : select["fromClause"]) {
    const auto count = row_count_of_item(item);
    if (!count) return std::nullopt;
    rows *= *count;
  }
  for (const Node element : select["targetList"])
    if (const Node call = element.as("ResTarget")["val"].as("FuncCall")) {
      const std::string name = last_name(call["funcname"]);
      if (name == "generate_series") {
        const auto length = series_length(call);
        if (!length) return std::nullopt;
        rows *= *length;
      } else if (name == "unnest" || name.ends_with("_to_table") || name.ends_with("_elements")) {
        return std::nullopt;
      }
    }
  return rows;
}

}  // namespace sql
