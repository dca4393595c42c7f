#include "tests/accuracy/random_table.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "tests/harness/values.hpp"

namespace accuracy {
namespace {

using models::KeyOrder;

/// Average length of a column's values as text, as the lab writes them; 0 where the server writes
/// them differently.
double text_width(const models::Column& column, std::int64_t rows) {
  if (column.type.starts_with("timestamp")) return 0;
  constexpr std::int64_t sample = 500;
  double sum = 0;
  int values = 0;
  for (std::int64_t i = 0; i < sample; ++i) {
    const harness::Value value = harness::column_value(column, rows + 1 + i);
    if (value.null) continue;
    sum += static_cast<double>(value.text.size());
    ++values;
  }
  return values == 0 ? 0 : sum / values;
}

}  // namespace

double Dice::log_uniform(double low, double high) {
  return low * std::exp(uniform() * std::log(high / low));
}

RandomTable::RandomTable(Dice& dice, int number, int horizon, bool counted, int tables)
    : name_{fmt::format("t{}", number + 1)} {
  rows_ = dice.chance(0.1) ? 0 : std::llround(dice.log_uniform(1'000, 500'000) / 100) * 100;
  if (counted) rows_ = std::clamp<std::int64_t>(rows_, 5'000, 60'000);
  fillfactor_ = dice.one_of<int>({100, 100, 100, 90, 80, 70});
  draw_columns(dice, counted);
  draw_indexes(dice);
  draw_streams(dice, horizon, tables);
}

void RandomTable::add_column(const std::string& name, const std::string& type,
                             const std::string& ddl) {
  models::Column column;
  column.name = name;
  column.type = type;
  column.not_null = true;
  columns_.push_back({column, ddl});
}

void RandomTable::draw_columns(Dice& dice, bool counted) {
  const bool uuid = dice.chance(0.2);
  add_column("id", uuid ? "uuid" : "bigint", uuid ? "uuid" : "bigint");
  columns_[0].column.order = uuid ? KeyOrder::random : KeyOrder::ascending;
  if (counted || dice.chance(0.5)) {
    add_column("counter", "bigint", "bigint");
    columns_.back().column.distinct = 1000;
  }
  const auto more = dice.between(1, 8);
  for (int i = 0; i < more; ++i) draw_plain_column(dice, i + 1);
}

void RandomTable::draw_plain_column(Dice& dice, int number) {
  const std::string name = fmt::format("c{}", number);
  const double luck = dice.uniform();
  if (luck < 0.2) {
    add_column(name, "integer", "integer");
    columns_.back().column.distinct = std::round(dice.log_uniform(5, 50'000));
  } else if (luck < 0.3) {
    add_column(name, "smallint", "smallint");
    columns_.back().column.distinct = static_cast<double>(dice.between(2, 20));
  } else if (luck < 0.55) {
    add_column(name, "text", "text");
    columns_.back().column.width = static_cast<double>(dice.between(8, 200));
  } else if (luck < 0.65) {
    add_column(name, "character varying", "varchar(60)");
    columns_.back().column.typmod = 60;
    columns_.back().column.width = static_cast<double>(dice.between(5, 50));
  } else if (luck < 0.78) {
    add_column(name, "timestamp with time zone", "timestamptz");
    columns_.back().column.order = KeyOrder::ascending;
  } else if (luck < 0.86) {
    add_column(name, "numeric", "numeric(12,2)");
    columns_.back().column.typmod = 12 << 16 | 2;
    columns_.back().column.width = 10;  // 2 + 2 for each of four groups of digits
  } else if (luck < 0.92) {
    add_column(name, "uuid", "uuid");
    columns_.back().column.order = KeyOrder::random;
  } else if (luck < 0.96) {
    add_column(name, "boolean", "boolean");
    columns_.back().column.distinct = 2;
  } else {
    add_column(name, "double precision", "double precision");
  }
  if (!dice.chance(0.2)) return;
  columns_.back().column.not_null = false;
  columns_.back().column.null_fraction = dice.one_of<double>({0.1, 0.3, 0.6});
}

void RandomTable::draw_indexes(Dice& dice) {
  const auto wanted = static_cast<std::size_t>(dice.one_of<int>({0, 1, 1, 2, 2, 3}));
  for (std::size_t i = 1; i < columns_.size() && indexes_.size() < wanted; ++i) {
    const models::Column& column = columns_[i].column;
    if (column.name == "counter" || column.type == "boolean" || column.type == "double precision")
      continue;
    if (!dice.chance(0.6)) continue;
    const bool unique = column.distinct == 0 && column.null_fraction == 0 &&
                        column.type == "text" && column.width.value > 16 && dice.chance(0.3);
    indexes_.push_back(fmt::format("CREATE {}INDEX {}_{} ON {} ({});", unique ? "UNIQUE " : "",
                                   name_, column.name, name_, column.name));
    indexed_.push_back(i);
  }
}

std::string RandomTable::column_names() const {
  std::vector<std::string> names;
  for (const Column& column : columns_) names.push_back(column.column.name);
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string RandomTable::values_list(int row) const {
  std::vector<std::string> parameters;
  const auto columns = static_cast<int>(columns_.size());
  for (int i = 1; i <= columns; ++i) parameters.push_back(fmt::format("${}", row * columns + i));
  return fmt::format("({})", fmt::join(parameters, ", "));
}

void RandomTable::add_insert(Dice& dice, double rate) {
  inserts_ = true;
  if (dice.chance(0.12)) {
    const auto batch = dice.one_of<int>({50, 200, 1000});
    streams_.push_back(fmt::format("- {{name: {} copy, copy: {{table: {}, rows: {}}}, rate: {}/s}}",
                                   name_, name_, batch, std::max(1.0, std::round(rate / batch))));
    return;
  }
  const auto batch = dice.one_of<int>({1, 1, 1, 1, 2, 5, 10});
  std::vector<std::string> lists;
  for (int row = 0; row < batch; ++row) lists.push_back(values_list(row));
  streams_.push_back(fmt::format(
      "- {{name: {} insert, sql: 'INSERT INTO {} ({}) VALUES {}', rate: {}/s, connections: {}}}",
      name_, name_, column_names(), fmt::join(lists, ", "),
      std::max(1.0, std::round(rate / std::sqrt(batch))), dice.one_of<int>({1, 2, 4, 8})));
}

std::string RandomTable::draw_skew(Dice& dice) const {
  const double luck = dice.uniform();
  if (luck < 0.5) return "uniform";
  if (luck < 0.65) return fmt::format("{{recent: {}%}}", dice.one_of<int>({1, 5, 10, 20}));
  const char* const keys = dice.chance(0.5) ? "clustered" : "scattered";
  if (luck < 0.85)
    return fmt::format("{{zipf: {}, keys: {}}}", dice.one_of<double>({0.8, 1.0, 1.07, 1.2}), keys);
  return fmt::format("{{gaussian: {}%, keys: {}}}", dice.one_of<int>({2, 5, 10}), keys);
}

void RandomTable::add_keyed(Dice& dice, const std::string& name, const std::string& sql,
                            double rate) {
  streams_.push_back(
      fmt::format("- {{name: {} {} {}, sql: '{}', rate: {}/s, connections: {}, skew: {}}}", name_,
                  name, streams_.size() + 1, sql, std::max(1.0, std::round(rate)),
                  dice.one_of<int>({1, 2, 4}), draw_skew(dice)));
}

void RandomTable::add_update(Dice& dice, double rate) {
  if (columns_[1].column.name == "counter" && dice.chance(0.5)) {
    add_keyed(dice, "count",
              fmt::format("UPDATE {} SET counter = counter + 1 WHERE id = $1", name_), rate);
    return;
  }
  const bool indexed = !indexed_.empty() && dice.chance(0.3);
  const std::size_t at = indexed ? indexed_[static_cast<std::size_t>(dice.between(
                                       0, static_cast<std::int64_t>(indexed_.size()) - 1))]
                                 : static_cast<std::size_t>(dice.between(
                                       1, static_cast<std::int64_t>(columns_.size()) - 1));
  const std::string& column = columns_[at].column.name;
  add_keyed(dice, "update " + column,
            fmt::format("UPDATE {} SET {} = $1 WHERE id = $2", name_, column), rate);
}

bool RandomTable::add_stream(Dice& dice, double rate, int horizon) {
  const double luck = dice.uniform();
  const bool filled = rows_ >= 1000;
  if (luck < 0.4 || !filled) {
    if (inserts_) return false;
    add_insert(dice, rate);
  } else if (luck < 0.8) {
    add_update(dice, rate);
  } else if (luck < 0.92) {
    if (deletes_ || rate * horizon > 0.4 * static_cast<double>(rows_)) return false;
    deletes_ = true;
    streams_.push_back(fmt::format(
        "- {{name: {} delete, sql: 'DELETE FROM {} WHERE id = $1', rate: {}/s, connections: 2}}",
        name_, name_, std::max(1.0, std::round(rate))));
  } else {
    add_keyed(dice, "select", fmt::format("SELECT * FROM {} WHERE id = $1", name_), rate);
  }
  return true;
}

void RandomTable::draw_streams(Dice& dice, int horizon, int tables) {
  const auto wanted = static_cast<std::size_t>(dice.between(1, tables == 1 ? 4 : 2));
  const double share = 600.0 / static_cast<double>(tables) / static_cast<double>(wanted);
  while (streams_.size() < wanted) {
    const double rate = dice.log_uniform(0.1 * share, 1.2 * share);
    if (!add_stream(dice, rate, horizon) && rows_ < 1000) break;
  }
}

std::string RandomTable::indented(const std::vector<std::string>& lines,
                                  const std::string& indent) {
  std::string text;
  for (const std::string& line : lines) text += indent + line + '\n';
  return text;
}

std::string RandomTable::ddl(const std::string& indent) const {
  std::vector<std::string> lines{fmt::format("CREATE TABLE {} (", name_)};
  for (std::size_t i = 0; i < columns_.size(); ++i)
    lines.push_back(fmt::format("  {} {}{}{}", columns_[i].column.name, columns_[i].ddl,
                                i == 0                        ? " PRIMARY KEY"
                                : columns_[i].column.not_null ? " NOT NULL"
                                                              : "",
                                i + 1 < columns_.size() ? "," : ""));
  lines.push_back(fillfactor_ == 100 ? ");"
                                     : fmt::format(") WITH (fillfactor = {});", fillfactor_));
  lines.insert(lines.end(), indexes_.begin(), indexes_.end());
  return indented(lines, indent);
}

std::string RandomTable::sizes(const std::string& indent) const {
  std::vector<std::string> widths, texts, nulls, distinct, order;
  for (const Column& drawn : columns_) {
    const models::Column& c = drawn.column;
    if (c.width.value > 0) widths.push_back(fmt::format("{}: {}", c.name, c.width.value));
    const double text = text_width(c, rows_);
    if (text > 0) texts.push_back(fmt::format("{}: {:.1f}", c.name, text));
    if (c.null_fraction > 0)
      nulls.push_back(fmt::format("{}: {}%", c.name, std::lround(100 * c.null_fraction)));
    if (c.distinct > 0) distinct.push_back(fmt::format("{}: {}", c.name, c.distinct));
    if (c.order != KeyOrder::unknown)
      order.push_back(
          fmt::format("{}: {}", c.name, c.order == KeyOrder::ascending ? "ascending" : "random"));
  }
  const auto map = [](const char* key, const std::vector<std::string>& entries) {
    return entries.empty() ? "" : fmt::format("  {}: {{{}}}\n", key, fmt::join(entries, ", "));
  };
  std::vector<std::string> lines{name_ + ":", fmt::format("  rows: {}", rows_)};
  for (const std::string& line :
       {map("widths", widths), map("text_widths", texts), map("nulls", nulls),
        map("distinct", distinct), map("order", order)})
    if (!line.empty()) lines.push_back(line.substr(0, line.size() - 1));
  return indented(lines, indent);
}

}  // namespace accuracy
