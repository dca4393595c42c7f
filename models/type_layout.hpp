#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "models/table.hpp"

/// How values of a type are stored on a page and spelled on the wire.
namespace models {

/// pg_type.typstorage: what TOAST may do with a value.
enum class Storage { plain, external, main, extended };

struct TypeLayout {
  int width = -1;  // bytes; -1 = varlena
  int align = 4;   // of a fixed-width value, or of a varlena one with a 4-byte header
  Storage storage = Storage::plain;
};

/// Width, alignment and storage of a type: pg_type.typlen, typalign, typstorage.
///
/// Takes     a name as format_type() writes it, without typmod, or an internal one (timestamptz);
///           is_enum: a user-defined enum, always 4 bytes. Domains are resolved by the caller.
/// Returns   nothing for a type that neither PostgreSQL nor its common extensions know
/// Source    src/include/catalog/pg_type.dat
std::optional<TypeLayout> type_layout(std::string_view type, bool is_enum = false);

/// The same for a column; an unknown type counts as a varlena value like text.
TypeLayout column_layout(const Column& column);

/// Average payload of a value that is not NULL: the type's width, or of a varlena value its bytes
/// without header. What the scenario does not give is assumed:
///
///   text, varchar(n)          32, min(n/2, 32)
///   character(n), bit(n)      n, 4 + ceil(n/8)
///   numeric(p,s)              2 + 2 d, d = base-10000 digits, 1 to p-s integer digits alike likely
///   json, jsonb, xml, bytea   200
///   arrays                    20 + 4 elements
///
/// Takes     given: Column::width as drawn; 0 = assume
/// Source    src/backend/utils/adt: varlena.c, numeric.c, arrayfuncs.c, varbit.c
double payload(const Column& column, double given);
double payload(const Column& column);

/// How far values spread around their average payload, uniformly to both sides: width_spread of the
/// column, or half the width where text, json or bytea is assumed; 0 = all alike. The padding of
/// the columns after it averages over the spread.
double payload_spread(const Column& column, double payload);

/// What payload() assumes in words, "32 bytes on average (text)"; empty when nothing is assumed.
std::string payload_assumption(const Column& column);

/// Bytes of a varlena value with its header, before alignment: 1 + n up to 126, else 4 + n; between
/// whole n interpolated.
/// Source    src/include/varatt.h, VARATT_CONVERTED_SHORT_SIZE()
double stored_width(double payload);

/// Mean number of decimal digits of the integers 1..n (n >= 1).
double decimal_digits(double n);

/// Average length of a value's text form (output function), as pgoutput, COPY and psql send it.
///
/// Takes     payload: as payload(); given: Column::text_width as drawn, 0 = derive;
///           rows: of the table, 0 = unknown: the digits of serial integers follow from it
/// Returns   bytes, without quoting or escaping
double text_length(const Column& column, double payload, double given, double rows);
double text_length(const Column& column);

/// Average length of a value's binary form (send function), as subscriptions with binary get it.
double binary_length(const Column& column, double payload, double text);
double binary_length(const Column& column);

}  // namespace models
