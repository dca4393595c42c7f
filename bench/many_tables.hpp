#pragma once

#include <string>

#include "models/mesh.hpp"

namespace bench {
using namespace sim::units;

/// core.t<i>: a bigint primary key and 100 bytes of text.
inline models::Table plain_table(int i, double rows) {
  models::Column id, note;
  id.name = "id";
  id.type = "bigint";
  id.not_null = true;
  id.order = models::KeyOrder::ascending;
  note.name = "note";
  note.type = "text";
  note.width = 100;
  models::Table table;
  table.schema = "core";
  table.name = "t" + std::to_string(i);
  table.database = 0;
  table.domain = "sales";
  table.columns = {id, note};
  models::Index key;
  key.name = table.name + "_pkey";
  key.unique = key.primary = true;
  key.keys = {{0, "", {}}};
  table.indexes = {key};
  table.rows = rows;
  return table;
}

/// One insert and one update of table i per transaction.
inline models::Stream plain_stream(int i, models::Quantity rate) {
  models::Statement insert, update;
  insert.kind = models::StatementKind::insert;
  update.kind = models::StatementKind::update;
  insert.table = update.table = i;
  insert.columns = {0, 1};
  update.columns = {1};
  update.predicate_columns = {0};
  models::Stream stream;
  stream.name = "t" + std::to_string(i);
  stream.domain = "sales";
  stream.database = 0;
  stream.statements = {insert, update};
  stream.rate = rate;
  stream.profile = 0;
  return stream;
}

/// Publishes every table over the only link.
inline void subscribe(models::Mesh& mesh) {
  models::Product product;
  models::Subscription subscription;
  product.name = subscription.name = subscription.slot = "everything";
  subscription.product = subscription.publisher = subscription.database = subscription.link = 0;
  subscription.subscriber = 1;
  for (std::size_t i = 0; i < mesh.tables.size(); ++i) {
    product.tables.push_back(static_cast<int>(i));
    subscription.tables.push_back(static_cast<int>(i));
  }
  subscription.apply_rate_insert = subscription.apply_rate_update = 20'000;
  subscription.apply_rate_delete = subscription.apply_rate_commit = 20'000;
  subscription.decode_rate = 50e6;
  mesh.products = {product};
  mesh.subscriptions = {subscription};
}

/// Two nodes with a slot between them over 30 days; `count` tables share 500 transactions per
/// second with a daily profile and an uncertain rate. The total load is the same for any count.
inline models::Mesh many_tables(int count) {
  models::Mesh mesh;
  mesh.name = "many tables";
  mesh.nodes.resize(2);
  mesh.nodes[0].name = "producer";
  mesh.nodes[0].settings.wal_level = models::WalLevel::logical;
  mesh.nodes[0].data.size = 4e12;
  mesh.nodes[1].name = "consumer";
  mesh.databases = {{"app", 0}, {"app", 1}};
  mesh.domains.resize(1);
  mesh.domains[0].name = "sales";
  mesh.domains[0].database = 0;
  mesh.links.resize(1);
  mesh.links[0].name = "producer/consumer";
  mesh.links[0].a = 0;
  mesh.links[0].b = 1;
  mesh.profiles.resize(1);
  mesh.profiles[0].name = "day";
  for (int hour = 0; hour < 24; ++hour)
    mesh.profiles[0].steps.push_back({hour * 1h, hour < 8 ? 0.4 : 1.3});
  using models::Distribution;
  mesh.parameters = {
      {"rate", "1/s", {Distribution::Kind::uniform, 400.0 / count, 600.0 / count, 0}, "bench"}};
  for (int i = 0; i < count; ++i) {
    mesh.tables.push_back(plain_table(i, 1e7 / count));
    mesh.streams.push_back(plain_stream(i, models::Quantity{500.0 / count, 0}));
  }
  subscribe(mesh);
  return mesh;
}

}  // namespace bench
