#include "tests/accuracy/workload.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "tests/accuracy/random_table.hpp"

namespace accuracy {
namespace {

struct Server {
  int postgres = 15;
  bool checksums = false;
  int segment = 16;  // MB
  std::vector<std::string> settings;
};

/// What else happens besides the load; each drawn workload has at most one of them.
enum class Event { none, checkpoint, bulk_update, snapshot, open_transaction };
enum class Consumer { none, steady, pauses, stops, stops_under_cap, stops_on_small_disk };

struct Draw {
  Dice dice;
  Server server;
  int horizon = 30;
  Event event = Event::none;
  Consumer consumer = Consumer::none;
  std::vector<RandomTable> tables;
};

/// Volume-paced servers have a small max_wal_size, time-paced ones a short checkpoint_timeout.
void draw_pacing(Draw& draw) {
  Dice& dice = draw.dice;
  Server& server = draw.server;
  server.segment = dice.chance(0.25) ? 1 : 16;
  const auto megabytes = server.segment == 1 ? dice.one_of<int>({8, 16, 24, 48, 128})
                                             : dice.one_of<int>({64, 96, 128, 256, 512, 1024});
  server.settings.push_back(fmt::format("max_wal_size: {}MB", megabytes));
  server.settings.push_back(
      fmt::format("min_wal_size: {}MB", server.segment == 1 ? 4 : std::min(80, megabytes)));
  server.settings.push_back(
      fmt::format("checkpoint_timeout: {}", dice.one_of<std::string>({"30s", "5min", "10min"})));
}

void draw_server(Draw& draw) {
  Dice& dice = draw.dice;
  Server& server = draw.server;
  server.postgres = dice.one_of<int>({15, 15, 16, 17, 18, 18});
  server.checksums = dice.chance(server.postgres == 18 ? 0.8 : 0.2);
  draw_pacing(draw);
  const bool logical = draw.consumer != Consumer::none || dice.chance(0.3);
  server.settings.push_back(fmt::format("wal_level: {}", logical ? "logical" : "replica"));
  server.settings.push_back(
      fmt::format("shared_buffers: {}", dice.one_of<std::string>({"128MB", "256MB"})));
  server.settings.push_back(fmt::format("synchronous_commit: {}", dice.chance(0.5) ? "on" : "off"));
  if (dice.chance(0.08)) server.settings.emplace_back("full_page_writes: off");
  if (dice.chance(0.5)) {
    server.settings.push_back(
        fmt::format("autovacuum_naptime: {}", dice.one_of<std::string>({"5s", "10s", "15s"})));
    const double share = dice.one_of<double>({0.02, 0.05, 0.1, 0.2});
    server.settings.push_back(fmt::format("autovacuum_vacuum_scale_factor: {}", share));
    server.settings.push_back(fmt::format("autovacuum_analyze_scale_factor: {}", share / 2));
  }
  if (draw.consumer == Consumer::stops_under_cap)
    server.settings.push_back(
        fmt::format("max_slot_wal_keep_size: {}MB", dice.one_of<int>({32, 48, 64})));
}

void draw_events(Draw& draw) {
  Dice& dice = draw.dice;
  const double luck = dice.uniform();
  if (luck < 0.08)
    draw.event = Event::snapshot;
  else if (luck < 0.16)
    draw.event = Event::open_transaction;
  else if (luck < 0.36)
    draw.event = Event::checkpoint;
  else if (luck < 0.42)
    draw.event = Event::bulk_update;
  if (!dice.chance(0.4)) return;
  draw.consumer = dice.one_of<Consumer>({Consumer::steady, Consumer::steady, Consumer::pauses,
                                         Consumer::pauses, Consumer::stops,
                                         Consumer::stops_under_cap, Consumer::stops_on_small_disk});
}

/// A server of the lab is played on 1 to 2 s after its start, which its background writer counts
/// from.
std::string start_state(int segment) {
  return fmt::format(
      "    start_state: {{since_checkpoint: 0s, since_running_xacts: 3s, segment_used: 0%, "
      "pg_wal: {}MB}}\n",
      2 * segment);
}

std::string nodes_yaml(const Draw& draw) {
  const Server& server = draw.server;
  std::string text = fmt::format(
      "nodes:\n  db:\n    postgres: {}\n    data_checksums: {}\n    wal_segment_size: {}MB\n"
      "    settings: {{{}}}\n{}",
      server.postgres, server.checksums ? "on" : "off", server.segment,
      fmt::join(server.settings, ", "), start_state(server.segment));
  if (draw.consumer == Consumer::stops_on_small_disk)
    text += fmt::format("    volumes: {{data: {{size: 2GB}}, wal: {{size: {}MB}}}}\n",
                        Dice{draw.dice}.one_of<int>({96, 128, 160, 224}));
  if (draw.consumer != Consumer::none)
    text += fmt::format(
        "  mart:\n    postgres: {}\n    data_checksums: off\n"
        "    settings: {{synchronous_commit: off, max_wal_size: 1GB, checkpoint_timeout: 10min}}\n",
        server.postgres);
  return text;
}

std::string domain_yaml(Draw& draw) {
  std::string ddl, sizes, streams;
  for (RandomTable& table : draw.tables) {
    ddl += table.ddl("      ");
    sizes += table.sizes("      ");
    streams += table.streams("      ");
  }
  const RandomTable& first = draw.tables.front();
  if (draw.event == Event::checkpoint)
    streams += fmt::format("      - {{name: checkpoint, sql: CHECKPOINT, at: {}s}}\n",
                           draw.dice.between(10, draw.horizon / 2));
  if (draw.event == Event::bulk_update)
    streams += fmt::format(
        "      - {{name: bulk update, sql: UPDATE {} SET counter = counter + 1, rows: {}, at: "
        "{}s}}\n",
        first.name(), first.rows(), draw.dice.between(8, 15));
  return "domains:\n  shop:\n    node: db\n    ddl: |\n" + ddl + "    tables:\n" + sizes +
         "    workload:\n" + streams;
}

std::string replication_yaml(const Draw& draw) {
  if (draw.consumer == Consumer::none) return "";
  std::vector<std::string> names;
  for (const RandomTable& table : draw.tables) names.push_back(table.name());
  return fmt::format(
      "products:\n  shop:\n    tables: [{}]\n    consumers:\n      mart: {{node: mart, slot: "
      "mart}}\n",
      fmt::join(names, ", "));
}

std::string incidents_yaml(Draw& draw) {
  Dice& dice = draw.dice;
  std::string text;
  if (draw.event == Event::snapshot || draw.event == Event::open_transaction)
    text += fmt::format(
        "  - {{kind: open_transaction, name: holder, domain: shop, at: {}s, for: {}s{}}}\n",
        dice.between(3, 8), dice.between(12, draw.horizon - 12),
        draw.event == Event::snapshot ? ", isolation: repeatable_read, writes: off" : "");
  if (draw.consumer == Consumer::pauses)
    text += fmt::format(
        "  - {{kind: subscriber_down, name: outage, product: shop, at: {}s, for: {}s}}\n",
        dice.between(3, 8), dice.between(8, draw.horizon - 18));
  else if (draw.consumer > Consumer::pauses)
    text += fmt::format("  - {{kind: subscriber_down, name: outage, product: shop, at: {}s}}\n",
                        dice.between(1, 4));
  return text.empty() ? "" : "incidents:\n" + text;
}

}  // namespace

std::string random_workload(std::uint64_t seed, std::uint64_t number) {
  Draw draw{Dice{seed, number}, {}, 30, {}, {}, {}};
  draw.horizon = static_cast<int>(draw.dice.between(30, 45));
  draw_events(draw);
  draw_server(draw);
  const auto tables = draw.dice.one_of<int>({1, 1, 1, 2, 2, 3});
  for (int i = 0; i < tables; ++i)
    draw.tables.emplace_back(draw.dice, i, draw.horizon, draw.event == Event::bulk_update, tables);
  std::string text = fmt::format(
      "# Workload {} of seed {}.\nmeshplan: 1\nname: random-{}-{}\nstart: 2026-01-05 00:00\n"
      "horizon: {}s\n",
      number, seed, seed, number, draw.horizon);
  text += nodes_yaml(draw);
  text += domain_yaml(draw);
  text += replication_yaml(draw);
  text += incidents_yaml(draw);
  return text;
}

}  // namespace accuracy
