#include <algorithm>
#include <array>
#include <charconv>
#include <unordered_map>

#include "tools/sql/query.hpp"

/// Types of constants, operators and functions, as far as CREATE TABLE AS and materialized views of
/// everyday SQL need them. Source: pg_operator and pg_proc of PostgreSQL 15.
namespace sql {
namespace {

constexpr std::string_view timestamptz = "timestamp with time zone";
constexpr std::string_view timestamp_plain = "timestamp without time zone";

/// Numbers by how far they reach; 0 = not a number.
int number_rank(const Type& type) {
  static constexpr std::array<std::string_view, 6> ranks{"smallint", "integer", "bigint",
                                                         "numeric",  "real",    "double precision"};
  const auto found = std::find(ranks.begin(), ranks.end(), type.name);
  return found == ranks.end() ? 0 : static_cast<int>(found - ranks.begin()) + 1;
}

bool is_integer(const Type& type) { return number_rank(type) >= 1 && number_rank(type) <= 3; }
bool is_float(const Type& type) { return number_rank(type) >= 5; }

Type number_type(const Type& a, const Type& b) {
  if (a.name == b.name) return builtin(a.name);
  if (is_float(a) || is_float(b)) return builtin("double precision");
  return builtin(number_rank(a) > number_rank(b) ? a.name : b.name);
}

bool is_moment(const Type& type) {
  return type.name == "date" || type.name == timestamptz || type.name == timestamp_plain;
}

bool is_string(const Type& type) {
  return type.name == "text" || type.name == "character varying" || type.name == "character";
}

Type date_arithmetic(std::string_view op, const Type& left, const Type& right) {
  const Type& moment = is_moment(left) ? left : right;
  const Type& other = is_moment(left) ? right : left;
  if (is_moment(left) && is_moment(right))
    return op == "-" ? builtin(left.name == "date" && right.name == "date" ? "integer" : "interval")
                     : Type{};
  if (moment.name == "date")
    return builtin(is_integer(other) ? "date" : std::string{timestamp_plain});
  return builtin(moment.name);
}

Type arithmetic(std::string_view op, Type left, Type right) {
  if (left.literal && right.known()) left = is_moment(right) ? builtin("interval") : right;
  if (right.literal && left.known()) right = is_moment(left) ? builtin("interval") : left;
  if (!left.known() || !right.known()) return {};
  if (number_rank(left) > 0 && number_rank(right) > 0) {
    if (op == "^")
      return builtin(is_float(left) || is_float(right) || is_integer(left) ? "double precision"
                                                                           : "numeric");
    return number_type(left, right);
  }
  if (is_moment(left) || is_moment(right)) return date_arithmetic(op, left, right);
  if (left.name == "interval" || right.name == "interval") return builtin("interval");
  if (left.name == "money" || right.name == "money") return builtin("money");
  if (left.name == "jsonb" || left.name == right.name) return builtin(left.name);
  return {};
}

bool contains(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

Type concatenation(const Type& left, const Type& right) {
  for (const Type* side : {&left, &right})
    if (side->name == "jsonb" || side->name == "bytea" || side->name == "tsvector" ||
        side->name.ends_with("[]"))
      return *side;
  return builtin("text");
}

/// Functions whose result type does not depend on their arguments.
struct FixedResult {
  std::string_view type;
  std::string_view functions;  // separated by blanks
};
constexpr std::array fixed_results{
    FixedResult{"bigint",
                "count row_number rank dense_rank nextval currval lastval txid_current "
                "pg_relation_size pg_total_relation_size pg_table_size pg_indexes_size "
                "pg_database_size hashtextextended regr_count"},
    FixedResult{"integer",
                "ntile length char_length character_length octet_length bit_length position strpos "
                "ascii array_length array_ndims array_position array_upper array_lower cardinality "
                "jsonb_array_length json_array_length width_bucket hashtext pg_column_size "
                "pg_backend_pid num_nulls num_nonnulls generate_subscripts grouping scale "
                "regexp_count regexp_instr"},
    FixedResult{"numeric", "extract to_number div factorial"},
    FixedResult{"double precision",
                "percent_rank cume_dist date_part random percentile_cont corr covar_pop covar_samp "
                "regr_slope regr_intercept regr_r2 pi sin cos tan atan2 radians degrees cbrt"},
    FixedResult{"real", "similarity word_similarity ts_rank ts_rank_cd"},
    FixedResult{"boolean",
                "bool_and bool_or every starts_with pg_has_role isfinite isempty jsonb_exists "
                "json_exists regexp_like has_table_privilege"},
    FixedResult{
        "text",
        "lower upper concat concat_ws format left right substring substr trim btrim ltrim "
        "rtrim replace regexp_replace split_part md5 encode initcap lpad rpad repeat reverse "
        "translate quote_ident quote_literal quote_nullable to_char chr overlay "
        "array_to_string jsonb_typeof json_typeof jsonb_extract_path_text "
        "json_extract_path_text current_setting to_hex version regexp_substr jsonb_pretty "
        "unaccent normalize host abbrev json_array_elements_text "
        "jsonb_array_elements_text jsonb_object_keys json_object_keys regexp_split_to_table "
        "string_to_table crypt gen_salt obj_description pg_get_viewdef json_value "
        "json_serialize"},
    FixedResult{
        "text[]",
        "string_to_array regexp_split_to_array regexp_matches regexp_match tsvector_to_array"},
    FixedResult{"timestamp with time zone",
                "now clock_timestamp statement_timestamp transaction_timestamp to_timestamp "
                "make_timestamptz"},
    FixedResult{"timestamp without time zone", "make_timestamp"},
    FixedResult{"date", "to_date make_date"},
    FixedResult{"interval", "age make_interval justify_days justify_hours justify_interval"},
    FixedResult{"uuid",
                "gen_random_uuid uuid_generate_v1 uuid_generate_v1mc uuid_generate_v4 "
                "uuid_generate_v5 uuidv4 uuidv7"},
    FixedResult{"json",
                "json_agg json_build_object json_build_array to_json row_to_json json_object_agg "
                "json_object array_to_json json_array_elements json_extract_path json_objectagg "
                "json_arrayagg json_array json json_scalar json_strip_nulls"},
    FixedResult{
        "jsonb",
        "jsonb_agg jsonb_build_object jsonb_build_array to_jsonb jsonb_object_agg "
        "jsonb_object jsonb_set jsonb_insert jsonb_strip_nulls jsonb_extract_path "
        "jsonb_array_elements jsonb_path_query jsonb_path_query_first jsonb_path_query_array "
        "json_query"},
    FixedResult{"bytea", "decode digest sha256 sha512 convert_to gen_random_bytes"},
    FixedResult{"tsvector", "to_tsvector setweight strip"},
    FixedResult{"tsquery", "to_tsquery plainto_tsquery phraseto_tsquery websearch_to_tsquery"},
};

/// The result type of one of them; empty for others.
std::string_view fixed_result(std::string_view function) {
  static const auto types = [] {
    std::unordered_map<std::string_view, std::string_view> map;
    for (const FixedResult& result : fixed_results)
      for (std::string_view rest = result.functions; !rest.empty();) {
        const std::size_t end = std::min(rest.find(' '), rest.size());
        map[rest.substr(0, end)] = result.type;
        rest.remove_prefix(std::min(end + 1, rest.size()));
      }
    return map;
  }();
  const auto found = types.find(function);
  return found == types.end() ? std::string_view{} : found->second;
}

/// Element type of a range type of PostgreSQL's own.
std::string_view range_element(std::string_view range) {
  struct Range {
    std::string_view name, element;
  };
  static constexpr std::array ranges{
      Range{"int4range", "integer"},     Range{"int8range", "bigint"},
      Range{"numrange", "numeric"},      Range{"daterange", "date"},
      Range{"tsrange", timestamp_plain}, Range{"tstzrange", timestamptz}};
  for (const Range& each : ranges)
    if (each.name == range) return each.element;
  return {};
}

/// Functions that have text in mind, given something else.
Type type_by_argument(std::string_view name, const std::vector<Type>& arguments) {
  if (arguments.empty()) return {};
  const Type& first = arguments.front();
  if (name == "string_agg") return builtin(first.name == "bytea" ? "bytea" : "text");
  if (first.name == "bytea" && contains(name, {"substring", "substr", "overlay", "trim", "btrim",
                                               "ltrim", "rtrim", "reverse"}))
    return builtin("bytea");
  if (name == "lower" || name == "upper") return builtin(std::string{range_element(first.name)});
  if (name == "percentile_cont" && arguments.back().name == "interval") return builtin("interval");
  if (name == "random") return builtin(first.name);
  return {};
}

/// A function's result of the type of an argument: without its length, and never a literal.
Type result_like(Type argument) {
  argument.typmod = -1;
  argument.literal = false;
  return argument;
}

Type sum_type(const Type& argument) {
  if (argument.name == "smallint" || argument.name == "integer") return builtin("bigint");
  if (argument.name == "bigint") return builtin("numeric");
  return argument.known() ? builtin(argument.name) : Type{};
}

Type average_type(const Type& argument) {
  if (is_float(argument)) return builtin("double precision");
  if (number_rank(argument) > 0) return builtin("numeric");
  return argument.name == "interval" ? argument : Type{};
}

/// date_trunc, date_bin: of their moment; a date becomes a timestamp with time zone.
Type truncated_type(const Type& moment) {
  return moment.name == "date" || moment.literal ? builtin(std::string{timestamptz}) : moment;
}

Type timezone_type(const Type& moment) {
  if (moment.name == timestamptz) return builtin(std::string{timestamp_plain});
  return moment.name == timestamp_plain ? builtin(std::string{timestamptz}) : moment;
}

/// round, sqrt and their kin come for numeric and for double precision; integers take the latter.
Type mathematical_type(const Type& argument, std::size_t arguments) {
  if (argument.name == "numeric" || arguments > 1) return builtin("numeric");
  return number_rank(argument) > 0 ? builtin("double precision") : Type{};
}

}  // namespace

Type constant_type(Node constant) {
  const auto is = [&](const char* field) { return static_cast<bool>(constant[field]); };
  if (is("ival")) return builtin("integer");
  if (is("boolval")) return builtin("boolean");
  if (is("bsval")) return builtin("bit");
  if (is("fval")) {
    const std::string_view digits = constant["fval"]["fval"].text();
    std::int64_t value = 0;
    const auto [end, bad] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    const bool whole = bad == std::errc{} && end == digits.data() + digits.size();
    return builtin(whole ? "bigint" : "numeric");
  }
  return literal_type();
}

Type literal_type() {
  Type type = builtin("text");
  type.literal = true;
  return type;
}

Type value_function_type(std::string_view op) {
  if (op.starts_with("SVFOP_CURRENT_TIMESTAMP")) return builtin(std::string{timestamptz});
  if (op.starts_with("SVFOP_LOCALTIMESTAMP")) return builtin(std::string{timestamp_plain});
  if (op == "SVFOP_CURRENT_DATE") return builtin("date");
  if (op.starts_with("SVFOP_CURRENT_TIME")) return builtin("time with time zone");
  if (op.starts_with("SVFOP_LOCALTIME")) return builtin("time without time zone");
  return builtin("name");
}

Type prefix_operator_type(std::string_view op, const Type& operand) {
  if (contains(op, {"-", "+", "@", "~"})) return result_like(operand);
  if (op == "|/" || op == "||/") return builtin("double precision");
  return {};
}

Type wider_type(const Type& a, const Type& b) {
  if (a.literal) return b;
  if (b.literal) return a;
  if (!a.known() || !b.known()) return {};
  if (a.name == b.name) {
    Type type = a;
    if (a.typmod != b.typmod) type.typmod = -1;
    return type;
  }
  if (number_rank(a) > 0 && number_rank(b) > 0) return number_type(a, b);
  if (is_moment(a) && is_moment(b))
    return a.name == "date" ? b : b.name == "date" ? a : builtin(std::string{timestamptz});
  if (is_string(a) && is_string(b)) return builtin("text");
  return {};
}

Type operator_type(std::string_view op, const Type& left, const Type& right) {
  if (contains(op, {"=",   "<>",  "!=",   "<",  ">",  "<=", ">=", "~",  "~*", "!~", "!~*", "~~",
                    "~~*", "!~~", "!~~*", "@>", "<@", "&&", "?",  "?|", "?&", "@@", "@?",  "-|-"}))
    return builtin("boolean");
  if (op == "||") return concatenation(left, right);
  if (op == "->>" || op == "#>>") return builtin("text");
  if (op == "->" || op == "#>" || op == "#-")
    return left.name == "json" || left.name == "jsonb" ? builtin(left.name) : Type{};
  if (contains(op, {"+", "-", "*", "/", "%", "^"})) return arithmetic(op, left, right);
  if (contains(op, {"&", "|", "#", "<<", ">>"})) return left.known() ? builtin(left.name) : Type{};
  return {};
}

bool is_extension_function(std::string_view name) {
  return name.starts_with("uuid_generate_") ||
         contains(name, {"digest", "crypt", "gen_salt", "gen_random_bytes", "gen_random_uuid",
                         "similarity", "word_similarity", "unaccent"});
}

Type function_type(std::string_view name, const std::vector<Type>& arguments) {
  if (Type own = type_by_argument(name, arguments); own.known()) return own;
  if (const std::string_view fixed = fixed_result(name); !fixed.empty())
    return builtin(std::string{fixed});
  const Type first = arguments.empty() ? Type{} : arguments.front();
  const Type second = arguments.size() > 1 ? arguments[1] : Type{};
  if (name == "sum") return sum_type(first);
  if (name == "avg") return average_type(first);
  if (contains(name, {"stddev", "stddev_pop", "stddev_samp", "variance", "var_pop", "var_samp"}))
    return average_type(first);
  if (name == "min" || name == "max")  // text has them, character varying not
    return first.name == "character varying" ? builtin("text") : result_like(first);
  if (contains(name, {"first_value", "last_value", "lag", "lead", "nth_value", "abs", "mode",
                      "any_value", "mod", "array_append", "array_cat", "array_remove",
                      "array_replace", "generate_series", "bit_and", "bit_or", "lcm", "gcd"}))
    return result_like(first);
  if (name == "array_prepend" || name == "percentile_disc") return result_like(second);
  if (name == "array_agg") return first.array();
  if (name == "unnest") return first.element();
  if (name == "date_trunc" || name == "date_bin") return truncated_type(second);
  if (name == "timezone") return timezone_type(second);
  if (name == "power" || name == "pow")
    return mathematical_type(second.name == "numeric" ? second : first, 1);
  if (contains(name,
               {"round", "ceil", "ceiling", "floor", "trunc", "sqrt", "exp", "ln", "log", "sign"}))
    return mathematical_type(first, arguments.size());
  if (const std::string cast = canonical_name(name); !cast.empty())
    return builtin(cast);  // text(x)
  return {};
}

}  // namespace sql
