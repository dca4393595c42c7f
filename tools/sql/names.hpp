#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/sql/syntax_tree.hpp"

/// The names PostgreSQL makes up where the SQL gives none.
namespace sql {

/// name1_name2_label, the longer of the two names shortened until it fits 63 bytes; an empty part
/// is left out. Source: src/backend/commands/indexcmds.c, makeObjectName().
std::string object_name(std::string_view name1, std::string_view name2, std::string_view label);

/// object_name, with 1, 2, … behind the label until `taken` says no. Source: indexcmds.c,
/// ChooseRelationName().
std::string free_object_name(std::string_view name1, std::string_view name2, std::string_view label,
                             const std::function<bool(const std::string&)>& taken);

/// The column names of an index joined for its name, duplicates numbered.
/// Source: indexcmds.c, ChooseIndexColumnNames() and ChooseIndexNameAddition().
std::string joined_column_names(const std::vector<std::string>& columns);

/// Name of the column an expression gives in a SELECT list or an index; empty where PostgreSQL says
/// `?column?` and `expr`. Source: src/backend/parser/parse_target.c, FigureColnameInternal().
std::string figured_name(Node expression);

/// Last part of a list of {"String": …} nodes, as function and type names are.
std::string last_name(Node names);
/// All parts, joined by points.
std::string dotted_name(Node names);

}  // namespace sql
