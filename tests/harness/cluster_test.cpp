#include "tests/harness/cluster.hpp"

#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <thread>

#include "tests/harness/tcp_proxy.hpp"

namespace harness {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

bool soon(const std::function<bool()>& holds) {
  for (int i = 0; i < 1200; ++i) {
    if (holds()) return true;
    std::this_thread::sleep_for(50ms);
  }
  return false;
}

TEST(Cluster, StartsWithItsSettingsAndSegmentSize) {
  Cluster cluster{{.settings = {{"max_wal_size", "64MB"}}, .wal_segment_size = 1_MiB}};
  cluster.start();
  Connection session = cluster.connect();
  EXPECT_EQ(session.value("SHOW max_wal_size"), "64MB");
  EXPECT_EQ(session.value("SHOW wal_segment_size"), "1MB");
  EXPECT_EQ(session.value("SHOW server_version_num").substr(0, 2), "15");
  EXPECT_EQ(Connection{cluster.tcp_conninfo("postgres")}.value("SELECT 1"), "1");
}

TEST(Cluster, LeavesNothingBehind) {
  fs::path directory;
  {
    Cluster cluster{{.data_volume = 100_MiB}};
    cluster.start();
    directory = cluster.socket_directory();
    EXPECT_NEAR(cluster.data_volume().size, 100 << 20, 4096);
  }
  EXPECT_FALSE(fs::exists(directory));
}

TEST(Cluster, FutureSegmentsGoAndTheServerStartsAgain) {
  Cluster cluster{{.settings = {{"min_wal_size", "40MB"}}, .wal_segment_size = 1_MiB}};
  cluster.start();
  cluster.connect().execute("CREATE TABLE t AS SELECT g FROM generate_series(1, 300000) g");
  cluster.connect().execute("CHECKPOINT");
  cluster.stop();
  cluster.remove_future_segments();
  EXPECT_LE(wal_files(cluster.wal_directory()).count, 2);
  cluster.start();
  EXPECT_EQ(cluster.connect().value("SELECT count(*) FROM t"), "300000");
}

TEST(Cluster, AFullVolumeIsSeenInTheLogAndInThePanic) {
  Cluster cluster{{.wal_segment_size = 1_MiB, .wal_volume = 16_MiB}};
  cluster.start();
  EXPECT_THROW(
      {
        Connection session = cluster.connect();
        for (int i = 0; i < 400; ++i)
          session.execute("SELECT pg_logical_emit_message(false, 'lab', repeat('x', 100000))");
      },
      SqlError);
  EXPECT_TRUE(soon([&] { return !cluster.running(); }));  // recovery needs a segment too
  bool panic = false;
  for (const LogLine& line : cluster.log())
    panic = panic || (line.severity == "PANIC" &&
                      line.message.find("No space left on device") != std::string::npos);
  EXPECT_TRUE(panic) << cluster.log_tail();
}

/// Where the test below leaves word of its cluster.
fs::path note() { return fs::path{testing::TempDir()} / "harness-killed-process"; }

[[noreturn]] void start_a_cluster_and_die() {
  Cluster cluster{{.data_volume = 100_MiB}};
  cluster.start();
  std::ofstream{note()} << cluster.socket_directory().string();
  raise(SIGKILL);
  std::abort();
}

TEST(ClusterDeathTest, IsRemovedWhenItsProcessIsKilled) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");  // a process of its own, with its own watchdog
  EXPECT_EXIT(start_a_cluster_and_die(), testing::KilledBySignal(SIGKILL), "");
  std::string directory;
  std::ifstream{note()} >> directory;
  fs::remove(note());
  ASSERT_FALSE(directory.empty());
  EXPECT_TRUE(soon([&] { return !fs::exists(directory); }));
}

TEST(TcpProxy, CountsBytesAndHoldsThemWhileDown) {
  Cluster cluster{{}};
  cluster.start();
  TcpProxy proxy{{.upstream_socket =
                      cluster.socket_directory() / (".s.PGSQL." + std::to_string(cluster.port()))}};
  const std::string through =
      "host=127.0.0.1 sslmode=disable gssencmode=disable user=postgres port=";
  Connection session{through + std::to_string(proxy.port())};
  const auto before = proxy.bytes_to_subscriber();
  session.execute("SELECT repeat('x', 100000)");
  // RowDescription, DataRow 7 + 4 + 100000, CommandComplete and ReadyForQuery: below 100 bytes
  // around
  EXPECT_NEAR(static_cast<double>(proxy.bytes_to_subscriber() - before), 100'000, 100);
  const auto start = std::chrono::steady_clock::now();
  proxy.set_up(false);
  std::thread later{[&] {
    std::this_thread::sleep_for(400ms);
    proxy.set_up(true);
  }};
  EXPECT_EQ(session.value("SELECT 2"), "2");
  EXPECT_GE(std::chrono::steady_clock::now() - start, 350ms);
  later.join();
  proxy.cut();
  EXPECT_THROW(session.execute("SELECT 3"), SqlError);
}

TEST(TcpProxy, KeepsItsBandwidth) {
  Cluster cluster{{}};
  cluster.start();
  TcpProxy proxy{{.upstream_socket =
                      cluster.socket_directory() / (".s.PGSQL." + std::to_string(cluster.port())),
                  .bandwidth = 1e6,
                  .rtt = 20ms}};
  Connection session{"host=127.0.0.1 sslmode=disable gssencmode=disable user=postgres port=" +
                     std::to_string(proxy.port())};
  const auto start = std::chrono::steady_clock::now();
  session.execute("SELECT repeat('x', 1000000)");
  EXPECT_GE(std::chrono::steady_clock::now() - start, 1s);
}

}  // namespace
}  // namespace harness
