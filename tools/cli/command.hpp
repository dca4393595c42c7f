#pragma once

#include <span>
#include <stdexcept>
#include <string>

/// The program: arguments in, answers on stdout, messages on stderr, an exit code.
namespace cli {

enum Exit : int { done = 0, failed = 1, wrong_use = 2, objective_missed = 3, interrupted = 130 };

/// The command line does not say what to do; what() is one line, `hint` what to try instead.
struct UsageError : std::runtime_error {
  explicit UsageError(const std::string& what, std::string hint_text = {})
      : runtime_error{what}, hint{std::move(hint_text)} {}
  std::string hint;
};

/// A file or an output stream of ours cannot be written.
struct OutputError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

using Arguments = std::span<const char* const>;  // those after the command's name

Exit init(Arguments arguments);
Exit check(Arguments arguments);
Exit emit_bundle(Arguments arguments);
Exit contract(Arguments arguments);
Exit compare(Arguments arguments);
Exit explain(Arguments arguments);
Exit merge(Arguments arguments);
Exit report(Arguments arguments);
Exit run(Arguments arguments);
Exit runs(Arguments arguments);
Exit schema(Arguments arguments);
Exit sensitivity(Arguments arguments);
Exit solve(Arguments arguments);
Exit sweep(Arguments arguments);

/// Writes to stdout and makes sure that it arrived; throws OutputError.
void print(const std::string& answer);

}  // namespace cli
