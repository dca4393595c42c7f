#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "models/wal_flow.hpp"
#include "tools/scenario/loading.hpp"

namespace scenario {
namespace {

models::Volume load_volume(Loading& loading, const Section& section, const std::string& owner) {
  models::Volume volume;
  volume.size = section.quantity("size");
  volume.reserved = section.quantity("reserved");
  volume.other = section.quantity("other");
  if (section.given("size") && !section.given("reserved"))
    loading.mesh.assumptions.push_back(
        fmt::format("volume {}: nothing reserved (ext4 keeps 5% for root by default)", owner));
  return volume;
}

void load_volumes(Loading& loading, const Section& section, models::Node& node) {
  const std::optional<Section> volumes = section.object("volumes");
  if (volumes) {
    if (const auto data = volumes->object("data"))
      node.data = load_volume(loading, *data, node.name + "/data");
    if (const auto wal = volumes->object("wal"))
      node.wal = load_volume(loading, *wal, node.name + "/wal");
  }
  if (!volumes || !volumes->given("data"))
    loading.mesh.assumptions.push_back(
        fmt::format("node {}: no data volume given, its disk never fills", node.name));
}

/// A node whose disks can fill comes back some time.
void load_recovery(Loading& loading, const Section& section, models::Node& node) {
  const std::optional<Section> recovery = section.object("recovery");
  const std::string path = join_path(section.path(), "recovery");
  if (recovery) {
    if (recovery->choice("by").value_or("grow_volume") == "drop_slots")
      node.recovery.by = models::Recovery::By::drop_slots;
    node.recovery.grow_by = recovery->number("grow_by").value_or(node.recovery.grow_by);
    node.recovery.operator_time = recovery->quantity("after");
    if (recovery->given("replay_rate"))
      node.recovery.replay_rate = recovery->quantity("replay_rate");
  }
  if (!section.given("volumes")) return;
  if (!recovery || !recovery->given("after")) {
    node.recovery.operator_time =
        prior(loading, join_path(path, "after"), "s", 15 * 60.0, 3600, 6 * 3600.0,
              "assumed: on-call staff act within minutes by day, hours by night");
  }
  if (!recovery || !recovery->given("replay_rate")) {
    node.recovery.replay_rate =
        prior(loading, join_path(path, "replay_rate"), "bytes/s", 30e6, 100e6, 300e6,
              "assumed: one process replays between cold (30 MB/s) and cached pages (300 MB/s)");
  }
}

void load_start_state(const Section& section, models::Node& node) {
  const std::optional<Section> state = section.object("start_state");
  if (!state) return;
  node.pg_wal_bytes = state->number("pg_wal");
  node.since_checkpoint = state->duration("since_checkpoint");
  node.segment_used = state->number("segment_used");
  node.since_running_xacts = state->duration("since_running_xacts");
}

models::Bytes wal_segment_size(const Section& section) {
  const std::optional<double> given = section.number("wal_segment_size");
  if (!given) return models::Bytes{std::int64_t{16} << 20};
  const auto bytes = static_cast<std::uint64_t>(std::clamp(*given, 0.0, 0x1p40));
  if (!std::has_single_bit(bytes) || bytes < (1U << 20) || bytes > (1U << 30)) {
    section.problem_at("wal_segment_size", "a power of two from 1MB to 1GB is wanted");
    return models::Bytes{std::int64_t{16} << 20};
  }
  return models::Bytes{static_cast<std::int64_t>(bytes)};
}

/// How well images compress depends on what the rows hold: business rows are near the median,
/// random letters at the upper end.
void load_wal_compression(Loading& loading, const Section& section, models::Node& node) {
  const models::WalCompression method = node.settings.wal_compression;
  if (section.given("wal_compression_ratio")) {
    node.wal_compression_ratio = section.quantity("wal_compression_ratio");
  } else if (method != models::WalCompression::off) {
    const bool zstd = method == models::WalCompression::zstd;
    node.wal_compression_ratio =
        prior(loading, join_path(section.path(), "wal_compression_ratio"), "ratio",
              zstd ? 0.2 : 0.35, models::compression_ratio(method), zstd ? 0.8 : 0.95,
              "median from measurements on PostgreSQL 15, range assumed");
  }
}

/// Measured over predicted, P10 and P90 of drawn workloads like those of docs/accuracy.md that
/// wrote more than 64 kB (seeds 1, 2, 1121 and 20261122: 99 of WAL, 177 of heaps, 341 of indexes).
void load_model_error(Loading& loading, const Section& section, models::Node& node) {
  constexpr const char* source = "measured over predicted on drawn workloads (docs/accuracy.md)";
  const auto error = [&](const char* of, double p10, double p90) {
    return prior(loading, join_path(join_path(section.path(), "model_error"), of), "ratio", p10, 1,
                 p90, source);
  };
  node.model_error.wal = error("wal", 0.96, 1.11);
  node.model_error.heap = error("heap", 0.99, 1.04);
  node.model_error.index = error("index", 0.97, 1.03);
}

/// What statements cost; the priors are made when something asks for the node's cores.
void load_cpu(Loading& loading, const Section& section, models::Node& node) {
  const std::optional<Section> cpu = section.object("cpu");
  const auto cost = [&](const char* key, models::Quantity& into) {
    if (cpu && cpu->given(key))
      into = cpu->quantity(key);
    else
      loading.cpu_paths[{loading.mesh.nodes.size(), key}] =
          join_path(join_path(section.path(), "cpu"), key);
  };
  cost("statement", node.cpu.statement);
  cost("row", node.cpu.row);
  cost("scanned_row", node.cpu.scanned_row);
  cost("commit_wait", node.cpu.commit_wait);
}

void load_node(Loading& loading, const Section& section, bool model_error) {
  models::Node node;
  node.name = section.name();
  node.place = section.place();
  if (node.name.empty() || node.name.find('/') != std::string::npos)
    section.problem(section.mark(),
                    fmt::format("{} cannot name a node: links and volumes are written node/…",
                                in_quotes(node.name)));
  node.postgres =
      static_cast<int>(std::clamp<std::int64_t>(section.whole("postgres").value_or(15), 15, 18));
  if (!section.given("postgres"))
    loading.mesh.assumptions.push_back(fmt::format("node {}: PostgreSQL 15", node.name));
  node.cores = static_cast<int>(section.whole("cores").value_or(0));
  node.memory = section.quantity("memory");
  load_cpu(loading, section, node);
  node.storage = section.text("storage").value_or("");
  node.collation = section.text("collation").value_or("C.UTF-8");
  node.data_checksums = section.flag("data_checksums", node.postgres >= 18);
  node.wal_segment_size = wal_segment_size(section);
  if (section.given("bulk_rate"))
    node.bulk_rate = section.quantity("bulk_rate");
  else
    loading.bulk_rate_paths[loading.mesh.nodes.size()] = join_path(section.path(), "bulk_rate");
  load_volumes(loading, section, node);
  load_recovery(loading, section, node);
  load_start_state(section, node);
  load_settings(section, node);
  load_wal_compression(loading, section, node);
  if (model_error) load_model_error(loading, section, node);
  loading.provisioning.nodes.push_back(load_node_provisioning(section));
  loading.mesh.nodes.push_back(std::move(node));
}

void load_link(Loading& loading, const Section& section) {
  models::Link link;
  const std::vector<Word> between = section.words("between");
  if (section.given("between") && between.size() != 2) {
    section.problem_at("between", "a link joins two nodes", "write between: [a, b]");
    return;
  }
  int* const ends[] = {&link.a, &link.b};
  for (std::size_t i = 0; i < between.size(); ++i) {
    *ends[i] = index_of(loading.mesh.nodes, between[i].text);
    if (*ends[i] < 0)
      section.problem(between[i].mark,
                      fmt::format("between: there is no node {}", in_quotes(between[i].text)),
                      did_you_mean(between[i].text, names_of(loading.mesh.nodes)));
  }
  if (between.size() == 2 && between[0].text == between[1].text)
    section.problem(between[1].mark, "between: a link joins two different nodes");
  if (between.size() == 2) link.name = between[0].text + "/" + between[1].text;
  link.name = section.text("name").value_or(link.name);
  link.bandwidth = section.quantity("bandwidth");
  link.rtt = section.quantity("rtt");
  for (const models::Link& other : loading.mesh.links)
    if (link.a >= 0 && link.b >= 0 &&
        ((other.a == link.a && other.b == link.b) || (other.a == link.b && other.b == link.a)))
      section.problem(section.mark(),
                      fmt::format("{} are joined already by link {}", link.name, other.name));
  loading.mesh.links.push_back(std::move(link));
}

void load_standby(Loading& loading, const Section& section) {
  models::Standby standby;
  standby.name = section.name();
  standby.node = resolve(section, "node", loading.mesh.nodes, "node");
  standby.slot = section.text("slot").value_or(slot_name(standby.name));
  check_slot_name(section, section.given("slot") ? section.mark("slot") : section.mark(),
                  standby.slot);
  standby.hot_standby_feedback = section.flag("hot_standby_feedback", false);
  for (const models::Standby& other : loading.mesh.standbys)
    if (other.slot == standby.slot)
      section.problem(section.mark(), fmt::format("slot {} is used by standby {} already",
                                                  standby.slot, other.name));
  loading.mesh.standbys.push_back(std::move(standby));
}

}  // namespace

models::Quantity prior(Loading& loading, const std::string& name, const std::string& unit,
                       double p10, double p50, double p90, const char* source) {
  loading.mesh.parameters.push_back(
      {name, unit, {models::Distribution::Kind::lognormal, p10, p50, p90}, source});
  return {p50, static_cast<int>(loading.mesh.parameters.size()) - 1};
}

void assume_cpu(Loading& loading, std::size_t index, std::initializer_list<const char*> costs) {
  struct Prior {
    const char* key;
    models::Quantity models::CpuCost::*cost;
    double p10, p50, p90;
    const char* source;
  };
  static constexpr Prior priors[] = {
      {"statement", &models::CpuCost::statement, 60e-6, 150e-6, 400e-6,
       "prior: single-core throughput of simple statements"},
      {"row", &models::CpuCost::row, 1.25e-6, 2.2e-6, 10e-6,
       "prior: INSERT … SELECT of 100 000 to 800 000 rows a second"},
      {"scanned_row", &models::CpuCost::scanned_row, 0.125e-6, 0.33e-6, 1e-6,
       "prior: 1 to 8 million rows a second are scanned and compared"},
      {"commit_wait", &models::CpuCost::commit_wait, 0.05e-3, 0.5e-3, 5e-3,
       "prior: a flush of the storage"}};
  for (const char* cost : costs)
    for (const Prior& p : priors) {
      const auto path = loading.cpu_paths.find({index, cost});
      if (std::string_view{cost} != p.key || path == loading.cpu_paths.end()) continue;
      loading.mesh.nodes[index].cpu.*p.cost =
          prior(loading, path->second, "s", p.p10, p.p50, p.p90, p.source);
      loading.cpu_paths.erase(path);
    }
}

std::string slot_name(std::string_view text) {
  std::string name;
  for (const char c : text) {
    if (c >= 'A' && c <= 'Z')
      name += static_cast<char>(c - 'A' + 'a');
    else
      name += (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ? c : '_';
  }
  return name.substr(0, 63);
}

void check_slot_name(const Section& section, Mark mark, const std::string& name) {
  if (name.size() > 63)
    section.problem(mark, fmt::format("slot name {} is longer than 63 bytes", in_quotes(name)));
  else if (name != slot_name(name) || name.empty())
    section.problem(mark, fmt::format("{} is not a slot name", in_quotes(name)),
                    "PostgreSQL allows lower-case letters, digits and underscores");
}

void load_nodes(Loading& loading, const Section& root) {
  const bool model_error = root.flag("model_error", true);
  for (const Section& node : root.objects("nodes")) load_node(loading, node, model_error);
  for (const Section& link : root.objects("links")) load_link(loading, link);
  for (const Section& standby : root.objects("standbys")) load_standby(loading, standby);
}

}  // namespace scenario
