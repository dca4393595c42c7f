#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace harness {

/// The machine cannot play what was asked for: no binaries, no right to mount, a rate it cannot
/// keep. A test that meets it fails and says why.
class HarnessError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Who servers run as: the OS user `postgres` when we are root (PostgreSQL refuses root), else
/// ourselves.
struct Owner {
  uid_t user = 0;
  gid_t group = 0;
};
Owner server_owner();

/// A program that runs as server_owner(), in a session of its own so that Ctrl-C reaches only us.
/// Destroying it kills and reaps it.
class Child {
 public:
  Child() = default;
  /// Starts `command` (absolute path first); stdout and stderr are appended to `output`.
  Child(const std::vector<std::string>& command, const std::filesystem::path& output);
  ~Child();
  Child(Child&& other) noexcept;
  Child& operator=(Child&& other) noexcept;

  pid_t pid() const { return pid_; }
  /// Whether it still runs; reaps it when not.
  bool running();
  /// Its wait status once it has ended.
  std::optional<int> status() const { return status_; }
  void signal(int number) const;
  /// Waits for its end; false when it still runs after `limit`.
  bool wait(std::chrono::milliseconds limit);

 private:
  pid_t pid_ = -1;
  std::optional<int> status_;
};

/// Runs a command as server_owner() to its end and returns what it printed.
/// Throws HarnessError with that output when it fails or takes longer than `limit`.
std::string run(const std::vector<std::string>& command,
                std::chrono::milliseconds limit = std::chrono::minutes{2});

std::string read_text(const std::filesystem::path& file);

/// A directory under the system's temporary directory that belongs to server_owner() and disappears
/// with its owner, however this process ends: a watchdog process outside our process tree kills the
/// servers that still run in it, unmounts what is mounted below and removes it. The path is short,
/// because a unix socket lives in it.
class ScratchDirectory {
 public:
  ScratchDirectory();
  ~ScratchDirectory();
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }
  /// A new directory below, owned by server_owner(); with `size` a tmpfs of that many bytes.
  /// Throws HarnessError when mounting is not permitted.
  std::filesystem::path make_directory(const std::string& name,
                                       std::optional<std::int64_t> size = {});

 private:
  std::filesystem::path path_;
  std::string gone_;  // what the destructor tells the watchdog
  std::vector<std::filesystem::path> mounts_;
};

}  // namespace harness
