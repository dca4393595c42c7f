#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

/// The only two ways a name or a value of the user gets into SQL.
namespace emit {

/// Cannot stand in SQL at all: empty, longer than 63 bytes, with a zero byte.
struct QuoteError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A name as PostgreSQL stores it. Quoted always, so that keywords, blanks, quotes and capitals are
/// no special cases and no list of keywords can be out of date.
///
/// Source    src/backend/utils/adt/ruleutils.c, quote_identifier(); NAMEDATALEN 64
class Identifier {
 public:
  static constexpr std::size_t longest = 63;  // bytes; PostgreSQL would cut the rest off silently

  explicit Identifier(std::string name);  // throws QuoteError
  const std::string& name() const { return name_; }
  std::string sql() const;
  auto operator<=>(const Identifier&) const = default;

 private:
  std::string name_;
};

/// schema.name
struct QualifiedName {
  Identifier schema, name;
  QualifiedName(std::string schema_name, std::string object_name)
      : schema{std::move(schema_name)}, name{std::move(object_name)} {}
  std::string sql() const { return schema.sql() + "." + name.sql(); }
  auto operator<=>(const QualifiedName&) const = default;
};

/// A text value. A backslash makes it an E'' string, so that standard_conforming_strings does not
/// matter.
///
/// Source    src/backend/utils/adt/quote.c, quote_literal()
class Literal {
 public:
  explicit Literal(std::string text);  // throws QuoteError
  const std::string& text() const { return text_; }
  std::string sql() const;

 private:
  std::string text_;
};

/// "a", "b": names as a list.
std::string comma_separated(const std::vector<Identifier>& names);

/// $tag$…$tag$ with a tag that the body does not contain.
std::string dollar_quoted(std::string_view body);

/// Text of a user in a comment: one line, nothing that ends it.
std::string in_comment(std::string_view text);

/// Value of a libpq connection string: host='a b'. Source: fe-connect.c, conninfo_parse().
std::string conninfo_value(std::string_view text);

/// Value in postgresql.conf. Source: src/backend/utils/misc/guc-file.l, GUC_STRING.
std::string conf_value(std::string_view text);

/// One word in pg_hba.conf. Source: src/backend/libpq/hba.c, next_token().
std::string hba_word(std::string_view text);

/// A word of a POSIX shell.
std::string shell_word(std::string_view text);

/// A double-quoted YAML scalar, which is a JSON string.
std::string yaml_text(std::string_view text);

/// A name made of parts, joined by underscores. Longer than 63 bytes it is cut between characters
/// and ends in a hash of the whole, so that two long names stay two names.
std::string joined_name(const std::vector<std::string>& parts);

/// Name of a file or folder for an object: letters, digits, underscore and hyphen.
std::string file_word(std::string_view name);

}  // namespace emit
