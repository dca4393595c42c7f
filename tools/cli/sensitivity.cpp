#include "tools/plan/sensitivity.hpp"

#include "tools/cli/command.hpp"
#include "tools/cli/interrupt.hpp"
#include "tools/cli/planning.hpp"
#include "tools/cli/progress.hpp"
#include "tools/cli/terminal.hpp"
#include "tools/report/influences.hpp"
#include "tools/report/json.hpp"

namespace cli {

Exit sensitivity(Arguments arguments) {
  Planning a;
  Parser parser{"sensitivity",
                "Say which uncertain input moves the answer most: one at a time, and by rank "
                "regression over all replicates.",
                "meshplan sensitivity mesh.yaml"};
  add_planning(parser, a);
  if (!parser.parse(arguments)) return done;
  const scenario::Loaded loaded = scenario::load_file(a.file, a.overrides());
  check_database(a);
  const Interrupt interrupt;
  plan::RunOptions options = a.options(loaded);
  options.stop = &interrupt.requested();
  plan::Results results;
  {
    constexpr std::uint64_t held = 100;  // replicates of each input's ends
    Progress progress{options.replicates +
                      (2 * loaded.mesh.parameters.size() + 1) * std::min(held, options.replicates)};
    options.done = &progress.done();
    results = plan::run(loaded.mesh, options);
    if (!results.interrupted) results.influences = plan::influences(loaded.mesh, results, options);
  }
  describe_scenario(a, loaded, results);
  print_as(
      a.format,
      [&] {
        return report::json(results, {MESHPLAN_VERSION, false});
      },
      [&] { return report::influences_markdown(results); },
      [&] { return report::influences_text(results, stdout_terminal()); });
  store_run(a, results);
  if (interrupt.requested()) return interrupted;
  return a.gate && !results.verdict.ok ? objective_missed : done;
}

}  // namespace cli
