#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What pg_type, pg_operator, pg_proc and pg_cast of one major version say about PostgreSQL's own
/// objects, and the resolution of operators, functions and casts over them (parse_oper.c,
/// parse_func.c, parse_coerce.c). Types go by pg_type's names (int4, timestamptz); `unknown` is a
/// quoted constant's, and a user's type keeps its own name, resolves nothing and is not built in.
namespace sql {

struct PgType {
  std::string_view name, formatted, element;  // element: of an array type
  char category = 'U';                        // pg_type.typcategory
  bool preferred = false, collatable = false;
  int length = -1;
};

struct PgOperator {
  std::string_view name, left, right, result;  // left empty: a prefix operator
  char volatility = 'i';                       // pg_proc.provolatile of its function
  bool hashable = false, mergeable = false;
  std::string_view estimator;  // pg_operator.oprrest: eqsel, scalarltsel, likesel …
};

struct PgFunction {
  std::string_view name;
  std::vector<std::string_view> arguments;
  std::string_view result;
  char kind = 'f';  // f function, a aggregate, w window function, p procedure
  char volatility = 'i';
  bool returns_set = false, variadic = false;
  int defaults = 0;
};

struct PgCast {
  char context = 'i';     // i implicit, a in assignments, e explicit
  char method = 'b';      // b binary coercible, f function, i by text (I/O)
  char volatility = 'i';  // of the function
};

class PgCatalog {
 public:
  /// The catalog of a major version, 15 to 18; made at the first call and kept.
  static const PgCatalog& of(int major);

  const PgType* type(std::string_view name) const;  // null: not one of PostgreSQL's own
  /// pg_type's name of a type as format_type spells it (bigint: int8); other names as they are.
  std::string name_of(std::string_view formatted) const;
  std::string_view array_of(std::string_view element) const;  // empty when there is none

  const PgOperator* find_operator(std::string_view name, std::string_view left,
                                  std::string_view right) const;
  /// `kind` is the kind found first; the result has concrete types in place of polymorphic ones.
  struct Resolved {
    const PgFunction* function = nullptr;
    std::vector<std::string> arguments;  // declared, polymorphic ones made concrete
    std::string result;
  };
  std::optional<Resolved> find_function(std::string_view name,
                                        const std::vector<std::string>& arguments) const;
  bool has_function(std::string_view name) const { return functions_.contains(name); }

  /// How a value gets from one type to another; nothing when it cannot in this context ('i', 'a',
  /// 'e'). Arrays go element by element (method 'a').
  std::optional<PgCast> cast(std::string_view source, std::string_view target, char context) const;
  bool coercible(std::string_view source, std::string_view target) const;  // implicitly
  /// The type that CASE, UNION, ARRAY and IN make of several (select_common_type); empty: none.
  std::string common_type(const std::vector<std::string>& types) const;

 private:
  explicit PgCatalog(int major);
  void read(std::string_view row);
  char category(std::string_view type) const;
  bool preferred(std::string_view type) const;
  std::optional<std::size_t> choose(const std::vector<std::vector<std::string_view>>& candidates,
                                    const std::vector<std::string>& given) const;

  std::map<std::string_view, PgType, std::less<>> types_;
  std::map<std::string_view, std::string_view, std::less<>> by_format_, arrays_;
  std::multimap<std::string_view, PgOperator, std::less<>> operators_;
  std::multimap<std::string_view, PgFunction, std::less<>> functions_;
  std::map<std::pair<std::string_view, std::string_view>, PgCast> casts_;
};

}  // namespace sql
