#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "tools/scenario/loading.hpp"
#include "tools/sql/foreign_query.hpp"

namespace scenario {
namespace {

using models::Consumer;
using models::ConsumerQuery;
using models::ForeignServer;
using models::Mechanism;

/// A number of the server's options that has no unit of its own.
void read_number(const Section& server, std::string_view key, double& into) {
  if (const std::optional<double> value = server.number(key)) into = *value;
}

/// The tables a consumer's SQL may name: foreign ones first, then those of its own node.
class Visible {
 public:
  Visible(const Loading& loading, const models::Product& product, const Consumer& consumer)
      : loading_{loading}, consumer_{consumer} {
    add_product(product);
    for (const models::Product& other : loading.mesh.products)
      for (const Consumer& reader : other.consumers)
        if (&other != &product && reader.node == consumer.node && is_foreign(reader.mechanism))
          add_product(other);
    foreign_ = tables_.size();
    for (std::size_t t = 0; t < loading.mesh.tables.size(); ++t) {
      const int database = loading.mesh.tables[t].database;
      if (loading.mesh.databases[static_cast<std::size_t>(database)].node == consumer.node &&
          database != consumer.database)
        tables_.push_back(static_cast<int>(t));
    }
  }

  static bool is_foreign(Mechanism mechanism) {
    return mechanism == Mechanism::federated || mechanism == Mechanism::databases;
  }

  int find(const std::string& schema, const std::string& name) const {
    for (const int t : tables_) {
      const models::Table& table = loading_.mesh.tables[static_cast<std::size_t>(t)];
      if (table.name == name && (schema.empty() || table.schema == schema)) return t;
    }
    return -1;
  }
  int server_of(int table) const {
    const auto end = tables_.begin() + static_cast<std::ptrdiff_t>(foreign_);
    return std::find(tables_.begin(), end, table) == end
               ? -1
               : loading_.mesh.tables[static_cast<std::size_t>(table)].database;
  }

 private:
  void add_product(const models::Product& product) {
    tables_.insert(tables_.end(), product.tables.begin(), product.tables.end());
  }

  const Loading& loading_;
  const Consumer& consumer_;
  std::vector<int> tables_;
  std::size_t foreign_ = 0;
};

/// Places of a plan come back under the number of their text: to the user's own lines.
void place_in_file(const Loading& loading, std::vector<models::ForeignRefusal>& refusals) {
  for (models::ForeignRefusal& refusal : refusals) {
    const models::Place& at = refusal.place;
    refusal.place =
        loading.problems.place(loading.texts.place(loading.problems, at.file, at.line, at.column));
  }
}

void plan_query(Loading& loading, const models::Product& product, Consumer& consumer,
                const Section& section, ConsumerQuery& query) {
  const Node* text = section.value("sql");
  if (text == nullptr || !text->is_scalar() || section.sql_is_cut() || consumer.node < 0) return;
  const Visible visible{loading, product, consumer};
  const sql::ForeignCatalog catalog{
      loading.mesh.tables,
      [&](const std::string& schema, const std::string& name) {
        return visible.find(schema, name);
      },
      [&](int table) { return visible.server_of(table); },
      consumer.server,
      consumer.database >= 0
          ? &loading.databases[static_cast<std::size_t>(consumer.database)].schema
          : nullptr,
      loading.mesh.nodes[static_cast<std::size_t>(consumer.node)].postgres};
  std::vector<sql::Problem> found;
  if (auto plan = sql::plan_foreign_query(loading.texts.add(*text), catalog, found))
    query.plan = std::move(*plan);
  loading.texts.report(found, loading.problems, loading.notices);
  place_in_file(loading, query.plan.refusals);
  place_in_file(loading, query.plan.collation_hazards);
  if (const std::optional<double> rows = section.number("rows");
      rows && !query.plan.scans.empty()) {
    query.plan.scans.front().rows = *rows;
    query.plan.scans.front().grows = false;
  } else if (!query.plan.scans.empty()) {
    loading.mesh.assumptions.push_back(
        fmt::format("{}: {:.0f} rows cross the wire (from `distinct:`; a range passes a third)",
                    section.path(), query.plan.scans.front().rows));
  }
}

}  // namespace

bool same_order(const std::string& a, const std::string& b) {
  const auto plain = [](const std::string& name) {
    std::string text;
    for (const char c : name)
      if (c != '-' && c != '_' && c != '"')
        text += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    // Code points in UTF-8 sort as their bytes do.
    return text == "c.utf8" || text == "posix" || text.empty() ? std::string{"c"} : text;
  };
  return plain(a) == plain(b);
}

models::ForeignServer load_server(const Section& section, const models::Node& consumer) {
  ForeignServer server;
  server.fdw_tuple_cost = consumer.postgres >= 17 ? 0.2 : 0.01;
  server.fetch_size = static_cast<int>(section.whole("fetch_size").value_or(10'000));
  const std::optional<Section> given = section.object("server");
  if (!given) return server;
  server.use_remote_estimate = given->flag("use_remote_estimate", false);
  read_number(*given, "fdw_startup_cost", server.fdw_startup_cost);
  read_number(*given, "fdw_tuple_cost", server.fdw_tuple_cost);
  server.async_capable = given->flag("async_capable", false);
  server.import_collate = given->flag("import_collate", true);
  server.analyzed = given->flag("analyzed", true);
  for (const Word& word : given->words("extensions")) server.extensions.push_back(word.text);
  return server;
}

void load_foreign_server(Loading& loading, const Section& section, int database,
                         Consumer& consumer) {
  models::Mesh& mesh = loading.mesh;
  consumer.database = database;
  if (database < 0 || consumer.node < 0) return;  // reported
  const int producer = mesh.databases[static_cast<std::size_t>(database)].node;
  const models::Node& node = mesh.nodes[static_cast<std::size_t>(consumer.node)];
  if (consumer.mechanism == Mechanism::databases && consumer.node != producer)
    section.problem_at("node",
                       fmt::format("databases of one cluster: the product is on node {}",
                                   mesh.nodes[static_cast<std::size_t>(producer)].name),
                       "name that node, or use mechanism: federated");
  for (std::size_t l = 0; l < mesh.links.size(); ++l)
    if ((mesh.links[l].a == producer && mesh.links[l].b == consumer.node) ||
        (mesh.links[l].b == producer && mesh.links[l].a == consumer.node))
      consumer.link = static_cast<int>(l);
  if (consumer.link < 0 && consumer.node != producer)
    mesh.assumptions.push_back(fmt::format(
        "{}: no link to the producer is given, so the network is never slow", section.path()));
  const std::string& remote = mesh.nodes[static_cast<std::size_t>(producer)].collation;
  consumer.server.article_collation =
      section.choice("fdw_collation_model").value_or("postgres") == "article" &&
      !same_order(remote, node.collation);
  const auto rate = [&](std::string_view key, double p10, double p50, double p90) {
    return section.given(key)
               ? section.quantity(key)
               : prior(loading, join_path(section.path(), key), "1/s", p10, p50, p90);
  };
  consumer.remote_scan_rate = rate("remote_scan_rate", 1e6, 3e6, 8e6);
  consumer.fetch_rate = rate("fetch_rate", 150e3, 500e3, 1e6);
}

void plan_foreign_queries(Loading& loading, const Section& root) {
  std::size_t p = 0;
  for (const Section& product : root.objects("products")) {
    if (p >= loading.mesh.products.size()) return;
    std::size_t c = 0;
    for (const Section& section : product.objects("consumers")) {
      Consumer& consumer = loading.mesh.products[p].consumers[c++];
      if (!Visible::is_foreign(consumer.mechanism)) continue;
      std::size_t q = 0;
      for (const Section& query : section.objects("queries"))
        if (query.word("sql"))
          plan_query(loading, loading.mesh.products[p], consumer, query, consumer.queries[q++]);
    }
    ++p;
  }
}

}  // namespace scenario
