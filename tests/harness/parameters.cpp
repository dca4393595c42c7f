#include "tests/harness/parameters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>

#include "tests/harness/process.hpp"

namespace harness {
namespace {

using Role = ParameterUse::Role;

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$' || c == '.';
}

/// Lower-case words (qualified names keep their dots), quoted identifiers without quotes, single
/// operators; string constants become one token.
std::vector<std::string> tokens(const std::string& sql) {
  std::vector<std::string> found;
  for (std::size_t i = 0; i < sql.size();) {
    const char c = sql[i];
    std::size_t end = i + 1;
    if (std::isspace(static_cast<unsigned char>(c)) != 0) {
      ++i;
      continue;
    }
    if (c == '\'' || c == '"') {
      end = std::min(sql.find(c, i + 1), sql.size() - 1) + 1;
      found.push_back(c == '"' ? sql.substr(i + 1, end - i - 2) : sql.substr(i, end - i));
    } else if (is_word(c)) {
      while (end < sql.size() && is_word(sql[end])) ++end;
      std::string word = sql.substr(i, end - i);
      std::transform(word.begin(), word.end(), word.begin(),
                     [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
      found.push_back(std::move(word));
    } else {
      while ((c == '<' || c == '>' || c == '!') && end < sql.size() &&
             (sql[end] == '=' || sql[end] == '>'))
        ++end;
      found.push_back(sql.substr(i, end - i));
    }
    i = end;
  }
  return found;
}

class Reader {
 public:
  Reader(const models::Statement& statement, const models::Table& table)
      : statement_{statement}, table_{table}, tokens_{tokens(statement.sql)} {}

  std::vector<ParameterUse> read() {
    const bool insert = !tokens_.empty() && tokens_[0] == "insert";
    std::size_t at = insert ? read_values() : 0;
    std::string column;
    Role role = Role::matched;
    bool between = false;
    int depth = 0;
    for (; at < tokens_.size(); ++at) {
      const std::string& token = tokens_[at];
      depth += token == "(" ? 1 : token == ")" ? -1 : 0;
      if (token == "set") role = Role::assigned;
      if (token == "where") role = Role::matched;
      if (token == "between") between = true;
      if (ends_condition(token, between, depth)) column.clear();
      if (column_of(token) >= 0 && follows_comparison(at)) column = token;
      const int parameter = parameter_number(token);
      if (parameter == 0) continue;
      const bool last = role == Role::matched && ends_range(at, between);
      if (last) between = false;
      place(parameter, {last ? Role::matched_end : role, column_of(column), 0});
    }
    for (std::size_t i = 0; i < uses_.size(); ++i)
      if (uses_[i].column < 0)
        throw HarnessError(
            fmt::format("cannot tell what ${} stands for in: {}", i + 1, statement_.sql));
    return uses_;
  }

 private:
  static int parameter_number(const std::string& token) {
    return token.size() > 1 && token[0] == '$' ? std::atoi(token.c_str() + 1) : 0;
  }

  int column_of(const std::string& name) const {
    const std::size_t dot = name.rfind('.');
    return table_.column_index(dot == std::string::npos ? name : name.substr(dot + 1));
  }

  /// A column counts when it is compared or assigned, not when it stands in an expression.
  bool follows_comparison(std::size_t at) const {
    if (at + 1 >= tokens_.size()) return false;
    const std::string& next = tokens_[at + 1];
    return next == "=" || next == "<" || next == ">" || next == "<=" || next == ">=" ||
           next == "between";
  }

  /// The AND of BETWEEN, and commas inside a function call, do not.
  static bool ends_condition(const std::string& token, bool between, int depth) {
    return token == "where" || token == "or" || (token == "and" && !between) ||
           (token == "," && depth == 0);
  }

  bool ends_range(std::size_t at, bool between) const {
    const std::string& before = tokens_[at - 1];
    return before == "<" || before == "<=" || (between && before == "and");
  }

  void place(int parameter, ParameterUse use) {
    if (uses_.size() < static_cast<std::size_t>(parameter))
      uses_.resize(static_cast<std::size_t>(parameter));
    uses_[static_cast<std::size_t>(parameter) - 1] = use;
  }

  std::vector<int> column_list(std::size_t& at) const {
    std::vector<int> columns;
    while (at < tokens_.size() && tokens_[at] != "(" && tokens_[at] != "values") ++at;
    if (at < tokens_.size() && tokens_[at] == "(")
      while (++at < tokens_.size() && tokens_[at] != ")")
        if (tokens_[at] != ",") columns.push_back(column_of(tokens_[at]));
    if (columns.empty())
      for (std::size_t i = 0; i < table_.columns.size(); ++i)
        columns.push_back(static_cast<int>(i));
    return columns;
  }

  /// Returns the position behind the last VALUES list.
  std::size_t read_values() {
    std::size_t at = 0;
    const std::vector<int> columns = column_list(at);
    while (at < tokens_.size() && tokens_[at] != "values" && tokens_[at] != "select") ++at;
    if (at == tokens_.size() || tokens_[at] == "select") return at;
    int depth = 0, row = -1;
    std::size_t item = 0;
    for (++at; at < tokens_.size(); ++at) {
      const std::string& token = tokens_[at];
      if (depth == 0 && token != "(" && token != ",") break;  // ON CONFLICT, RETURNING
      if (token == "(" && depth++ == 0) {
        ++row;
        item = 0;
      }
      if (token == ")") --depth;
      if (token == "," && depth == 1) ++item;
      const int parameter = parameter_number(token);
      if (parameter > 0 && item < columns.size())
        place(parameter, {Role::inserted, columns[item], row});
    }
    return at;
  }

  const models::Statement& statement_;
  const models::Table& table_;
  std::vector<std::string> tokens_;
  std::vector<ParameterUse> uses_;
};

}  // namespace

std::vector<ParameterUse> parameter_uses(const models::Statement& statement,
                                         const models::Table& table) {
  return Reader{statement, table}.read();
}

}  // namespace harness
