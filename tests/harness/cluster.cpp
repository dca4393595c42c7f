#include "tests/harness/cluster.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <sstream>
#include <thread>

#include "sim/check.hpp"

namespace harness {
namespace {

namespace fs = std::filesystem;

int free_port() {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  const bool bound =
      bind(listener, generic, length) == 0 && getsockname(listener, generic, &length) == 0;
  close(listener);
  if (!bound) throw HarnessError("no free port on 127.0.0.1");
  return ntohs(address.sin_port);
}

VolumeUse use_of(const fs::path& path) {
  struct statvfs volume {};
  if (statvfs(path.c_str(), &volume) != 0) return {};
  const auto block = static_cast<double>(volume.f_frsize);
  return {static_cast<double>(volume.f_blocks) * block,
          static_cast<double>(volume.f_blocks - volume.f_bfree) * block};
}

void take_space(const fs::path& volume, Bytes size) {
  if (size == 0_B) return;
  const fs::path file = volume / "other";
  const int descriptor = open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  const bool taken = descriptor >= 0 && posix_fallocate(descriptor, 0, size.count) == 0;
  if (descriptor >= 0) close(descriptor);
  if (!taken)
    throw HarnessError(fmt::format("no room for {} bytes in {}", size.count, volume.string()));
}

bool is_segment(const std::string& name) {
  return name.size() == 24 && name.find_first_not_of("0123456789ABCDEF") == std::string::npos;
}

/// "2026-01-05 00:00:01.234 UTC [123] client backend ERROR:  text"; nothing for continuation lines.
std::optional<LogLine> parse_log_line(const std::string& line) {
  std::tm when{};
  const char* rest = strptime(line.c_str(), "%Y-%m-%d %H:%M:%S", &when);
  if (rest == nullptr || *rest != '.') return std::nullopt;
  LogLine parsed;
  parsed.at = static_cast<double>(timegm(&when)) + std::strtod(rest, nullptr);
  const std::string text = rest;
  const std::size_t process = text.find("] ");
  const std::size_t colon = text.find(":  ", process);
  if (process == std::string::npos || colon == std::string::npos) return std::nullopt;
  const std::size_t space = text.rfind(' ', colon);
  if (space <= process + 1) return std::nullopt;
  parsed.process = text.substr(process + 2, space - process - 2);
  parsed.severity = text.substr(space + 1, colon - space - 1);
  parsed.message = text.substr(colon + 3);
  return parsed;
}

}  // namespace

fs::path postgres_binaries(int major) {
  const fs::path bin =
      major == 15 ? fs::path{"/usr/lib/postgresql/15/bin"}
                  : fs::path{HARNESS_POSTGRES_CACHE} / std::to_string(major) / "native" / "bin";
  if (fs::exists(bin / "postgres")) return bin;
  throw HarnessError(
      major == 15
          ? "PostgreSQL 15 is not installed: apt-get install postgresql-15"
          : fmt::format("PostgreSQL {0} is missing: tests/harness/fetch_postgres.sh {1} {0}", major,
                        HARNESS_POSTGRES_CACHE));
}

WalFiles wal_files(const fs::path& wal_directory) {
  WalFiles files;
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator{wal_directory, ignored}) {
    if (!is_segment(entry.path().filename().string())) continue;
    const auto size = entry.file_size(ignored);
    if (ignored) continue;  // recycled under our feet
    files.bytes += static_cast<double>(size);
    files.count += 1;
  }
  return files;
}

Cluster::Cluster(ClusterOptions options)
    : options_{std::move(options)}, bin_{postgres_binaries(options_.postgres)} {
  const auto size_of = [](const std::optional<Bytes>& volume) {
    return volume ? std::optional{volume->count} : std::nullopt;
  };
  data_volume_ = scratch_.make_directory("data", size_of(options_.data_volume));
  wal_volume_ = options_.wal_volume ? scratch_.make_directory("wal", size_of(options_.wal_volume))
                                    : data_volume_;
  log_ = scratch_.path() / "log";
  initialize();
  configure();
  take_space(data_volume_, options_.data_volume_other);
  if (options_.wal_volume) take_space(wal_volume_, options_.wal_volume_other);
}

Cluster::~Cluster() {
  if (!running()) return;
  postmaster_.signal(SIGQUIT);
  postmaster_.wait(10s);
}

void Cluster::initialize() {
  std::vector<std::string> command{bin_ / "initdb",
                                   "--pgdata",
                                   data_directory(),
                                   "--username",
                                   "postgres",
                                   "--auth",
                                   "trust",
                                   "--encoding",
                                   "UTF8",
                                   "--locale",
                                   "C.UTF-8",
                                   "--no-sync",
                                   "--no-instructions",
                                   "--wal-segsize",
                                   std::to_string(options_.wal_segment_size / 1_MiB)};
  if (options_.data_checksums)
    command.emplace_back("--data-checksums");
  else if (options_.postgres >= 18)
    command.emplace_back("--no-data-checksums");
  if (options_.wal_volume) {
    command.emplace_back("--waldir");
    command.emplace_back(wal_volume_ / "pg_wal");
  }
  run(command);
}

void Cluster::configure() {
  std::map<std::string, std::string> settings{
      {"listen_addresses", "127.0.0.1"},
      {"unix_socket_directories", scratch_.path()},
      {"fsync", "off"},
      {"log_line_prefix", "%m [%p] %b "},
      {"log_timezone", "UTC"},
      {"timezone", "UTC"},
      {"log_checkpoints", "on"},
      {"log_autovacuum_min_duration", "0"},
  };
  for (const auto& [name, value] : options_.settings) settings[name] = value;
  std::ofstream file{data_directory() / "postgresql.conf", std::ios::app};
  for (const auto& [name, value] : settings) file << name << " = " << quote_literal(value) << '\n';
  if (!file.flush()) throw HarnessError("cannot write postgresql.conf");
}

bool Cluster::start_on_new_port() {
  port_ = free_port();
  postmaster_ =
      Child{{bin_ / "postgres", "-D", data_directory(), "-p", std::to_string(port_)}, log_};
  const auto until = std::chrono::steady_clock::now() + 60s;
  while (std::chrono::steady_clock::now() < until) {
    if (!postmaster_.running()) return false;
    if (PQping(conninfo().c_str()) == PQPING_OK) return true;
    std::this_thread::sleep_for(10ms);
  }
  return false;
}

void Cluster::start() {
  for (int attempt = 0; attempt < 5; ++attempt) {
    if (start_on_new_port()) return;
    // Somebody may have taken the port between our look and the server's bind.
    if (log_tail().find("Address already in use") == std::string::npos) break;
  }
  throw HarnessError(fmt::format("{} does not start\n{}", options_.name, log_tail()));
}

void Cluster::stop(Stop how) {
  postmaster_.signal(how == Stop::fast ? SIGINT : SIGQUIT);
  if (!postmaster_.wait(60s))
    throw HarnessError(fmt::format("{} does not stop\n{}", options_.name, log_tail()));
}

bool Cluster::running() { return postmaster_.running(); }

void Cluster::remove_future_segments() {
  sim::check(!running(), "WAL segments are removed under a running server");
  const std::string last = segment_of_last_checkpoint();
  for (const fs::directory_entry& entry : fs::directory_iterator{wal_directory()}) {
    const std::string name = entry.path().filename().string();
    if (is_segment(name) && name > last) fs::remove(entry.path());
  }
}

std::string Cluster::segment_of_last_checkpoint() const {
  // ControlFileData::checkPoint, 15 to 18; pg_controldata is not part of every distribution.
  constexpr std::streamoff offset = 32;
  constexpr std::uint64_t longest_checkpoint_record = 256;
  std::ifstream control{data_directory() / "global" / "pg_control", std::ios::binary};
  std::uint64_t lsn = 0;
  control.seekg(offset).read(reinterpret_cast<char*>(&lsn), sizeof lsn);
  if (!control || lsn == 0) throw HarnessError("cannot read pg_control");
  const auto size = static_cast<std::uint64_t>(options_.wal_segment_size.count);
  const std::uint64_t segment = (lsn + longest_checkpoint_record) / size;
  const std::uint64_t per_file = (std::uint64_t{1} << 32) / size;
  return fmt::format("{:08X}{:08X}{:08X}", 1, segment / per_file, segment % per_file);
}

std::string Cluster::conninfo(const std::string& database) const {
  return fmt::format("host={} port={} user=postgres dbname={} application_name=harness",
                     scratch_.path().string(), port_, quote_literal(database));
}

std::string Cluster::tcp_conninfo(const std::string& database) const {
  return fmt::format("host=127.0.0.1 port={} user=postgres dbname={}", port_,
                     quote_literal(database));
}

Connection Cluster::connect(const std::string& database) const {
  return Connection{conninfo(database)};
}

fs::path Cluster::wal_directory() const {
  return options_.wal_volume ? wal_volume_ / "pg_wal" : data_directory() / "pg_wal";
}

VolumeUse Cluster::data_volume() const { return use_of(data_volume_); }
VolumeUse Cluster::wal_volume() const { return use_of(wal_volume_); }

std::vector<LogLine> Cluster::log() const {
  std::vector<LogLine> lines;
  std::istringstream text{read_text(log_)};
  for (std::string line; std::getline(text, line);)
    if (auto parsed = parse_log_line(line)) lines.push_back(std::move(*parsed));
  return lines;
}

std::string Cluster::log_tail(std::size_t bytes) const {
  const std::string text = read_text(log_);
  return text.size() <= bytes ? text : text.substr(text.size() - bytes);
}

}  // namespace harness
