#pragma once

#include <gtest/gtest.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>

#include "tests/temporary_folder.hpp"

/// Runs the built program the way a shell does, in a folder of its own.
namespace cli {

namespace fs = std::filesystem;

inline std::string read_file(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream{path, std::ios::binary}.rdbuf();
  return text.str();
}

/// The expected text of tests/golden/cli; UPDATE_GOLDEN=1 writes it anew, and review reads the
/// diff.
inline void expect_golden(const std::string& name, const std::string& actual) {
  const fs::path path = fs::path{MESHPLAN_GOLDEN} / name;
  if (const char* update = std::getenv("UPDATE_GOLDEN"); update != nullptr && *update == '1')
    std::ofstream{path, std::ios::binary} << actual;
  EXPECT_EQ(actual, read_file(path)) << "golden file " << name << " (UPDATE_GOLDEN=1 rewrites it)";
}

class ProgramTest : public testing::Test {
 protected:
  struct Ran {
    int exit = -1;
    std::string out, err;
  };

  /// Arguments are words of a shell; `environment` such as "NO_COLOR=1".
  Ran meshplan(const std::string& arguments, const std::string& redirect = ">.out 2>.err") const {
    const std::string command = "cd '" + folder_.string() + "' && env -i PATH=/usr/bin:/bin " +
                                MESHPLAN_BINARY + " " + arguments + " </dev/null " + redirect;
    const int status = std::system(command.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read_file(folder_ / ".out"),
            read_file(folder_ / ".err")};
  }

  /// A program on a terminal of 100 columns, stdout and stderr together.
  class Terminal {
   public:
    Terminal(const fs::path& folder, const std::string& arguments, const std::string& environment) {
      winsize size{};
      size.ws_row = 50;
      size.ws_col = 100;
      child_ = forkpty(&terminal_, nullptr, nullptr, &size);
      if (child_ != 0) return;
      // The shell stays until everything was read: what is left on a closed terminal may be lost.
      const std::string command =
          "cd '" + folder.string() +
          "'; stty -echo; trap : INT; env -i TERM=xterm LANG=C.UTF-8 PATH=/usr/bin:/bin " +
          environment + " " + MESHPLAN_BINARY + " " + arguments + "; code=$?; printf '" + over +
          "'; read -r line; exit $code";
      execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
      _exit(99);
    }
    /// Waits until it has shown a text, or has ended.
    bool shows(const std::regex& text) {
      while (!std::regex_search(shown_, text))
        if (!read_more()) return false;
      return true;
    }
    void press(char key) const { EXPECT_EQ(::write(terminal_, &key, 1), 1); }
    Ran finish() {
      EXPECT_TRUE(shows(std::regex{over}));
      press('\n');
      while (read_more()) continue;
      close(terminal_);
      int status = 0;
      waitpid(child_, &status, 0);
      return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, shown_, ""};
    }

   private:
    static constexpr const char* over = "the program has ended";
    bool read_more() {
      char buffer[4096];
      const ssize_t n = read(terminal_, buffer, sizeof buffer);
      if (n > 0) shown_.append(buffer, static_cast<std::size_t>(n));
      return n > 0;
    }
    int terminal_ = -1;
    pid_t child_ = -1;
    std::string shown_;
  };
  Terminal on_a_terminal(const std::string& arguments, const std::string& environment = "") const {
    return {folder_, arguments, environment};
  }

  void write(const std::string& name, const std::string& text) const {
    std::ofstream{folder_ / name, std::ios::binary} << text;
  }
  /// A mesh of one server whose disk fills within the month when `size` is small.
  void write_mesh(const std::string& size) const {
    write("mesh.yaml", R"y(meshplan: 1
name: log
horizon: 30d
nodes:
  db: {postgres: 15, volumes: {data: {size: )y" +
                           size + R"y(}}}
domains:
  app:
    node: db
    ddl: CREATE TABLE log (id bigserial PRIMARY KEY, line text NOT NULL);
    tables: {log: {rows: 1M, widths: {line: 80}}}
    workload:
      - {sql: "INSERT INTO log (line) VALUES ($1)", rate: 50..150/s}
objectives:
  - {metric: volume_used, node: db, at: p95, below: 90%}
)y");
  }
  bool exists(const std::string& name) const { return fs::exists(folder_ / name); }

  TemporaryFolder own_;
  const fs::path& folder_ = own_.path();
};

}  // namespace cli
