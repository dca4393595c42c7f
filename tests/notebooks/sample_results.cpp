// Writes a results file with what takes long to make for real: a comparison, influences,
// measurements.
//   sample_results FILE
#include <cstdio>

#include "tests/tools/report/example_results.hpp"
#include "tools/store/store.hpp"

int main(int argc, char** argv) {
  if (argc != 2) return std::fprintf(stderr, "usage: sample_results FILE\n"), 2;
  store::Store store{argv[1], store::Database::Open::or_create};
  const store::Provenance provenance{"0.1.0", "workbench", 1'790'000'000};
  plan::Results results = plan::example_results();
  plan::add_findings(results);
  store.write(results, provenance);
  store.write(
      {{"inserts.yaml", 15, "wal_bytes", "db", "bytes", 1.02e8, 1.00e8, 1.4e8, 0.6e8, 0.05},
       {"inserts.yaml", 17, "wal_bytes", "db", "bytes", 0.99e8, 1.01e8, 1.3e8, 0.6e8, 0.05},
       {"updates.yaml", 18, "heap_size", "public.t", "bytes", 2.10e7, 2.05e7, 2.6e7, 1.1e7, 0.05},
       {"updates.yaml", 18, "autovacuum_runs", "public.t", "count", 4, 4}},
      provenance);
}
