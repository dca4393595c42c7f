#include <fmt/format.h>

#include "tools/scenario/key_objects.hpp"
#include "tools/scenario/loading.hpp"
#include "tools/sql/statement.hpp"

namespace scenario {
namespace {

using models::Access;
using models::Statement;
using models::StatementKind;

bool has_conflicts(const Statement& statement) {
  return statement.kind == StatementKind::upsert || statement.kind == StatementKind::merge;
}

bool finds_rows(const Statement& statement) {
  switch (statement.kind) {
    case StatementKind::update:
    case StatementKind::delete_:
    case StatementKind::upsert:
    case StatementKind::merge:
    case StatementKind::select:
      return true;
    default:
      return false;
  }
}

void load_skew_object(const Section& skew, Access& access) {
  int kinds = 0;
  if (skew.given("recent")) {
    access.kind = Access::Kind::recent;
    access.share = skew.quantity("recent");
    ++kinds;
  }
  if (skew.given("gaussian")) {
    access.kind = Access::Kind::gaussian;
    access.share = skew.quantity("gaussian");
    ++kinds;
  }
  if (skew.given("zipf")) {
    access.kind = Access::Kind::zipf;
    access.exponent = skew.quantity("zipf");
    ++kinds;
  }
  if (kinds > 1) skew.problem(skew.mark(), "skew: only one of recent, zipf and gaussian");
  const bool clustered =
      access.kind == Access::Kind::recent || access.kind == Access::Kind::gaussian;
  const std::string_view keys = skew.choice("keys").value_or(clustered ? "clustered" : "scattered");
  access.keys = keys == "clustered" ? Access::Keys::clustered : Access::Keys::scattered;
}

Access load_skew(const Section& shape) {
  Access access;
  const Node* node = shape.value("skew");
  if (node == nullptr) return access;
  if (node->is_scalar()) {
    if (node->text != "uniform")
      shape.problem_at("skew", fmt::format("{} is not known here", in_quotes(node->text)),
                       "write uniform, {recent: 5%}, {zipf: 1.1} or {gaussian: 10%}");
    return access;
  }
  load_skew_object(shape.inside(*node, skew_object, join_path(shape.path(), "skew")), access);
  return access;
}

void load_shape(Loading& loading, const Section& shape, const sql::ParsedStatement& parsed,
                const std::optional<models::Quantity>& rebuilt_rows, Statement& statement) {
  const bool whole = statement.kind == StatementKind::refresh && !statement.concurrently;
  if (rebuilt_rows)
    statement.rows = *rebuilt_rows;
  else if (whole && statement.table >= 0 && !shape.given("rows"))
    statement.rows = loading.mesh.tables[static_cast<std::size_t>(statement.table)].rows;
  else if (shape.given("rows"))
    statement.rows = shape.quantity("rows");
  else if (!parsed.rows_known)
    shape.problem(shape.mark("sql"), "the text does not tell how many rows this statement writes",
                  "add rows: with the number per execution");
  if (shape.given("skew") && !finds_rows(statement))
    shape.problem_at("skew", "this statement finds no rows: skew has no meaning here");
  statement.access = load_skew(shape);
  if (shape.given("conflicts") && !has_conflicts(statement) && !rebuilt_rows)
    shape.problem_at("conflicts", "only INSERT … ON CONFLICT and MERGE meet existing rows");
  statement.conflict_share = shape.quantity("conflicts");
  if (has_conflicts(statement) && !shape.given("conflicts"))
    loading.mesh.assumptions.push_back(
        fmt::format("{}: no row exists already (conflicts: 0%)", shape.path()));
  if (statement.table < 0) return;
  const models::Table& table = loading.mesh.tables[static_cast<std::size_t>(statement.table)];
  for (const Word& name : shape.words("unchanged"))
    if (const int column = resolve_column(shape, table, name); column >= 0)
      statement.unchanged.push_back(column);
}

}  // namespace

std::optional<Statement> load_statement(Loading& loading, const Section& shape, const Node& sql,
                                        int domain_index,
                                        std::optional<models::Quantity> rebuilt_rows) {
  if (!sql.is_scalar()) {
    shape.problem(sql.mark,
                  fmt::format("sql: one statement is wanted here, not {}", kind_name(sql)),
                  "write several statements of one transaction as a list under transaction:");
    return std::nullopt;
  }
  const models::Domain& domain = loading.mesh.domains[static_cast<std::size_t>(domain_index)];
  if (domain.database < 0 || shape.sql_is_cut()) return std::nullopt;  // reported already
  const auto database = static_cast<std::size_t>(domain.database);
  if (loading.databases[database].unreadable) return std::nullopt;
  const int node = loading.mesh.databases[database].node;
  const sql::Catalog catalog{loading.mesh.tables, domain.database,
                             &loading.databases[database].schema,
                             loading.search_paths[static_cast<std::size_t>(domain_index)]};
  const sql::Source source = loading.texts.add(sql);
  std::vector<sql::Problem> found;
  std::optional<sql::ParsedStatement> parsed = sql::parse_statement(
      source, loading.mesh.nodes[static_cast<std::size_t>(node)].postgres, catalog, found);
  loading.texts.report(found, loading.problems, loading.notices);
  if (!parsed) return std::nullopt;
  Statement& statement = parsed->statement;
  const Mark mark =
      loading.texts.place(loading.problems, source.file, statement.line, statement.column);
  statement.file = loading.problems.source_name(mark.source);
  statement.line = mark.line;
  statement.column = mark.column;
  load_shape(loading, shape, *parsed, rebuilt_rows, statement);
  return statement;
}

std::optional<Statement> load_copy(Loading& loading, const Section& copy, int domain_index) {
  const std::optional<Word> name = copy.word("table");
  const int index = name ? resolve_table(loading, copy, *name, domain_index) : -1;
  Statement statement;
  statement.kind = StatementKind::copy;
  statement.rows = copy.quantity("rows");
  statement.file = loading.problems.source_name(copy.mark().source);
  statement.line = copy.mark().line;
  statement.column = copy.mark().column;
  if (index < 0) return std::nullopt;
  statement.table = index;
  const models::Table& table = loading.mesh.tables[static_cast<std::size_t>(index)];
  for (const Word& word : copy.words("columns"))
    if (const int column = resolve_column(copy, table, word); column >= 0)
      statement.columns.push_back(column);
  if (!copy.given("columns"))
    for (std::size_t c = 0; c < table.columns.size(); ++c)
      if (!table.columns[c].generated) statement.columns.push_back(static_cast<int>(c));
  statement.sql = "COPY " + table.qualified_name() + " FROM STDIN";
  return statement;
}

}  // namespace scenario
