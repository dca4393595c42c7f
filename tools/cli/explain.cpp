#include "tools/report/explain.hpp"

#include <fmt/format.h>

#include "tools/cli/command.hpp"
#include "tools/cli/parse.hpp"
#include "tools/cli/terminal.hpp"
#include "tools/report/json.hpp"
#include "tools/store/store.hpp"

namespace cli {

Exit explain(Arguments arguments) {
  std::string database = "meshplan.db";
  std::int64_t run = 0;
  Format format = Format::text;
  Parser parser{"explain",
                "Say why a stored run came out as it did: what happened in the median and in the "
                "bad replicate, and whose bytes fill the disk.",
                "meshplan explain 3 --db meshplan.db"};
  parser.options()
      .add_option("RUN", run, "Which run, as `meshplan runs` lists them [the newest]")
      ->type_name("")
      ->check(CLI::PositiveNumber);
  parser.options().add_option("--db", database, "Results file [meshplan.db]")->option_text("FILE");
  parser.add_format(format);
  if (!parser.parse(arguments)) return done;
  store::Store store{database, store::Database::Open::existing};
  if (run == 0) {
    const auto runs = store.runs();
    if (runs.empty()) throw store::StoreError{fmt::format("'{}' holds no runs", database)};
    run = runs.back().id;
  }
  const store::StoredRun stored = store.read(run);
  const plan::Results& results = stored.results;
  print_as(
      format,
      [&] {
        return report::json(results, {stored.provenance.version, true});
      },
      [&] { return report::explain_markdown(results); },
      [&] { return report::explain_text(results, stdout_terminal()); });
  return done;
}

}  // namespace cli
