#include "tools/cli/parse.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

#include "tools/sql/spelling.hpp"

namespace cli {
namespace {

std::string near_option(const CLI::App& app, const std::string& argument) {
  std::vector<std::string> known;
  for (const CLI::Option* option : app.get_options())
    for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
  const std::string near = sql::nearest(argument.substr(0, argument.find('=')), known);
  return near.empty() ? "" : fmt::format("did you mean '{}'?", near);
}

constexpr std::size_t help_width = 100, option_column = 28;

/// Lines of at most help_width columns; what goes on is indented as the descriptions of options
/// are, the summary not at all. Examples stay as they are, to be copied.
std::string wrapped(const std::string& help) {
  std::string out;
  bool example = false;
  std::size_t at = 0;
  while (at < help.size()) {
    const std::size_t end = std::min(help.find('\n', at), help.size());
    std::string line = help.substr(at, end - at);
    at = end + 1;
    example = example || line.starts_with("Example:");
    const std::size_t indent = line.starts_with("  ") ? option_column : 0;
    while (!example && line.size() > help_width) {
      const std::size_t blank = line.rfind(' ', help_width);
      if (blank == std::string::npos || blank <= indent) break;
      out += line.substr(0, blank) + "\n";
      line = std::string(indent, ' ') + line.substr(blank + 1);
    }
    out += line + "\n";
  }
  return out;
}

}  // namespace

void print_as(Format format, const Page& json, const Page& markdown, const Page& text) {
  print(format == Format::json ? json() : format == Format::markdown ? markdown() : text());
}

Parser::Parser(const std::string& command, const std::string& summary, const std::string& example)
    : name_{"meshplan " + command}, app_{summary, name_} {
  app_.footer("Example:\n  " + example);
  app_.get_formatter()->column_width(28);
  app_.get_help_ptr()->description("Print this help");
}

void Parser::add_format(Format& format, bool markdown) {
  static const std::map<std::string, Format> all{
      {"text", Format::text}, {"json", Format::json}, {"markdown", Format::markdown}};
  std::map<std::string, Format> names = all;
  if (!markdown) names.erase("markdown");
  app_.add_option("--format", format, "How to print the answer [text]")
      ->option_text(markdown ? "text|json|markdown" : "text|json")
      ->transform([names, markdown](const std::string& word) {
        const auto found = names.find(word);
        if (found == names.end())
          throw CLI::ValidationError{fmt::format("'{}' is not one of {}", word,
                                                 markdown ? "text, json, markdown" : "text, json")};
        return std::to_string(static_cast<int>(found->second));
      });
}

bool Parser::parse(Arguments arguments) {
  std::vector<std::string> reversed{arguments.rbegin(), arguments.rend()};  // as CLI11 takes them
  try {
    app_.parse(std::move(reversed));
    return true;
  } catch (const CLI::CallForHelp&) {
    print(wrapped(app_.help()));
    return false;
  } catch (const CLI::ExtrasError&) {
    const std::vector<std::string> extras = app_.remaining();
    const std::string first = extras.empty() ? "" : extras.front();
    throw UsageError{fmt::format("{}: unexpected argument '{}'", name_, first),
                     near_option(app_, first)};
  } catch (const CLI::ParseError& error) {
    throw UsageError{fmt::format("{}: {}", name_, error.what()),
                     fmt::format("see {} --help", name_)};
  }
}

}  // namespace cli
