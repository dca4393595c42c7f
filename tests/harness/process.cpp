#include "tests/harness/process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <sstream>
#include <thread>
#include <utility>

namespace harness {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

[[noreturn]] void fail(const std::string& what) {
  throw HarnessError(fmt::format("{}: {}", what, std::strerror(errno)));
}

/// After fork: only calls that are safe in a child of a process with threads.
[[noreturn]] void execute(const std::vector<char*>& arguments, int output, Owner owner) {
  setsid();
  const int nothing = open("/dev/null", O_RDONLY);
  dup2(nothing, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  if (geteuid() == 0 && owner.user != 0) {
    if (setgroups(0, nullptr) != 0 || setgid(owner.group) != 0 || setuid(owner.user) != 0)
      _exit(126);
  }
  execv(arguments[0], arguments.data());
  _exit(127);
}

/// The watchdog: a shell outside our process tree (so that killing the tree does not reach it) that
/// reads directory names from a pipe and cleans up what is left when the pipe closes.
constexpr const char* watchdog_script = R"sh(
trap '' HUP INT TERM QUIT PIPE
while read -r verb directory; do
  case $verb in
    keep) kept="$kept $directory" ;;
    gone) rest=; for d in $kept; do [ "$d" = "$directory" ] || rest="$rest $d"; done; kept=$rest ;;
  esac
done
processes() {
  for line in /proc/[0-9]*/cmdline; do
    if tr '\0' '\n' < "$line" 2>/dev/null | grep -q -F "$1/"; then
      pid=${line#/proc/}; pid=${pid%/cmdline}; [ "$pid" = $$ ] || echo "$pid"
    fi
  done
}
for d in $kept; do
  for pid in $(processes "$d"); do kill -QUIT "$pid" 2>/dev/null; done
  for wait in 1 2 3 4 5 6 7 8 9 10; do
    left=$(processes "$d"); [ -z "$left" ] && break; sleep 0.3
  done
  for pid in $left; do kill -KILL "$pid" 2>/dev/null; done
  for m in "$d"/*; do umount -l "$m" 2>/dev/null; done
  rm -rf -- "$d"
done
)sh";

class Watchdog {
 public:
  static Watchdog& instance() {
    static Watchdog watchdog;
    return watchdog;
  }
  bool tell(const std::string& line) const noexcept {
    return write(pipe_, line.data(), line.size()) == static_cast<ssize_t>(line.size());
  }

 private:
  Watchdog() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) fail("pipe");
    const pid_t between = fork();
    if (between < 0) fail("fork");
    if (between == 0) {
      setsid();
      if (fork() != 0) _exit(0);
      const int nothing = open("/dev/null", O_RDWR);
      dup2(ends[0], STDIN_FILENO);
      dup2(nothing, STDOUT_FILENO);
      dup2(nothing, STDERR_FILENO);
      execl("/bin/sh", "sh", "-c", watchdog_script, static_cast<char*>(nullptr));
      _exit(127);
    }
    waitpid(between, nullptr, 0);
    close(ends[0]);
    pipe_ = ends[1];
  }
  int pipe_ = -1;
};

void give(const fs::path& path, Owner owner) {
  if (geteuid() == 0 && chown(path.c_str(), owner.user, owner.group) != 0)
    fail("chown " + path.string());
}

}  // namespace

Owner server_owner() {
  if (geteuid() != 0) return {geteuid(), getegid()};
  const passwd* postgres = getpwnam("postgres");
  if (postgres == nullptr)
    throw HarnessError("running as root needs the OS user 'postgres' to run servers as");
  return {postgres->pw_uid, postgres->pw_gid};
}

Child::Child(const std::vector<std::string>& command, const fs::path& output) {
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const Owner owner = server_owner();
  const int file = open(output.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (file < 0) fail("cannot write " + output.string());
  pid_ = fork();
  if (pid_ == 0) execute(arguments, file, owner);
  close(file);
  if (pid_ < 0) fail("fork");
}

Child::~Child() {
  if (running()) {
    signal(SIGKILL);
    wait(10s);
  }
}

Child::Child(Child&& other) noexcept
    : pid_{std::exchange(other.pid_, -1)}, status_{std::exchange(other.status_, {})} {}

Child& Child::operator=(Child&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(status_, other.status_);
  return *this;
}

bool Child::running() {
  if (pid_ <= 0 || status_) return false;
  int status = 0;
  if (waitpid(pid_, &status, WNOHANG) == 0) return true;
  status_ = status;
  return false;
}

void Child::signal(int number) const {
  if (pid_ > 0 && !status_) kill(pid_, number);
}

bool Child::wait(std::chrono::milliseconds limit) {
  const auto until = std::chrono::steady_clock::now() + limit;
  while (running()) {
    if (std::chrono::steady_clock::now() >= until) return false;
    std::this_thread::sleep_for(2ms);
  }
  return true;
}

std::string run(const std::vector<std::string>& command, std::chrono::milliseconds limit) {
  char name[] = "/tmp/harness-output-XXXXXX";
  const int file = mkstemp(name);
  if (file < 0) fail("mkstemp");
  close(file);
  Child child{command, name};
  const bool ended = child.wait(limit);
  const std::string output = read_text(name);
  unlink(name);
  if (!ended) throw HarnessError(fmt::format("{} takes too long\n{}", command[0], output));
  if (child.status() != 0) throw HarnessError(fmt::format("{} failed\n{}", command[0], output));
  return output;
}

std::string read_text(const fs::path& file) {
  std::ifstream in{file, std::ios::binary};
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

ScratchDirectory::ScratchDirectory() {
  std::string name = (fs::temp_directory_path() / "harness-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) fail("cannot make " + name);
  path_ = name;
  gone_ = "gone " + name + "\n";
  if (!Watchdog::instance().tell("keep " + name + "\n")) fail("cannot reach the watchdog");
  give(path_, server_owner());
}

ScratchDirectory::~ScratchDirectory() {
  for (const fs::path& mount : mounts_) umount2(mount.c_str(), MNT_DETACH);
  std::error_code ignored;
  fs::remove_all(path_, ignored);
  Watchdog::instance().tell(gone_);
}

fs::path ScratchDirectory::make_directory(const std::string& name,
                                          std::optional<std::int64_t> size) {
  const fs::path directory = path_ / name;
  fs::create_directory(directory);
  if (size) {
    const std::string options = fmt::format("size={}", *size);
    if (mount("tmpfs", directory.c_str(), "tmpfs", 0, options.c_str()) != 0)
      fail(fmt::format("a volume of {} bytes needs the right to mount a tmpfs (run as root)",
                       *size));
    mounts_.push_back(directory);
  }
  give(directory, server_owner());
  fs::permissions(directory, fs::perms::owner_all);
  return directory;
}

}  // namespace harness
