#include <fmt/format.h>

#include <optional>

#include "tools/cli/command.hpp"
#include "tools/cli/output_file.hpp"
#include "tools/cli/parse.hpp"
#include "tools/cli/terminal.hpp"
#include "tools/report/html.hpp"
#include "tools/report/json.hpp"
#include "tools/report/markdown.hpp"
#include "tools/report/text.hpp"
#include "tools/store/store.hpp"

namespace cli {
namespace {

struct ReportArguments {
  std::string database, html, markdown, json;
  std::optional<std::int64_t> run;
  bool series = false;
  Format format = Format::text;
  bool to_files() const { return !html.empty() || !markdown.empty() || !json.empty(); }
};

std::optional<ReportArguments> parse(Arguments arguments) {
  ReportArguments a;
  Parser parser{"report",
                "Write what a stored run found, as a page, for a pull request, or as data.",
                "meshplan report meshplan.db --html report.html"};
  CLI::App& options = parser.options();
  options.add_option("DB", a.database, "The results file")->required()->type_name("");
  options.add_option("--run", a.run, "Which run, as `meshplan runs` lists them [the newest]")
      ->option_text("ID");
  options.add_option("--html", a.html, "Write a page that opens in any browser, without a network")
      ->option_text("FILE");
  options.add_option("--markdown", a.markdown, "Write Markdown for a pull request")
      ->option_text("FILE");
  options.add_option("--json", a.json, "Write JSON (`meshplan schema --results` describes it)")
      ->option_text("FILE");
  options.add_flag("--series", a.series, "Time series and recorded replicates in the JSON too");
  parser.add_format(a.format);
  if (!parser.parse(arguments)) return std::nullopt;
  if (a.series && a.json.empty() && a.format != Format::json)
    throw UsageError{"meshplan report: --series needs --json FILE or --format json"};
  return a;
}

std::int64_t newest(store::Store& store, const std::string& database) {
  const auto runs = store.runs();
  if (runs.empty()) throw store::StoreError{fmt::format("'{}' holds no runs", database)};
  return runs.back().id;
}

}  // namespace

Exit report(Arguments arguments) {
  const auto a = parse(arguments);
  if (!a) return done;
  for (const std::string* file : {&a->html, &a->markdown, &a->json}) check_writable(*file);
  store::Store store{a->database, store::Database::Open::existing};
  const store::StoredRun stored = store.read(a->run ? *a->run : newest(store, a->database));
  const plan::Results& results = stored.results;
  const std::string& version = stored.provenance.version;
  const report::JsonOptions json{version, a->series};
  if (!a->html.empty()) write_file(a->html, report::html(results, {version, store.accuracy()}));
  if (!a->markdown.empty()) write_file(a->markdown, report::markdown(results));
  if (!a->json.empty()) write_file(a->json, report::json(results, json));
  if (a->to_files()) return done;
  print_as(
      a->format, [&] { return report::json(results, json); },
      [&] { return report::markdown(results); },
      [&] { return report::text(results, stdout_terminal()); });
  return done;
}

}  // namespace cli
