// Prints the report of a small run filled by hand, with everything that other commands can add to
// it.
#include <cstdio>

#include "tests/tools/report/example_results.hpp"
#include "tools/report/html.hpp"

int main() {
  plan::Results results = plan::example_results();
  plan::add_findings(results);
  const std::string page = report::html(
      results, {"0.1.0",
                {{"inserts.yaml", 17, "wal_bytes", "producer", "bytes", 103, 100, 150},
                 {"inserts.yaml", 15, "wal_bytes", "producer", "bytes", 99, 100, 140}}});
  return std::fwrite(page.data(), 1, page.size(), stdout) == page.size() ? 0 : 1;
}
