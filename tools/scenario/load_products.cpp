#include <fmt/format.h>

#include <algorithm>

#include "tools/scenario/key_objects.hpp"
#include "tools/scenario/loading.hpp"
#include "tools/sql/statement.hpp"

namespace scenario {
namespace {

using models::Consumer;
using models::Mechanism;
using models::Product;
using models::Subscription;

/// A table of the product: where several databases have one of that name, `domain:` decides.
int resolve_published(Loading& loading, const Section& product, const Word& name) {
  if (product.given("domain")) {
    const int domain = resolve(product, "domain", loading.mesh.domains, "domain");
    return resolve_table(loading, product, name, domain);
  }
  std::vector<int> found;
  std::vector<std::string> names;
  for (std::size_t d = 0; d < loading.mesh.domains.size(); ++d)
    if (const int table = find_table(loading, static_cast<int>(d), name.text); table >= 0)
      if (std::find(found.begin(), found.end(), table) == found.end()) found.push_back(table);
  if (found.size() == 1) return found.front();
  if (found.size() > 1) {
    product.problem(name.mark,
                    fmt::format("several databases have a table {}", in_quotes(name.text)),
                    "name one with domain:");
    return -1;
  }
  for (const Loading::DatabaseState& database : loading.databases)
    if (database.unreadable) return -1;
  for (const models::Table& table : loading.mesh.tables) {
    names.push_back(table.qualified_name());
    names.push_back(table.name);
  }
  product.problem(name.mark, fmt::format("there is no table {}", in_quotes(name.text)),
                  did_you_mean(name.text, {names.begin(), names.end()}));
  return -1;
}

/// The row filter must be an expression over the table's columns: PostgreSQL's parser says.
void check_filter(Loading& loading, const Section& section, int table_index) {
  const Node* where = section.value("where");
  if (where == nullptr || !where->is_scalar() || table_index < 0) return;
  const models::Table& table = loading.mesh.tables[static_cast<std::size_t>(table_index)];
  const auto database = static_cast<std::size_t>(table.database);
  const sql::Catalog catalog{
      loading.mesh.tables, table.database, &loading.databases[database].schema, {table.schema}};
  const int node = loading.mesh.databases[database].node;
  const sql::Source source = loading.texts.add(
      *where, fmt::format("SELECT 1 FROM \"{}\".\"{}\" WHERE ", table.schema, table.name));
  std::vector<sql::Problem> found;
  sql::parse_statement(source, loading.mesh.nodes[static_cast<std::size_t>(node)].postgres, catalog,
                       found);
  loading.texts.report(found, loading.problems, loading.notices);
}

void add_table(Loading& loading, const Section& section, int table_index, Product& product) {
  if (table_index < 0) return;
  const models::Table& table = loading.mesh.tables[static_cast<std::size_t>(table_index)];
  if (table.kind != models::Table::Kind::table && table.kind != models::Table::Kind::partitioned)
    section.problem(section.mark(),
                    fmt::format("{} cannot be published: only tables can", table.qualified_name()));
  std::vector<int> columns;
  for (const Word& word : section.words("columns"))
    if (const int column = resolve_column(section, table, word); column >= 0)
      columns.push_back(column);
  check_filter(loading, section, table_index);
  product.tables.push_back(table_index);
  product.column_lists.push_back(std::move(columns));
  product.row_filters.push_back(section.text("where").value_or(""));
  product.row_filter_shares.push_back(section.number("share").value_or(1.0));
  if (section.given("where") && !section.given("share"))
    loading.mesh.assumptions.push_back(
        fmt::format("{}: every row passes the row filter (share: 100%)", section.path()));
}

void load_product_tables(Loading& loading, const Section& section, Product& product) {
  if (section.given("table") == section.given("tables")) {
    section.problem(section.mark(),
                    fmt::format("product {} needs either table: or tables:", product.name));
    return;
  }
  if (const auto name = section.word("table")) {
    add_table(loading, section, resolve_published(loading, section, *name), product);
    return;
  }
  for (const std::string_view key : {"columns", "where", "share"})
    if (section.given(key))
      section.problem_at(key, "belongs to one of the tables",
                         "write tables: [{table: …, where: …}]");
  const Node* list = section.value("tables");
  if (!list->is_sequence()) {
    section.problem_at("tables", fmt::format("a list is wanted, not {}", kind_name(*list)));
    return;
  }
  for (std::size_t i = 0; i < list->items.size(); ++i) {
    const Node& item = list->items[i];
    const std::string path = fmt::format("{}[{}]", join_path(section.path(), "tables"), i);
    if (item.is_scalar()) {
      const int table = resolve_published(loading, section, {item.text, item.mark});
      if (table < 0) continue;
      product.tables.push_back(table);
      product.column_lists.emplace_back();
      product.row_filters.emplace_back();
      product.row_filter_shares.push_back(1);
    } else {
      const Section entry = section.inside(item, published_table_object, path);
      if (const auto name = entry.word("table"))
        add_table(loading, entry, resolve_published(loading, section, *name), product);
    }
  }
}

/// A publication belongs to one database.
int database_of(const Loading& loading, const Section& section, const Product& product) {
  int database = -1;
  for (const int table : product.tables) {
    const int here = loading.mesh.tables[static_cast<std::size_t>(table)].database;
    if (database >= 0 && here != database) {
      section.problem(
          section.mark(),
          fmt::format("the tables of product {} are in different databases", product.name),
          "a publication holds tables of one database: make two products");
      break;
    }
    database = here;
  }
  return database;
}

void load_rates(Loading& loading, const Section& section, Subscription& subscription) {
  const std::string rates_path = join_path(section.path(), "apply_rates");
  const std::optional<Section> rates = section.object("apply_rates");
  const auto rate = [&](std::string_view key, double p10, double p50, double p90) {
    if (rates && rates->given(key)) return rates->quantity(key);
    return prior(loading, join_path(rates_path, key), "1/s", p10, p50, p90);
  };
  constexpr double mb = 1 << 20;
  subscription.decode_rate = section.given("decode_rate")
                                 ? section.quantity("decode_rate")
                                 : prior(loading, join_path(section.path(), "decode_rate"),
                                         "bytes/s", 50 * mb, 200 * mb, 400 * mb);
  subscription.apply_rate_insert = rate("insert", 20e3, 80e3, 150e3);
  subscription.apply_rate_update = rate("update", 10e3, 35e3, 80e3);
  subscription.apply_rate_delete = rate("delete", 15e3, 55e3, 100e3);
  subscription.apply_rate_commit = rate("commit", 2e3, 8e3, 15e3);
}

int link_between(const models::Mesh& mesh, int a, int b) {
  for (std::size_t l = 0; l < mesh.links.size(); ++l)
    if ((mesh.links[l].a == a && mesh.links[l].b == b) ||
        (mesh.links[l].a == b && mesh.links[l].b == a))
      return static_cast<int>(l);
  return -1;
}

/// What a real server refuses: decoding below wal_level logical, and a swap, which leaves the
/// publication with the old table.
void check_publisher(Loading& loading, const Section& section, const Product& product,
                     const Subscription& subscription) {
  const models::Node& publisher =
      loading.mesh.nodes[static_cast<std::size_t>(subscription.publisher)];
  if (publisher.settings.wal_level != models::WalLevel::logical)
    section.problem(
        section.mark(),
        fmt::format("logical replication needs wal_level = logical on node {}", publisher.name),
        fmt::format("add to nodes.{}.settings: wal_level: logical", publisher.name));
  for (const int table : product.tables)
    for (const models::Job& job : loading.mesh.jobs)
      if (job.kind == models::Job::Kind::rebuild && job.by == models::Job::Rebuild::swap &&
          job.table == table)
        section.problem(
            section.mark(),
            fmt::format(
                "{} is published and rebuilt by swap: the new table is not in the publication",
                loading.mesh.tables[static_cast<std::size_t>(table)].qualified_name()),
            "rebuild a published table by truncate_insert, delete_insert or merge");
}

void check_streaming(const Section& section, const models::Node& subscriber,
                     std::string_view streaming) {
  if (streaming == "parallel" && subscriber.postgres < 16)
    section.problem_at("streaming",
                       fmt::format("parallel exists from PostgreSQL 16; node {} runs {}",
                                   subscriber.name, subscriber.postgres));
}

int load_subscription(Loading& loading, const Section& section, int product_index,
                      const Product& product, int database, int node) {
  models::Mesh& mesh = loading.mesh;
  if (database < 0 || node < 0) return -1;  // reported
  Subscription subscription;
  subscription.place = section.place();
  subscription.name =
      section.text("subscription")
          .value_or(slot_name(fmt::format("sub_{}_{}", product.name, section.name())));
  subscription.slot = section.text("slot").value_or(slot_name(subscription.name));
  check_slot_name(section, section.given("slot") ? section.mark("slot") : section.mark(),
                  subscription.slot);
  for (const Subscription& other : mesh.subscriptions)
    if (other.slot == subscription.slot)
      section.problem(section.mark(), fmt::format("slot {} is used by subscription {} already",
                                                  subscription.slot, other.name));
  for (const models::Standby& standby : mesh.standbys)
    if (standby.slot == subscription.slot)
      section.problem(section.mark(), fmt::format("slot {} is used by standby {} already",
                                                  subscription.slot, standby.name));
  subscription.product = product_index;
  subscription.database = database;
  subscription.publisher = mesh.databases[static_cast<std::size_t>(database)].node;
  subscription.subscriber = node;
  subscription.tables = product.tables;
  subscription.link = link_between(mesh, subscription.publisher, node);
  if (subscription.link < 0 && node != subscription.publisher)
    mesh.assumptions.push_back(fmt::format(
        "subscription {}: no link between {} and {} is given, so the network is never slow",
        subscription.name, mesh.nodes[static_cast<std::size_t>(subscription.publisher)].name,
        mesh.nodes[static_cast<std::size_t>(node)].name));
  subscription.binary = section.flag("binary", false);
  subscription.copy_data = section.flag("copy_data", false);
  if (subscription.copy_data) assume_bulk_rate(loading, static_cast<std::size_t>(node));
  subscription.disable_on_error = section.flag("disable_on_error", false);
  const models::Node& subscriber = mesh.nodes[static_cast<std::size_t>(node)];
  const std::string_view streaming =
      section.choice("streaming").value_or(subscriber.postgres >= 18 ? "parallel" : "off");
  check_streaming(section, subscriber, streaming);
  subscription.streaming = streaming != "off";
  load_rates(loading, section, subscription);
  check_publisher(loading, section, product, subscription);
  mesh.subscriptions.push_back(std::move(subscription));
  return static_cast<int>(mesh.subscriptions.size()) - 1;
}

Mechanism mechanism_of(std::string_view word) {
  if (word == "federated") return Mechanism::federated;
  if (word == "logical") return Mechanism::logical;
  if (word == "databases") return Mechanism::databases;
  return Mechanism::event;
}

Consumer load_consumer(Loading& loading, const Section& section, int product_index,
                       const Product& product, int database) {
  Consumer consumer;
  consumer.name = section.name();
  consumer.place = section.place();
  consumer.node = resolve(section, "node", loading.mesh.nodes, "node");
  consumer.mechanism = mechanism_of(section.choice("mechanism").value_or("event"));
  for (const Section& query : section.objects("queries")) {
    const std::optional<Word> sql = query.word("sql");
    if (!sql) continue;
    std::string name = query.text("name").value_or(std::to_string(consumer.queries.size() + 1));
    consumer.queries.push_back({std::move(name),
                                sql->text,
                                query.quantity("rate"),
                                query.quantity("hold"),
                                {},
                                loading.problems.source_name(sql->mark.source),
                                sql->mark.line,
                                sql->mark.column});
  }
  if (consumer.node >= 0)
    consumer.server =
        load_server(section, loading.mesh.nodes[static_cast<std::size_t>(consumer.node)]);
  if (consumer.mechanism == Mechanism::event) {
    consumer.subscription =
        load_subscription(loading, section, product_index, product, database, consumer.node);
    return consumer;
  }
  for (const std::string_view key : {"subscription", "slot", "binary", "copy_data", "streaming",
                                     "disable_on_error", "decode_rate", "apply_rates"})
    if (section.given(key)) section.problem_at(key, "belongs to mechanism: event");
  if (consumer.mechanism != Mechanism::logical)
    load_foreign_server(loading, section, database, consumer);
  return consumer;
}

}  // namespace

void load_products(Loading& loading, const Section& root) {
  for (const Section& section : root.objects("products")) {
    Product product;
    product.name = section.name();
    product.place = section.place();
    load_product_tables(loading, section, product);
    const int database = database_of(loading, section, product);
    models::ProductProvisioning provisioning{
        section.text("publication").value_or("pub_" + product.name), {}};
    const auto index = static_cast<int>(loading.mesh.products.size());
    for (const Section& consumer : section.objects("consumers")) {
      product.consumers.push_back(load_consumer(loading, consumer, index, product, database));
      provisioning.consumers.push_back(
          load_consumer_provisioning(loading, consumer, product, product.consumers.back().node));
    }
    loading.provisioning.products.push_back(std::move(provisioning));
    loading.mesh.products.push_back(std::move(product));
  }
  plan_foreign_queries(loading, root);
}

}  // namespace scenario
