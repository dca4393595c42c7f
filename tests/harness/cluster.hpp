#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/units.hpp"
#include "tests/harness/connection.hpp"
#include "tests/harness/process.hpp"

namespace harness {
using namespace sim::units;

/// A line of the server log: `%m [%p] %b SEVERITY:  message`.
struct LogLine {
  double at = 0;         // epoch seconds, to the millisecond
  std::string process;   // client backend, checkpointer, walwriter …
  std::string severity;  // LOG, ERROR, FATAL, PANIC …
  std::string message;
};

struct ClusterOptions {
  std::string name = "node";
  int postgres = 15;                              // major version
  std::map<std::string, std::string> settings{};  // override the lab's own (see Cluster)
  Bytes wal_segment_size = 16_MiB;
  bool data_checksums = false;
  std::optional<Bytes> data_volume{};  // a tmpfs of this size for the cluster …
  std::optional<Bytes> wal_volume{};   // … and for pg_wal alone
  Bytes data_volume_other = 0_B;       // of it taken by a file that is not PostgreSQL's
  Bytes wal_volume_other = 0_B;
};

/// Use of a file system, as statvfs tells.
struct VolumeUse {
  double size = 0, used = 0;  // bytes
};

/// A throwaway PostgreSQL cluster on 127.0.0.1 and a unix socket, stopped and removed by its
/// destructor, or by the watchdog of ScratchDirectory when this process dies.
///
/// The lab's own settings differ from a production server only in what costs time without changing
/// WAL: fsync and synchronous_commit off. Autovacuum stays on. log_checkpoints and
/// log_autovacuum_min_duration 0 feed the timeline.
class Cluster {
 public:
  enum class Stop { fast, immediate };

  explicit Cluster(ClusterOptions options);
  ~Cluster();
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  /// Starts the server and returns once it accepts connections; throws HarnessError with the end of
  /// the log.
  void start();
  void stop(Stop how = Stop::fast);
  bool running();

  /// Removes the WAL segments kept for the future, so that pg_wal starts as small as it can be.
  /// The server must be stopped.
  void remove_future_segments();

  const ClusterOptions& options() const { return options_; }
  int port() const { return port_; }
  /// Over the unix socket; a subscriber uses tcp_conninfo() or a proxy instead.
  std::string conninfo(const std::string& database = "postgres") const;
  std::string tcp_conninfo(const std::string& database) const;
  Connection connect(const std::string& database = "postgres") const;

  const std::filesystem::path& socket_directory() const { return scratch_.path(); }
  std::filesystem::path data_directory() const { return data_volume_ / "pgdata"; }
  std::filesystem::path wal_directory() const;
  VolumeUse data_volume() const;
  VolumeUse wal_volume() const;  // the data volume's when pg_wal has none of its own

  std::vector<LogLine> log() const;
  std::string log_tail(std::size_t bytes = 4096) const;

 private:
  void initialize();
  void configure();
  bool start_on_new_port();
  std::string segment_of_last_checkpoint() const;

  ClusterOptions options_;
  ScratchDirectory scratch_;  // destroyed last
  std::filesystem::path bin_, data_volume_, wal_volume_, log_;
  int port_ = 0;
  Child postmaster_;
};

/// Directory of a major version's initdb and postgres. 15 is Debian's; later ones are fetched into
/// the build tree by tests/harness/fetch_postgres.sh. Throws HarnessError when it is missing.
std::filesystem::path postgres_binaries(int major);

/// Sum and number of the WAL segments in a pg_wal directory; works without a server.
struct WalFiles {
  double bytes = 0;
  int count = 0;
};
WalFiles wal_files(const std::filesystem::path& wal_directory);

}  // namespace harness
