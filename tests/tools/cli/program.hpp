#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

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

  ProgramTest() {
    std::string pattern = (fs::temp_directory_path() / "meshplan-cli-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
  }
  ~ProgramTest() override { fs::remove_all(folder_); }

  /// Arguments are words of a shell; `environment` such as "NO_COLOR=1".
  Ran meshplan(const std::string& arguments, const std::string& redirect = ">.out 2>.err") const {
    const std::string command = "cd '" + folder_.string() + "' && env -i PATH=/usr/bin:/bin " +
                                MESHPLAN_BINARY + " " + arguments + " </dev/null " + redirect;
    const int status = std::system(command.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read_file(folder_ / ".out"),
            read_file(folder_ / ".err")};
  }

  /// Starts the program without waiting for it.
  pid_t start(const std::vector<std::string>& arguments) const {
    const pid_t child = fork();
    if (child != 0) return child;
    if (chdir(folder_.c_str()) != 0) _exit(99);
    const int null = ::open("/dev/null", O_RDWR);
    for (const int stream : {0, 1, 2}) dup2(null, stream);
    std::vector<char*> argv{const_cast<char*>("meshplan")};
    for (const std::string& argument : arguments)
      argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    execv(MESHPLAN_BINARY, argv.data());
    _exit(99);
  }

  /// What the program prints on a terminal of 100 columns, stdout and stderr together.
  std::string on_a_terminal(const std::string& arguments,
                            const std::string& environment = "") const {
    int terminal = -1;
    winsize size{};
    size.ws_row = 50;
    size.ws_col = 100;
    const pid_t child = forkpty(&terminal, nullptr, nullptr, &size);
    if (child == 0) {
      const std::string command = "cd '" + folder_.string() +
                                  "' && exec env -i TERM=xterm LANG=C.UTF-8 PATH=/usr/bin:/bin " +
                                  environment + " " + MESHPLAN_BINARY + " " + arguments;
      execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
      _exit(99);
    }
    std::string all;
    char buffer[4096];
    for (ssize_t n; (n = read(terminal, buffer, sizeof buffer)) > 0;)
      all.append(buffer, static_cast<std::size_t>(n));
    close(terminal);
    waitpid(child, nullptr, 0);
    return all;
  }

  void write(const std::string& name, const std::string& text) const {
    std::ofstream{folder_ / name, std::ios::binary} << text;
  }
  bool exists(const std::string& name) const { return fs::exists(folder_ / name); }

  fs::path folder_;
};

}  // namespace cli
