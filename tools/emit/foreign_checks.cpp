#include <fmt/format.h>

#include <algorithm>

#include "tools/emit/bundle.hpp"
#include "tools/sql/lexer.hpp"

namespace emit {
namespace {

/// The query with the producer's tables named as they are called here. Only the schema differs, so
/// that table.column stays what it was.
std::string in_foreign_schemas(const Topology& topology, int database, const std::string& query) {
  const sql::Source source{query, ""};
  std::vector<sql::Problem> problems;  // the loader has reported them
  const sql::Script script = sql::lex(source, problems);
  if (script.pieces.empty()) return {};
  const sql::Lexed lexed = script.pieces.front().lexed();
  std::string text;
  std::size_t copied = 0;
  for (std::size_t i = 0; i < lexed.tokens.size(); ++i) {
    if (!lexed.is(i + 1, '.') || (i > 0 && lexed.is(i - 1, '.'))) continue;
    for (const Flow& flow : topology.flows)
      for (const SharedTable& shared : flow.tables) {
        if (flow.to != database || flow.server.empty() || copied > lexed.tokens[i].begin ||
            shared.table->schema != lexed.name(i) || shared.table->name != lexed.name(i + 2))
          continue;
        text += std::string{lexed.text.substr(copied, lexed.tokens[i].begin - copied)} +
                Identifier{flow.foreign_schema}.sql();
        copied = lexed.tokens[i].end;
      }
  }
  return text + std::string{lexed.text.substr(copied)};
}

/// The clauses of a remote statement, in the words of verify.sql.
std::string clauses(const std::string& remote) {
  std::string text = "SELECT";
  for (const char* clause : {"JOIN", "WHERE", "GROUP BY", "ORDER BY", "LIMIT"})
    if (remote.find(fmt::format(" {} ", clause)) != std::string::npos)
      text += std::string{" "} + clause;
  return text;
}

/// ARRAY['…', '…'], sorted.
std::string expectation(const models::ForeignPlan& plan) {
  std::vector<std::string> sent;
  for (const models::ForeignScan& scan : plan.scans)
    sent.push_back(Literal{clauses(scan.sql)}.sql());
  std::ranges::sort(sent);
  return fmt::format("ARRAY[{}]", fmt::join(sent, ", "));
}

std::string search_path(const Topology& topology, const Flow& flow) {
  std::vector<Identifier> path{Identifier{flow.foreign_schema}};
  for (const std::string& schema : topology.domain(flow.consumer_domain).search_path)
    path.emplace_back(schema);
  return comma_separated(path);
}

}  // namespace

std::vector<Values> foreign_checks(const Topology& topology, int database) {
  std::vector<Values> checks;
  for (const Flow& flow : topology.flows) {
    if (flow.to != database || flow.server.empty()) continue;
    for (const models::ConsumerQuery& query : flow.consumer->queries) {
      // Where the planner may choose either way there is nothing to hold it to.
      if (query.plan.scans.empty() || query.plan.uncertain || sql::has_parameters({query.sql, ""}))
        continue;
      checks.push_back(Values{}
                           .set("query_name", Sql{in_comment(query.name)})
                           .set("query_name_text", Literal{query.name})
                           .set("reader", Identifier{flow.reader_role})
                           .set("search_path", Sql{search_path(topology, flow)})
                           .set("query", Literal{in_foreign_schemas(topology, database, query.sql)})
                           .set("expected", Sql{expectation(query.plan)}));
    }
  }
  return checks;
}

}  // namespace emit
