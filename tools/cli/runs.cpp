#include <fmt/format.h>

#include <ctime>
#include <nlohmann/json.hpp>

#include "tools/cli/command.hpp"
#include "tools/cli/parse.hpp"
#include "tools/cli/terminal.hpp"
#include "tools/report/table.hpp"
#include "tools/store/store.hpp"

namespace cli {
namespace {

std::string utc(std::int64_t epoch_seconds) {
  const std::time_t t = epoch_seconds;
  std::tm parts{};
  gmtime_r(&t, &parts);
  std::string text(32, '\0');
  text.resize(std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%SZ", &parts));
  return text;
}

std::string text(const std::vector<store::RunSummary>& runs) {
  std::string page;
  const std::size_t width = stdout_terminal().width;
  const std::string indent(6, ' ');
  for (const store::RunSummary& run : runs) {
    page += fmt::format("{:>4}  {}  {} ({}), {} replicates{}, seed {}: {}\n", run.id,
                        utc(run.provenance.created_at), run.scenario_name, run.scenario_file,
                        run.replicates, run.interrupted ? " (interrupted)" : "", run.seed,
                        run.ok ? "ok" : "FAIL");
    for (const std::string& line :
         report::wrap(run.headline, std::max<std::size_t>(width, 40) - indent.size()))
      page += indent + line + "\n";
  }
  return page;
}

std::string json(const std::vector<store::RunSummary>& runs) {
  nlohmann::ordered_json j{{"format_version", 1}};
  j["runs"] = nlohmann::ordered_json::array();
  for (const store::RunSummary& run : runs)
    j["runs"].push_back({{"run", run.id},
                         {"created_at", run.provenance.created_at},
                         {"scenario", run.scenario_name},
                         {"scenario_file", run.scenario_file},
                         {"scenario_hash", run.scenario_hash},
                         {"meshplan", run.provenance.version},
                         {"seed", run.seed},
                         {"replicates", run.replicates},
                         {"interrupted", run.interrupted},
                         {"ok", run.ok},
                         {"headline", run.headline}});
  return j.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace

Exit runs(Arguments arguments) {
  std::string database = "meshplan.db";
  Format format = Format::text;
  Parser parser{"runs", "List the runs of a results file, oldest first.",
                "meshplan runs --db meshplan.db"};
  parser.options().add_option("--db", database, "Results file [meshplan.db]")->option_text("FILE");
  parser.add_format(format, false);
  if (!parser.parse(arguments)) return done;
  const auto all = store::Store{database, store::Database::Open::existing}.runs();
  print(format == Format::json ? json(all) : text(all));
  return done;
}

}  // namespace cli
