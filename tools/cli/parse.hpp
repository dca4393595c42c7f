#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "tools/cli/command.hpp"

namespace cli {

enum class Format { text, json, markdown };

/// Prints an answer in the format asked for; only that one is made.
using Page = std::function<std::string()>;
void print_as(Format format, const Page& json, const Page& markdown, const Page& text);

/// One subcommand's options. The parser is built for the command that was asked for, and for no
/// other.
class Parser {
 public:
  Parser(const std::string& command, const std::string& summary, const std::string& example);

  CLI::App& options() { return app_; }
  void add_format(Format& format, bool markdown = true);

  /// False when help was asked for and has been printed. Throws UsageError.
  bool parse(Arguments arguments);

 private:
  std::string name_;
  CLI::App app_;
};

}  // namespace cli
