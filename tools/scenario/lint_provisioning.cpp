#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <regex>

#include "tools/scenario/lint.hpp"
#include "tools/sql/lexer.hpp"

namespace scenario {
namespace {

using models::Mechanism;
using models::Mesh;
using models::Provisioning;
using models::Table;

bool is_text(const models::Column& column) {
  return column.type == "text" || column.type.starts_with("character");
}

bool has_row_security(const Provisioning& provisioning, int table) {
  for (const models::DomainProvisioning& domain : provisioning.domains)
    for (const models::RowSecurity& row : domain.row_security)
      if (row.table == table) return true;
  return false;
}

/// Keys sort and compare by their collation, and defaults differ between servers.
void lint_keys(const models::Product& product, const Table& table, Findings& findings) {
  for (const models::Index& index : table.indexes) {
    if (!index.primary) continue;
    for (const models::IndexColumn& key : index.keys) {
      if (key.column < 0) continue;
      const models::Column& column = table.columns[static_cast<std::size_t>(key.column)];
      if (is_text(column) && column.collation.empty())
        findings.add(
            "text_key_without_collation", product.place,
            fmt::format("product {}: key {}.{} has the collation of whatever database it is in",
                        product.name, table.qualified_name(), column.name),
            fmt::format("declare it in the DDL: {} {} COLLATE \"C\"", column.name, column.type));
    }
  }
}

void lint_products(const Mesh& mesh, const Provisioning& provisioning, Findings& findings) {
  for (const models::Product& product : mesh.products)
    for (std::size_t t = 0; t < product.tables.size(); ++t) {
      const int index = product.tables[t];
      const Table& table = mesh.tables[static_cast<std::size_t>(index)];
      const bool leaves = std::any_of(product.consumers.begin(), product.consumers.end(),
                                      [](const models::Consumer& consumer) {
                                        return consumer.mechanism != Mechanism::logical;
                                      });
      const bool streams = std::any_of(
          product.consumers.begin(), product.consumers.end(),
          [](const models::Consumer& consumer) { return consumer.mechanism == Mechanism::event; });
      if (leaves) lint_keys(product, table, findings);
      if (streams && has_row_security(provisioning, index) && product.row_filters[t].empty())
        findings.add(
            "row_security_replicated", product.place,
            fmt::format("product {}: {} has row security, which the initial copy obeys and "
                        "the stream ignores",
                        product.name, table.qualified_name()),
            "give the publication a row filter: where: …");
      for (const models::Job& job : mesh.jobs)
        if (job.kind == models::Job::Kind::rebuild && job.by == models::Job::Rebuild::swap &&
            job.table == index)
          findings.add("contract_swapped", job.place,
                       fmt::format("{} is shared and rebuilt by swap: grants, indexes and "
                                   "publication are lost each time",
                                   table.qualified_name()),
                       "rebuild it in place: by: truncate_insert, delete_insert or merge");
    }
}

/// pg_wal exceeds the cap by what is written until the next checkpoint enforces it.
void lint_cap(const Mesh& mesh, Findings& findings) {
  for (std::size_t n = 0; n < mesh.nodes.size(); ++n) {
    const models::Node& node = mesh.nodes[n];
    const bool publishes = std::any_of(mesh.subscriptions.begin(), mesh.subscriptions.end(),
                                       [&](const models::Subscription& subscription) {
                                         return subscription.publisher == static_cast<int>(n);
                                       });
    const models::Volume& volume = node.wal ? *node.wal : node.data;
    const double cap = static_cast<double>(node.settings.max_slot_wal_keep_size.count);
    if (!publishes || cap < 0 || volume.size.value <= 0) continue;
    const double room = volume.size.value * (1 - volume.reserved.value) - volume.other.value -
                        static_cast<double>(node.settings.max_wal_size.count);
    if (cap > room)
      findings.add(
          "slot_cap_above_disk", node.place,
          fmt::format("node {}: max_slot_wal_keep_size and the WAL between two checkpoints do "
                      "not fit on the volume together",
                      node.name),
          fmt::format("set it below {:.0f}MB, less what the tables take", room / (1 << 20)));
  }
}

void lint_roles(const Provisioning& provisioning, Findings& findings) {
  for (const models::DomainProvisioning& domain : provisioning.domains)
    for (const models::RoleProvisioning& role : domain.roles) {
      if (!role.login && !role.settings.empty())
        findings.add(
            "limits_on_group", role.place,
            fmt::format("role {} cannot log in, so its settings never take effect: members "
                        "and SET ROLE do not get them",
                        role.name),
            "set them on the login roles");
      const bool hard =
          role.connection_limit >= 0 || !role.settings_given ||
          std::any_of(role.settings.begin(), role.settings.end(),
                      [](const auto& setting) { return setting.first == "temp_file_limit"; });
      if (role.login && !hard)
        findings.add("no_hard_limit", role.place,
                     fmt::format("role {} has no limit that its user cannot lift", role.name),
                     "give it connection_limit: or settings: {temp_file_limit: …}");
    }
}

void lint_row_security(const Mesh& mesh, const Provisioning& provisioning, Findings& findings) {
  for (const models::DomainProvisioning& domain : provisioning.domains)
    for (const models::RowSecurity& row : domain.row_security)
      if (row.grants.empty() && row.auditor.empty())
        findings.add("row_security_without_readers", row.place,
                     fmt::format("{}: no role is anybody's tenant, so readers see no row",
                                 mesh.tables[static_cast<std::size_t>(row.table)].qualified_name()),
                     "add grants: [{role: …, tenants: […]}], or an auditor:");
}

void lint_tls(const Mesh& mesh, const Provisioning& provisioning, Findings& findings) {
  for (std::size_t n = 0; n < mesh.nodes.size() && n < provisioning.nodes.size(); ++n) {
    const std::string& mode = provisioning.nodes[n].sslmode;
    if (mode != "disable" && mode != "require") continue;
    findings.add("connection_not_verified", mesh.nodes[n].place,
                 fmt::format("node {}: sslmode {} {}", mesh.nodes[n].name, mode,
                             mode == "disable" ? "sends passwords and rows in the clear"
                                               : "does not check who answers"),
                 "tls: {sslmode: verify-full, sslrootcert: …}");
  }
}

/// How often a word stands in a text.
int count_word(const std::string& text, const std::string& word) {
  const std::regex pattern{"\\b" + word + "\\b", std::regex::icase};
  return static_cast<int>(std::distance(std::sregex_iterator{text.begin(), text.end(), pattern},
                                        std::sregex_iterator{}));
}

/// SQL that ends sessions: in a CTE nobody reads it never runs, and without a filter it hits
/// walsenders and autovacuum.
void lint_terminate(const std::string& text, const models::Place& place, Findings& findings) {
  constexpr std::size_t longest = 20'000;  // std::regex recurses
  if (text.size() > longest || text.find("pg_terminate_backend") == std::string::npos) return;
  static const std::regex cte{
      R"(([A-Za-z_]\w*)\s+AS\s+((NOT\s+)?MATERIALIZED\s+)?\(\s*SELECT[^()]*pg_terminate_backend)",
      std::regex::icase};
  std::smatch match;
  if (std::regex_search(text, match, cte) && count_word(text, match[1]) == 1)
    findings.add("terminate_never_runs", place,
                 fmt::format("nothing reads CTE {}, so PostgreSQL never runs its "
                             "pg_terminate_backend()",
                             match[1].str()),
                 "read its result: INSERT … SELECT … FROM " + match[1].str());
  if (count_word(text, "backend_type") == 0)
    findings.add("terminate_any_backend", place,
                 "pg_terminate_backend() without a look at backend_type ends walsenders and "
                 "autovacuum workers too",
                 "add backend_type = 'client backend' AND pid <> pg_backend_pid()");
  if (count_word(text, "backend_xmin") > 0 && count_word(text, "backend_xid") == 0)
    findings.add(
        "terminate_spares_writers", place,
        "an idle writer has backend_xid and no backend_xmin: it is spared, and who inherited "
        "its age is ended",
        "test age(backend_xid) as well, or let governance: {kill_routine: …} do it");
}

struct Policies {
  bool permissive = false;
  models::Place place;
};

class DdlHazards {
 public:
  explicit DdlHazards(Findings& findings) : findings_{findings} {}

  void read(const models::DdlText& ddl) {
    const sql::Source source{ddl.text, ddl.place.file, 1, 1, 0};
    std::vector<sql::Problem> problems;  // the loader has reported them
    for (const sql::Piece& piece : sql::lex(source, problems).pieces) {
      models::Place place = ddl.place;
      place.line += piece.at.line - 1;
      statement(piece.lexed(), place);
    }
  }

  void finish() {
    for (const auto& [table, policies] : policies_)
      if (!policies.permissive)
        findings_.add("restrictive_policy_only", policies.place,
                      fmt::format("{} has restrictive policies only: nobody sees a row", table),
                      "add a permissive policy per reader, or use row_security: of the domain");
  }

 private:
  void statement(const sql::Lexed& s, const models::Place& place) {
    const std::string text{s.text};
    if (s.phrase(0, "CREATE POLICY")) return policy(s, text, place);
    if (s.is(1, "SUBSCRIPTION") && (s.is(0, "CREATE") || s.is(0, "DROP")))
      findings_.add("subscription_in_ddl", place,
                    text.substr(0, text.find(' ')) +
                        " SUBSCRIPTION waits for every open writer, and runs in no transaction",
                    "let products: make it: slot first, with a timeout and a look for writers");
    lint_terminate(text, place, findings_);
    static const std::regex glued{R"(EXECUTE\s+'[^;]*\|\|)", std::regex::icase};
    constexpr std::size_t longest = 20'000;
    if (text.size() < longest && text.find("||") != std::string::npos &&
        text.find("quote_ident") == std::string::npos &&
        text.find("format(") == std::string::npos && std::regex_search(text, glued))
      findings_.add("sql_by_concatenation", place,
                    "EXECUTE of text put together by ||: a name can become a statement",
                    "use format() with %I and %L");
  }

  void policy(const sql::Lexed& s, const std::string& text, const models::Place& place) {
    std::size_t at = s.find(2, "ON") + 1, end = at + 1;
    while (s.is(end, '.')) end += 2;
    std::string table;
    for (std::size_t i = at; i < end && i < s.tokens.size(); ++i) table += s.word(i);
    const auto [entry, fresh] = policies_.try_emplace(table, Policies{false, place});
    entry->second.permissive = entry->second.permissive || !s.phrase(end, "AS RESTRICTIVE");
    if (text.find("current_setting") != std::string::npos)
      findings_.add(
          "session_setting_authority", place,
          fmt::format("a policy of {} trusts a setting that every session can set", table),
          "look the tenant up in a table by current_user: row_security: of the domain");
  }

  Findings& findings_;
  std::map<std::string, Policies> policies_;
};

void lint_texts(const Mesh& mesh, const Provisioning& provisioning, Findings& findings) {
  for (const models::DomainProvisioning& domain : provisioning.domains) {
    DdlHazards hazards{findings};
    for (const models::DdlText& ddl : domain.ddl) hazards.read(ddl);
    hazards.finish();
  }
  for (const models::Job& job : mesh.jobs)
    for (const models::Statement& statement : job.statements)
      lint_terminate(statement.sql, job.place, findings);
}

}  // namespace

void lint_provisioning(const Mesh& mesh, const Provisioning& provisioning, Findings& findings) {
  lint_products(mesh, provisioning, findings);
  lint_cap(mesh, findings);
  lint_roles(provisioning, findings);
  lint_row_security(mesh, provisioning, findings);
  lint_tls(mesh, provisioning, findings);
  lint_texts(mesh, provisioning, findings);
}

}  // namespace scenario
