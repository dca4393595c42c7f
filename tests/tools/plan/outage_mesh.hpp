#pragma once

#include "models/mesh.hpp"
#include "tools/plan/variant.hpp"

/// A model whose answers are known in closed form: one producer, one table that grows at a constant
/// rate, one consumer, and one outage of exponential length.
namespace plan {

struct OutageMesh {
  double mean_outage = 3600;  // seconds
  bool fixed = false;         // always as long as the mean
  double gib = 0;             // of the producer's volume; 0 = unlimited
  double outage_at = 3600;    // seconds
};

/// An objective of the consumer's slot.
inline models::Objective objective_below(const std::string& metric, const std::string& at,
                                         double limit) {
  models::Objective objective;
  objective.metric = metric;
  objective.subject = "orders";
  objective.at = at;
  objective.below = limit;
  return objective;
}

inline models::Mesh outage_mesh(const OutageMesh& wanted) {
  using namespace sim::units;
  models::Mesh mesh;
  mesh.name = "outage";
  mesh.horizon = 96h;
  models::Node producer, consumer;
  producer.name = "producer";
  producer.settings.wal_level = models::WalLevel::logical;
  producer.settings.full_page_writes = false;  // WAL grows along a straight line
  producer.data.size = wanted.gib * (1 << 30);
  producer.settings.checkpoint_timeout = consumer.settings.checkpoint_timeout = 1h;  // fewer events
  producer.segment_used = 0;
  producer.since_checkpoint = 0s;
  producer.since_running_xacts = 0s;
  consumer.name = "consumer";
  mesh.nodes = {producer, consumer};
  models::Database here, there;
  here.name = there.name = "app";
  here.node = 0;
  there.node = 1;
  mesh.databases = {here, there};
  models::Domain sales;
  sales.name = "sales";
  sales.database = 0;
  mesh.domains = {sales};
  models::Link link;
  link.name = "producer/consumer";
  link.a = 0;
  link.b = 1;
  mesh.links = {link};

  models::Table table;
  table.schema = "core";
  table.name = "orders";
  table.database = 0;
  table.domain = "sales";
  models::Column id, note;
  id.name = "id";
  id.type = "bigint";
  id.not_null = true;
  note.name = "note";
  note.type = "text";
  note.width = 100;
  table.columns = {id, note};
  table.rows = 1e6;
  mesh.tables = {table};

  models::Statement insert;
  insert.kind = models::StatementKind::insert;
  insert.table = 0;
  insert.columns = {0, 1};
  models::Stream stream;
  stream.name = "orders";
  stream.domain = "sales";
  stream.database = 0;
  stream.statements = {insert};
  stream.rate = 200;
  mesh.streams = {stream};

  models::Product product;
  product.name = "orders";
  product.tables = {0};
  mesh.products = {product};
  models::Subscription subscription;
  subscription.name = subscription.slot = "orders";
  subscription.product = 0;
  subscription.publisher = 0;
  subscription.database = 0;
  subscription.subscriber = 1;
  subscription.link = 0;
  subscription.tables = {0};
  subscription.decode_rate = 1e9;
  subscription.apply_rate_insert = 1e7;
  subscription.apply_rate_update = 1e7;
  subscription.apply_rate_delete = 1e7;
  subscription.apply_rate_commit = 1e7;
  mesh.subscriptions = {subscription};
  models::Incident down;
  down.name = "outage";
  down.kind = models::Incident::Kind::link_down;
  down.link = 0;
  down.at = sim::from_seconds(wanted.outage_at);
  down.duration = wanted.mean_outage;
  if (!wanted.fixed) {
    down.duration.parameter = 0;
    mesh.parameters = {{"incidents.outage.for",
                        "s",
                        {models::Distribution::Kind::exponential, wanted.mean_outage, 0, 0},
                        "here"}};
  }
  mesh.incidents = {down};
  return mesh;
}

/// Bytes the slot keeps after an outage of that length, as the model has them: measured once in a
/// fixed run, because the point of the mesh is the percentile, not the bytes of a row.
inline double retained_after(double seconds) {
  const Variant fixed =
      simulate_variant(outage_mesh({.mean_outage = seconds, .fixed = true}), {.replicates = 1});
  for (const Outcome& o : fixed.outcomes)
    if (o.key.metric == "retained_wal" && o.key.subject == "orders") return o.maximum;
  return 0;
}

}  // namespace plan
