#include "tools/cli/output_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "tools/cli/command.hpp"

namespace cli {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const std::string& path, int why) {
  throw OutputError{fmt::format("meshplan: cannot write '{}': {}", path, std::strerror(why))};
}

/// The whole text, or errno.
int write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return fsync(file) == 0 || errno == EINVAL ? 0 : errno;
}

}  // namespace

void check_writable(const std::string& path) {
  if (path.empty() || path == "-") return;
  std::error_code ignored;
  const fs::path folder = fs::path{path}.parent_path();
  if (!folder.empty() && !fs::is_directory(folder, ignored)) fail(path, ENOENT);
  if (fs::is_directory(path, ignored)) fail(path, EISDIR);
}

void write_file(const std::string& path, const std::string& text) {
  if (path == "-") return print(text);
  check_writable(path);
  std::error_code ignored;
  if (fs::exists(path, ignored) && !fs::is_regular_file(path, ignored)) {  // a device, a pipe
    const int file = open(path.c_str(), O_WRONLY | O_CLOEXEC);
    const int why = file < 0 ? errno : write_all(file, text);
    if (file >= 0) close(file);
    if (why != 0) fail(path, why);
    return;
  }
  std::string temporary = path + ".XXXXXX";
  const int file = mkostemp(temporary.data(), O_CLOEXEC);
  if (file < 0) fail(path, errno);
  const mode_t mask = umask(0);
  umask(mask);
  int why = write_all(file, text);
  if (why == 0 && fchmod(file, 0666 & ~mask) != 0) why = errno;
  if (close(file) != 0 && why == 0) why = errno;
  if (why == 0 && std::rename(temporary.c_str(), path.c_str()) != 0) why = errno;
  if (why == 0) return;
  fs::remove(temporary, ignored);
  fail(path, why);
}

}  // namespace cli
