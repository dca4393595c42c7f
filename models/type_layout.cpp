#include "models/type_layout.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace models {
namespace {

// How values of a type look on average, where the type does not fix it.
enum class Kind {
  other,
  text,
  character,
  integer,
  number,
  boolean,
  json,
  binary,
  address,
  time,
  bits,
  vector
};

struct NamedType {
  std::string_view name;
  TypeLayout layout;
  Kind kind;
  double text;    // typical length of the text form; 0 = derived from the payload
  double binary;  // length of the binary form; 0 = derived
};

constexpr Storage plain = Storage::plain, main_ = Storage::main, extended = Storage::extended;

// pg_type.dat, and the extensions that schemas of applications use most. Text lengths: microsecond
// timestamps, and integers of a few digits where nothing better is known.
constexpr std::array known_types{
    NamedType{"boolean", {1, 1, plain}, Kind::boolean, 1, 1},
    NamedType{"bool", {1, 1, plain}, Kind::boolean, 1, 1},
    NamedType{"\"char\"", {1, 1, plain}, Kind::other, 1, 1},
    NamedType{"smallint", {2, 2, plain}, Kind::integer, 3, 2},
    NamedType{"int2", {2, 2, plain}, Kind::integer, 3, 2},
    NamedType{"integer", {4, 4, plain}, Kind::integer, 5, 4},
    NamedType{"int4", {4, 4, plain}, Kind::integer, 5, 4},
    NamedType{"bigint", {8, 8, plain}, Kind::integer, 8, 8},
    NamedType{"int8", {8, 8, plain}, Kind::integer, 8, 8},
    NamedType{"oid", {4, 4, plain}, Kind::integer, 5, 4},
    NamedType{"xid", {4, 4, plain}, Kind::integer, 7, 4},
    NamedType{"xid8", {8, 8, plain}, Kind::integer, 7, 8},
    NamedType{"regclass", {4, 4, plain}, Kind::other, 12, 4},
    NamedType{"regtype", {4, 4, plain}, Kind::other, 8, 4},
    NamedType{"regproc", {4, 4, plain}, Kind::other, 12, 4},
    NamedType{"real", {4, 4, plain}, Kind::other, 8, 4},
    NamedType{"float4", {4, 4, plain}, Kind::other, 8, 4},
    NamedType{"double precision", {8, 8, plain}, Kind::other, 17, 8},
    NamedType{"float8", {8, 8, plain}, Kind::other, 17, 8},
    NamedType{"money", {8, 8, plain}, Kind::other, 7, 8},
    NamedType{"pg_lsn", {8, 8, plain}, Kind::other, 10, 8},
    NamedType{"tid", {6, 2, plain}, Kind::other, 7, 6},
    NamedType{"date", {4, 4, plain}, Kind::time, 10, 4},
    NamedType{"time without time zone", {8, 8, plain}, Kind::time, 15, 8},
    NamedType{"time", {8, 8, plain}, Kind::time, 15, 8},
    NamedType{"time with time zone", {12, 8, plain}, Kind::time, 18, 12},
    NamedType{"timetz", {12, 8, plain}, Kind::time, 18, 12},
    NamedType{"timestamp without time zone", {8, 8, plain}, Kind::time, 26, 8},
    NamedType{"timestamp", {8, 8, plain}, Kind::time, 26, 8},
    NamedType{"timestamp with time zone", {8, 8, plain}, Kind::time, 29, 8},
    NamedType{"timestamptz", {8, 8, plain}, Kind::time, 29, 8},
    NamedType{"interval", {16, 8, plain}, Kind::time, 8, 16},
    NamedType{"uuid", {16, 1, plain}, Kind::other, 36, 16},
    NamedType{"name", {64, 1, plain}, Kind::text, 16, 16},
    NamedType{"macaddr", {6, 4, plain}, Kind::other, 17, 6},
    NamedType{"macaddr8", {8, 4, plain}, Kind::other, 23, 8},
    NamedType{"point", {16, 8, plain}, Kind::other, 20, 16},
    NamedType{"line", {24, 8, plain}, Kind::other, 30, 24},
    NamedType{"lseg", {32, 8, plain}, Kind::other, 40, 32},
    NamedType{"box", {32, 8, plain}, Kind::other, 40, 32},
    NamedType{"circle", {24, 8, plain}, Kind::other, 30, 24},
    NamedType{"path", {-1, 8, extended}, Kind::other, 0, 0},
    NamedType{"polygon", {-1, 8, extended}, Kind::other, 0, 0},
    NamedType{"text", {-1, 4, extended}, Kind::text, 0, 0},
    NamedType{"character varying", {-1, 4, extended}, Kind::text, 0, 0},
    NamedType{"varchar", {-1, 4, extended}, Kind::text, 0, 0},
    NamedType{"citext", {-1, 4, extended}, Kind::text, 0, 0},
    NamedType{"ltree", {-1, 4, extended}, Kind::text, 0, 0},
    NamedType{"character", {-1, 4, extended}, Kind::character, 0, 0},
    NamedType{"bpchar", {-1, 4, extended}, Kind::character, 0, 0},
    NamedType{"numeric", {-1, 4, main_}, Kind::number, 0, 0},
    NamedType{"decimal", {-1, 4, main_}, Kind::number, 0, 0},
    NamedType{"json", {-1, 4, extended}, Kind::json, 0, 0},
    NamedType{"jsonb", {-1, 4, extended}, Kind::json, 0, 0},
    NamedType{"jsonpath", {-1, 4, extended}, Kind::text, 0, 0},
    NamedType{"xml", {-1, 4, extended}, Kind::json, 0, 0},
    NamedType{"hstore", {-1, 4, extended}, Kind::json, 0, 0},
    NamedType{"tsvector", {-1, 4, extended}, Kind::json, 0, 0},
    NamedType{"tsquery", {-1, 4, plain}, Kind::text, 0, 0},
    NamedType{"bytea", {-1, 4, extended}, Kind::binary, 0, 0},
    NamedType{"inet", {-1, 4, main_}, Kind::address, 0, 0},
    NamedType{"cidr", {-1, 4, main_}, Kind::address, 0, 0},
    NamedType{"bit", {-1, 4, extended}, Kind::bits, 0, 0},
    NamedType{"bit varying", {-1, 4, extended}, Kind::bits, 0, 0},
    NamedType{"varbit", {-1, 4, extended}, Kind::bits, 0, 0},
    NamedType{"int4range", {-1, 4, extended}, Kind::other, 0, 0},
    NamedType{"int8range", {-1, 8, extended}, Kind::other, 0, 0},
    NamedType{"numrange", {-1, 4, extended}, Kind::other, 0, 0},
    NamedType{"daterange", {-1, 4, extended}, Kind::other, 0, 0},
    NamedType{"tsrange", {-1, 8, extended}, Kind::other, 0, 0},
    NamedType{"tstzrange", {-1, 8, extended}, Kind::other, 0, 0},
    NamedType{"int4multirange", {-1, 4, extended}, Kind::other, 0, 0},
    NamedType{"int8multirange", {-1, 8, extended}, Kind::other, 0, 0},
    NamedType{"nummultirange", {-1, 4, extended}, Kind::other, 0, 0},
    NamedType{"datemultirange", {-1, 4, extended}, Kind::other, 0, 0},
    NamedType{"tsmultirange", {-1, 8, extended}, Kind::other, 0, 0},
    NamedType{"tstzmultirange", {-1, 8, extended}, Kind::other, 0, 0},
    NamedType{"geometry", {-1, 8, main_}, Kind::binary, 0, 0},
    NamedType{"geography", {-1, 8, main_}, Kind::binary, 0, 0},
    NamedType{"vector", {-1, 4, Storage::external}, Kind::vector, 0, 0},
};

std::string_view without_catalog(std::string_view type) {
  constexpr std::string_view prefix = "pg_catalog.";
  return type.starts_with(prefix) ? type.substr(prefix.size()) : type;
}

const NamedType* find_type(std::string_view type) {
  const std::string_view bare = without_catalog(type);
  // Extensions live in any schema, and their names are unique enough: public.citext,
  // postgis.geometry.
  const std::size_t dot = bare.rfind('.');
  const std::string_view last = dot == std::string_view::npos ? bare : bare.substr(dot + 1);
  for (const NamedType& known : known_types)
    if (known.name == bare || known.name == last) return &known;
  return nullptr;
}

std::optional<std::string_view> element_type(std::string_view type) {
  if (!type.ends_with("[]")) return std::nullopt;
  while (type.ends_with("[]")) type.remove_suffix(2);
  return type;
}

Column element_column(const Column& array) {
  Column element = array;
  element.type = std::string(*element_type(array.type));
  return element;
}

constexpr double assumed_elements = 4;

constexpr double array_header = 20;  // of one dimension, without the varlena header: 12 + 4 + 4

// Elements keep a 4-byte header when they are varlena, and each is padded to its alignment
// (arrayfuncs.c).
double array_element_size(const Column& element) {
  const TypeLayout layout = column_layout(element);
  const double bytes = layout.width > 0 ? layout.width : 4 + payload(element, 0);
  return std::ceil(bytes / layout.align) * layout.align;
}

int numeric_precision(int typmod) { return typmod < 0 ? 0 : (typmod >> 16) & 0xffff; }
// An 11-bit signed field (numeric.c, numeric_typmod_scale()): numeric(3,-2) counts hundreds.
int numeric_scale(int typmod) { return typmod < 0 ? 0 : ((typmod & 0x7ff) ^ 1024) - 1024; }

// Integer digits 1..p-s alike likely: the mean number of base-10000 groups, one more for the
// fraction per 4 digits.
double numeric_groups(int precision, int scale) {
  const int digits = std::max(0, precision - scale);
  double groups = 0;
  for (int d = 1; d <= digits; ++d) groups += std::ceil(d / 4.0);
  return (digits > 0 ? groups / digits : 0) + std::ceil(std::max(0, scale) / 4.0);
}

double assumed_range_payload(std::string_view name) {
  if (name == "int4range" || name == "daterange") return 4 + 4 + 4 + 1;
  if (name == "numrange") return 4 + 7 + 7 + 1;
  if (name.ends_with("multirange")) return 4 + 4 + 4 + 16 + 1;
  return 4 + 8 + 8 + 1;
}

double assumed_text(const Column& column) {
  return column.typmod > 0 ? std::min(column.typmod / 2.0, 32.0) : 32;
}

double assumed_payload(const Column& column) {
  if (column.is_enum) return 4;
  if (element_type(column.type)) {
    const Column element = element_column(column);
    return array_header + assumed_elements * array_element_size(element);
  }
  const NamedType* type = find_type(column.type);
  if (!type) return 32;
  if (type->layout.width > 0) return type->layout.width;
  switch (type->kind) {
    case Kind::text:
      return assumed_text(column);
    case Kind::character:
      return column.typmod > 0 ? column.typmod : 1;
    case Kind::number:
      if (column.typmod < 0) return 8;  // three base-10000 digits
      return 2 + 2 * numeric_groups(numeric_precision(column.typmod), numeric_scale(column.typmod));
    case Kind::address:
      return 6;  // IPv4
    case Kind::bits:
      return 4 + std::ceil(std::max(1, column.typmod) / 8.0);
    case Kind::vector:
      return 4 + 4.0 * std::max(1, column.typmod);
    case Kind::json:
      return 200;
    case Kind::binary:
      return type->layout.align == 8 ? 28 : 200;  // geometry: a point
    default:
      return assumed_range_payload(type->name);
  }
}

}  // namespace

std::optional<TypeLayout> type_layout(std::string_view type, bool is_enum) {
  if (const auto element = element_type(type)) {
    const auto of = type_layout(*element, is_enum);
    return TypeLayout{-1, of && of->align == 8 ? 8 : 4, Storage::extended};
  }
  if (is_enum) return TypeLayout{4, 4, Storage::plain};
  const NamedType* known = find_type(type);
  if (!known) return std::nullopt;
  return known->layout;
}

TypeLayout column_layout(const Column& column) {
  return type_layout(column.type, column.is_enum).value_or(TypeLayout{-1, 4, Storage::extended});
}

double payload(const Column& column, double given) {
  const TypeLayout layout = column_layout(column);
  if (layout.width > 0) return layout.width;
  return given > 0 ? given : assumed_payload(column);
}

double payload(const Column& column) { return payload(column, column.width.value); }

double payload_spread(const Column& column, double bytes) {
  if (column_layout(column).width > 0) return 0;
  if (column.width_spread > 0) return std::min(column.width_spread, bytes);
  if (column.width.value > 0 || column.width.parameter >= 0 || element_type(column.type)) return 0;
  const NamedType* type = find_type(column.type);
  const bool free = !type || type->kind == Kind::text || type->kind == Kind::json ||
                    (type->kind == Kind::binary && type->layout.align == 4);
  return free ? bytes / 2 : 0;
}

std::string payload_assumption(const Column& column) {
  if (column_layout(column).width > 0) return {};
  if (column.width.value > 0 || column.width.parameter >= 0) return {};
  const double bytes = assumed_payload(column);
  const NamedType* type = find_type(column.type);
  std::string why = column.type;
  if (element_type(column.type)) {
    why = fmt::format("{} elements of {}", assumed_elements, *element_type(column.type));
  } else if (!type) {
    why = fmt::format("unknown type {}, taken as text", column.type);
  } else if (type->kind == Kind::text && column.typmod > 0) {
    why = bytes < 32 ? fmt::format("half of {}({})", column.type, column.typmod)
                     : fmt::format("{}({})", column.type, column.typmod);
  } else if (type->kind == Kind::number && column.typmod >= 0) {
    why = fmt::format("numeric({},{}) with 1 to {} integer digits",
                      numeric_precision(column.typmod), numeric_scale(column.typmod),
                      std::max(1, numeric_precision(column.typmod) - numeric_scale(column.typmod)));
  } else if (column.typmod > 0) {
    why = fmt::format("{}({})", column.type, column.typmod);
  }
  return fmt::format("{:.4g} bytes on average ({})", bytes, why);
}

double stored_width(double bytes) {
  const auto whole = [](double n) { return n <= 126 ? 1 + n : 4 + n; };
  const double below = std::floor(bytes), share = bytes - below;
  return share == 0 ? whole(below) : (1 - share) * whole(below) + share * whole(below + 1);
}

double decimal_digits(double n) {
  n = std::max(1.0, std::floor(n));
  double total = 0, low = 1;
  for (int digits = 1; low <= n; ++digits, low *= 10)
    total += digits * (std::min(n, low * 10 - 1) - low + 1);
  return total / n;
}

namespace {

double numeric_text_length(const Column& column, double bytes) {
  const double groups = std::max(0.0, (bytes - 2) / 2);
  if (column.typmod < 0) return std::max(1.0, 4 * groups - 3);
  const int scale = numeric_scale(column.typmod);
  const int digits = std::max(1, numeric_precision(column.typmod) - scale);
  return (1 + digits) / 2.0 + (scale > 0 ? 1 + scale : 0);
}

double array_text_length(const Column& column, double bytes) {
  const Column element = element_column(column);
  const double elements = std::max(0.0, (bytes - array_header) / array_element_size(element));
  return 1 + elements * (text_length(element, payload(element, 0), 0, 0) +
                         1);  // {a,b}: a separator or brace each
}

double array_binary_length(const Column& column, double bytes) {
  const Column element = element_column(column);
  const double elements = std::max(0.0, (bytes - array_header) / array_element_size(element));
  const double stored = payload(element, 0);
  return array_header +
         elements * (4 + binary_length(element, stored, text_length(element, stored, 0, 0)));
}

double integer_text_length(const Column& column, double typical, double rows) {
  if (column.distinct > 0) return decimal_digits(column.distinct);
  if (column.order == KeyOrder::ascending && rows > 0) return decimal_digits(rows);
  return typical;
}

}  // namespace

double text_length(const Column& column, double bytes, double given, double rows) {
  if (given > 0) return given;
  if (column.is_enum && !element_type(column.type)) return 8;  // a label
  if (element_type(column.type)) return array_text_length(column, bytes);
  const NamedType* type = find_type(column.type);
  if (!type) return bytes;
  switch (type->kind) {
    case Kind::integer:
      return integer_text_length(column, type->text, rows);
    case Kind::number:
      return numeric_text_length(column, bytes);
    case Kind::binary:
      return type->layout.align == 8 ? 2 * bytes : 2 + 2 * bytes;  // hexadecimal, \x for bytea
    case Kind::address:
      return 13;
    case Kind::bits:
      return column.typmod > 0 ? column.typmod : 8 * std::max(0.0, bytes - 4);
    case Kind::vector:
      return 1 + (bytes - 4) / 4 * 10;
    case Kind::text:
      return type->layout.width > 0 ? type->text : bytes;
    default:
      return type->text > 0 ? type->text : bytes;
  }
}

double text_length(const Column& column) {
  return text_length(column, payload(column), column.text_width.value, 0);
}

double binary_length(const Column& column, double bytes, double text) {
  if (column.is_enum && !element_type(column.type)) return text;
  if (element_type(column.type)) return array_binary_length(column, bytes);
  const NamedType* type = find_type(column.type);
  if (!type) return bytes;
  switch (type->kind) {
    case Kind::number:
      return bytes + 6;  // 8 + 2 d, stored as 2 + 2 d
    case Kind::json:
      return type->name == "jsonb" ? 1 + text : bytes;
    case Kind::address:
      return bytes + 2;
    case Kind::text:
      return type->layout.width > 0 ? text : bytes;
    default:
      return type->binary > 0 ? type->binary : bytes;
  }
}

double binary_length(const Column& column) {
  return binary_length(column, payload(column), text_length(column));
}

}  // namespace models
