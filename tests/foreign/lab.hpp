#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "models/foreign_query.hpp"
#include "tests/harness/cluster.hpp"
#include "tools/sql/foreign_query.hpp"

/// Two real clusters, a producer and a consumer that sees the producer's tables through
/// postgres_fdw, and the same tables as the predictor sees them.
namespace foreign {

/// What a plan does, in words that both a server's EXPLAIN (VERBOSE) and a prediction can be put
/// in; one line per foreign scan, sorted.
using Shape = std::multiset<std::string>;

struct Case {
  const char* sql;
  const char* reason = "";  // part of a refusal that the prediction must give
};

class Lab {
 public:
  struct Options {
    int postgres = 15;
    bool use_remote_estimate = false;
    bool analyze = true;
    int fetch_size = 100;
  };
  explicit Lab(const Options& options);

  Shape planned(const std::string& sql);    // by the server
  Shape predicted(const std::string& sql);  // by tools/sql
  models::ForeignPlan prediction(const std::string& sql);
  std::string explain(const std::string& sql);

  harness::Cluster& producer() { return *producer_; }
  harness::Cluster& consumer() { return *consumer_; }
  harness::Connection& session() { return session_; }
  sql::ForeignCatalog& catalog() { return *catalog_; }
  int table(const std::string& schema, const std::string& name) const;

  /// Another server object for the same producer, its host and port given: through a proxy.
  void add_server(const std::string& schema, const std::string& options);

 private:
  void measure_widths();

  std::unique_ptr<harness::Cluster> producer_, consumer_;
  harness::Connection session_;
  sql::Schema schema_;
  std::unique_ptr<sql::ForeignCatalog> catalog_;
};

std::string text(const Shape& shape);

}  // namespace foreign
