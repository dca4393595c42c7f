#include <algorithm>

#include "tools/emit/topology.hpp"

namespace emit {
namespace {

using models::Mechanism;

/// Moves a domain and its tables, jobs and streams into another database.
void move_domain(models::Mesh& mesh, int domain, int database) {
  models::Domain& moved = mesh.domains[static_cast<std::size_t>(domain)];
  moved.database = database;
  for (models::Table& table : mesh.tables)
    if (table.domain == moved.name) table.database = database;
  for (models::Job& job : mesh.jobs)
    if (job.domain == moved.name) job.database = database;
  for (models::Stream& stream : mesh.streams)
    if (stream.domain == moved.name) stream.database = database;
}

/// The subscription of a consumer that had another mechanism, as the loader would name it.
int new_subscription(models::Mesh& mesh, std::size_t product, const models::Consumer& consumer,
                     int from) {
  models::Subscription subscription;
  std::string name = joined_name({"sub", mesh.products[product].name, consumer.name});
  subscription.name = name;
  for (char& c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))) c = '_';
  }
  subscription.slot = name;
  subscription.product = static_cast<int>(product);
  subscription.database = from;
  subscription.publisher = mesh.databases[static_cast<std::size_t>(from)].node;
  subscription.subscriber = consumer.node;
  subscription.tables = mesh.products[product].tables;
  subscription.place = consumer.place;
  mesh.subscriptions.push_back(std::move(subscription));
  return static_cast<int>(mesh.subscriptions.size()) - 1;
}

}  // namespace

Rearranged with_mechanism(models::Mesh mesh, models::Provisioning provisioning,
                          Mechanism mechanism) {
  for (std::size_t p = 0; p < mesh.products.size(); ++p)
    for (std::size_t c = 0; c < mesh.products[p].consumers.size(); ++c) {
      models::Consumer& consumer = mesh.products[p].consumers[c];
      const int domain = provisioning.products[p].consumers[c].domain;
      if (mesh.products[p].tables.empty()) continue;
      const int from =
          mesh.tables[static_cast<std::size_t>(mesh.products[p].tables.front())].database;
      consumer.mechanism = mechanism;
      if (domain < 0) continue;  // reported by topology()
      const auto to =
          static_cast<std::size_t>(mesh.domains[static_cast<std::size_t>(domain)].database);
      const int node = mesh.databases[static_cast<std::size_t>(from)].node;
      if (mechanism == Mechanism::logical) {
        move_domain(mesh, domain, from);
        consumer.node = node;
      }
      if (mechanism == Mechanism::databases && static_cast<int>(to) != from) {
        mesh.databases[to].node = node;
        consumer.node = node;
      }
      if (mechanism == Mechanism::event && consumer.subscription < 0)
        consumer.subscription = new_subscription(mesh, p, models::Consumer{consumer}, from);
    }
  return {std::move(mesh), std::move(provisioning)};
}

}  // namespace emit
