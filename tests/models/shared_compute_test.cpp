#include "models/shared_compute.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "models/simulate.hpp"
#include "sim/rng.hpp"
#include "tests/models/tables.hpp"

namespace models {
namespace {

// Half of a core: p(n) = 0.5^(n+1), 1 transaction under way on average, and 99 % find at most
// log(0.01) / log(0.5) - 1 = 5.64. The mean time is cpu / (1 - rho), with exponential CPU times
// (M/M/1) and equal ones (M/D/1) alike.
TEST(Underway, AloneOnOneCoreIsMM1) {
  const Underway half{1, 0.5, 0, 97};
  EXPECT_NEAR(half.mean(), 1, 1e-9);
  EXPECT_NEAR(half.at_least(3), 0.125, 1e-9);
  EXPECT_NEAR(half.p99(), std::log(0.01) / std::log(0.5) - 1, 1e-6);
  EXPECT_NEAR(Underway(1, 0.9, 0, 2'000).mean(), 9, 1e-6);
}

// Two cores, 1 asked for: Erlang's C(2, 1) = 1/3 find both busy.
TEST(Underway, OnSeveralCoresIsMMc) {
  EXPECT_NEAR(Underway(2, 1, 0, 97).at_least(2), 1 / 3.0, 1e-9);
  // Four cores, 3 asked for: C = (27/6) / (4.5 + (1 - 0.75)(1 + 3 + 4.5 + 4.5) ) …
  // with 3^4/4!/(1 - 3/4) = 13.5: C = 13.5 / (13 + 13.5).
  EXPECT_NEAR(Underway(4, 3, 0, 500).at_least(4), 13.5 / 26.5, 1e-9);
}

// One core shared with one process that never ends: n + 1 processes get a share each, so the number
// is negative binomial: mean 2 rho / (1 - rho).
TEST(Underway, BesideAPermanentProcess) { EXPECT_NEAR(Underway(1, 0.5, 1, 2'000).mean(), 2, 1e-9); }

// Erlang's loss with one connection: rho / (1 + rho).
TEST(Underway, BeyondItsConnectionsTurnsAway) {
  EXPECT_NEAR(Underway(1, 3, 0, 1).turned_away(), 0.75, 1e-12);
}

TEST(ComputeShare, NothingSlowsDownWhileCoresSuffice) {
  const ComputeShare share =
      compute_share({.cores = 4, .open = 2, .processes = 2, .closed = {}, .connections = 97});
  EXPECT_EQ(share.speed, 1);
  EXPECT_FALSE(share.overloaded);
  EXPECT_EQ(share.used, 1);
}

// 2 of 4 cores asked for beside a leader and two workers: with n under way, 2 = 4 n / (n + 3), so
// n = 3, and six processes get 2/3 of a core each.
TEST(ComputeShare, ARunawayQuerySlowsOthersDownToTheirFairShare) {
  const ComputeShare share =
      compute_share({.cores = 4, .open = 2, .processes = 3, .closed = {}, .connections = 97});
  EXPECT_NEAR(share.speed, 2 / 3.0, 1e-12);
  EXPECT_FALSE(share.overloaded);
  EXPECT_NEAR(share.capacity, 4 * 97 / 100.0, 1e-12);
}

// Three clients back to back, 1 ms of CPU each, on two cores: each gets 2/3 of one.
TEST(ComputeShare, ClosedClientsSlowDown) {
  const ClosedClients clients{3, 1e-3, 0};
  const ComputeShare share = compute_share(
      {.cores = 2, .open = 0, .processes = 0, .closed = {clients}, .connections = 97});
  EXPECT_NEAR(share.speed, 2 / 3.0, 1e-9);
  EXPECT_NEAR(closed_pace(clients, share.speed), 2 / 3.0, 1e-9);
  // A client that waits 1 ms for each commit hardly notices a core at half its speed.
  EXPECT_NEAR(closed_pace({1, 1e-3, 1e-3}, 0.5), 2 / 3.0, 1e-12);
}

// 3 cores asked for of 2: 1 more waits every second, 10 fit, then 1 a second is refused.
TEST(OpenQueue, FillsThenRefusesThenDrains) {
  OpenQueue queue;
  EXPECT_NEAR(queue.until_change(3, 2, 10), 10, 1e-12);
  queue.advance(10, 3, 2, 10);
  EXPECT_NEAR(queue.waiting, 10, 1e-12);
  queue.advance(5, 3, 2, 10);
  EXPECT_NEAR(queue.refused, 5, 1e-12);
  EXPECT_NEAR(queue.until_change(1, 2, 10), 10, 1e-12);
  queue.advance(10, 1, 2, 10);
  EXPECT_NEAR(queue.waiting, 0, 1e-12);
}

TEST(SpilledBytes, OneCopyOfWhatWorkMemCannotHold) {
  // 500 000 rows of t_len 83 (MODEL_FACTS H.2): 34.5 MB.
  EXPECT_EQ(spilled_bytes({500'000, 59}, 4 << 20), 34.5e6);
  EXPECT_EQ(spilled_bytes({1'000, 59}, 4 << 20), 0);
}

TEST(SharedComputeProperty, ExecutedAndWaitingAndRefusedAreWhatWasOffered) {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    SCOPED_TRACE(seed);
    sim::Rng rng{seed};
    OpenQueue queue;
    for (int i = 0; i < 20; ++i)
      queue.advance(rng.uniform(0, 5), rng.uniform(0, 8), rng.uniform(0.5, 8), rng.uniform(0, 4));
    EXPECT_NEAR(queue.executed + queue.waiting + queue.refused, queue.offered, 1e-9);
  }
}

TEST(SharedComputeProperty, MoreLoadIsSlowerAndMoreCoresAreFaster) {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    SCOPED_TRACE(seed);
    sim::Rng rng{seed};
    ComputeDemand demand{.cores = 1 + std::floor(rng.uniform(0, 16)),
                         .open = rng.uniform(0, 20),
                         .processes = std::floor(rng.uniform(0, 6)),
                         .closed = {{std::floor(rng.uniform(0, 30)), 1e-3, rng.uniform(0, 3e-3)}},
                         .connections = 97};
    const ComputeShare share = compute_share(demand);
    const double found =
        Underway{demand.cores, demand.open, demand.processes, demand.connections}.p99();
    ComputeDemand more = demand, wider = demand;
    more.open *= 1.2;
    wider.cores += 1;
    EXPECT_LE(compute_share(more).speed, share.speed + 1e-9);
    EXPECT_GE(compute_share(wider).speed, share.speed - 1e-9);
    EXPECT_GE(compute_share(wider).capacity, share.capacity - 1e-9);
    EXPECT_LE(share.used, 1);
    EXPECT_GE((Underway{more.cores, more.open, more.processes, more.connections}.p99()),
              found - 1e-9);
    EXPECT_LE((Underway{wider.cores, wider.open, wider.processes, wider.connections}.p99()),
              found + 1e-9);
  }
}

// ---- in a simulation

/// One node with two domains' streams on one table: 1 000 inserts a second of 1 ms each.
Mesh shared_node(int cores) {
  Mesh mesh;
  mesh.horizon = 2h;
  Node node;
  node.name = "lab";
  node.cores = cores;
  node.since_checkpoint = 0s;
  node.data.size = 10e9;
  mesh.nodes = {node};
  mesh.databases = {{"shop", 0}};
  mesh.domains = {{"sales", 0, "", {}}, {"reports", 0, "", {}}};
  mesh.tables = {keyed_table("t", 100'000, 60)};
  mesh.streams = {load_of({statement_on(0, StatementKind::insert, {0, 1})}, 1'000)};
  mesh.streams[0].domain = "sales";
  mesh.streams[0].cpu = 1e-3;
  return mesh;
}

Incident runaway(double workers, double length) {
  Incident incident;
  incident.name = "product of everything";
  incident.kind = Incident::Kind::runaway_query;
  incident.database = 0;
  incident.domain = "reports";
  incident.at = 30min;
  incident.duration = length;
  incident.workers = workers;
  return incident;
}

struct Outcomes {
  std::map<std::string, double> of;
  std::uint64_t events = 0;
};
Outcomes outcomes(const Mesh& mesh) {
  const Model model{mesh};
  const Model::Replicate replicate = model.simulate(1, 0);
  Outcomes found;
  for (std::size_t i = 0; i < model.outcomes().size(); ++i)
    found.of[model.outcomes()[i].metric + " " + model.outcomes()[i].subject] =
        replicate.outcomes[i];
  found.events = replicate.events;
  return found;
}

TEST(SharedCompute, CoresThatSufficeChangeNothing) {
  Outcomes unlimited = outcomes(shared_node(0)), limited = outcomes(shared_node(8));
  EXPECT_EQ(unlimited.events, limited.events);
  for (const auto& [key, value] : unlimited.of) {
    if (std::isnan(value)) continue;
    EXPECT_EQ(value, limited.of.at(key)) << key;
  }
  EXPECT_NEAR(limited.of.at("cpu_used lab"), 1 / 8.0, 1e-12);
  EXPECT_EQ(limited.of.at("refused lab"), 0);
}

// 1 core for 2 cores' worth: half is executed, the rest refused once all 97 connections wait.
TEST(SharedCompute, AnOverloadedNodeExecutesWhatItCanAndRefusesTheRest) {
  Mesh mesh = shared_node(1);
  mesh.streams[0].rate = 2'000;
  Outcomes found = outcomes(mesh);
  EXPECT_NEAR(found.of.at("n_live_tup public.t"), 100'000 + 7'200 * 1'000, 1);
  EXPECT_NEAR(found.of.at("refused lab"), 7'200 * 1'000 - 97, 1);
  EXPECT_EQ(found.of.at("cpu_used lab"), 1);
  EXPECT_NEAR(found.of.at("delay_p99 sales"), 1e-3 * 97, 2e-3);
  mesh.nodes[0].cores = 0;
  EXPECT_GT(outcomes(mesh).of.at("wal_bytes lab"), 1.9 * found.of.at("wal_bytes lab"));
}

TEST(SharedCompute, ClosedClientsShareWhatThereIs) {
  Mesh mesh = shared_node(2);
  mesh.streams[0].rate = 0;
  mesh.streams[0].clients = 4;
  mesh.nodes[0].cpu.commit_wait = 0;
  EXPECT_NEAR(outcomes(mesh).of.at("n_live_tup public.t"), 100'000 + 7'200 * 2'000, 1);
  mesh.nodes[0].cores = 8;
  EXPECT_NEAR(outcomes(mesh).of.at("n_live_tup public.t"), 100'000 + 7'200 * 4'000, 1);
}

// Domain reports computes on three processes: the four cores are full, and sales waits.
TEST(SharedCompute, ARunawayQueryDelaysOthersAndATimeoutEndsIt) {
  Mesh mesh = shared_node(2);
  const double alone = outcomes(mesh).of.at("delay_p99 sales");
  mesh.incidents = {runaway(2, 3'600)};
  Outcomes with = outcomes(mesh);
  EXPECT_GT(with.of.at("delay_p99 sales"), alone);
  EXPECT_EQ(with.of.at("refused lab"), 0);  // sales asks for less than its fair share
  mesh.streams[0].rate = 1'990;             // 97 of 100 processes are its own: 1.94 cores
  with = outcomes(mesh);
  EXPECT_NEAR(with.of.at("refused lab"), 3'600 * (1'990 - 2'000 * 96 / 99.0), 200);
  mesh.incidents[0].statement_timeout = 60s;
  EXPECT_NEAR(outcomes(mesh).of.at("refused lab"), 60 * (1'990 - 2'000 * 96 / 99.0), 200);
}

TEST(SharedCompute, TemporaryFilesGoWithTheQueryOrAtTheirLimit) {
  Mesh mesh = shared_node(8);
  mesh.incidents = {runaway(0, 600)};
  mesh.incidents[0].temp_rows = 10e6;  // 110 bytes each, 2.53 us of CPU: 25 s
  Outcomes found = outcomes(mesh);
  EXPECT_NEAR(found.of.at("temp_bytes lab"), 1.1e9, 1);
  EXPECT_EQ(found.of.at("disk_full lab/data"), 0);
  mesh.incidents[0].temp_file_limit = Bytes{500'000'000};
  EXPECT_NEAR(outcomes(mesh).of.at("temp_bytes lab"), 5e8, 1);
  mesh.incidents[0].temp_file_limit = Bytes{-1};
  mesh.incidents[0].temp_rows = 1e9;
  found = outcomes(mesh);
  EXPECT_EQ(found.of.at("disk_full lab/data"), 1);
  EXPECT_LT(found.of.at("write_seconds_lost lab"), 600);  // its files are gone at once
}

}  // namespace
}  // namespace models
