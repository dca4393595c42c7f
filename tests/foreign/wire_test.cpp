#include <fmt/format.h>
#include <gtest/gtest.h>

#include "models/fdw_transfer.hpp"
#include "tests/foreign/lab.hpp"
#include "tests/harness/tcp_proxy.hpp"

namespace foreign {
namespace {

struct WireCase {
  const char* what;
  const char* sql;
  int fetch_size = 100;
};

constexpr WireCase wire_cases[] = {
    {"filter pushed", "SELECT id, kind FROM events WHERE kind = 'kind3'"},
    {"filter pushed, narrow rows", "SELECT id FROM events WHERE code = 7"},
    {"aggregate pushed", "SELECT kind, count(*) FROM events GROUP BY kind"},
    {"one row aggregate", "SELECT count(*) FROM events"},
    {"nothing pushed", "SELECT id FROM events WHERE at > now()"},
    {"nothing pushed, big batches", "SELECT id FROM events WHERE at > now()", 50'000},
    {"narrow rows", "SELECT code FROM events"},
    {"narrow rows, big batches", "SELECT code FROM events", 50'000},
    {"wide rows", "SELECT * FROM events"},
    {"wide rows, big batches", "SELECT * FROM events", 50'000},
    {"join pushed",
     "SELECT o.id, c.name FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.qty = 4"},
    {"join with a local table",
     "SELECT o.id, o.total, r.label FROM orders o JOIN regions r ON r.country = o.country"},
    {"no column at all", "SELECT 1 FROM orders"},
    {"largest value", "SELECT max(id) FROM events"},
    {"LIMIT pushed", "SELECT kind, at FROM events ORDER BY kind LIMIT 50"},
};

TEST(Wire, BytesAreWithinThreePercentOfWhatAProxyCounts) {
  Lab lab{{}};
  harness::TcpProxy proxy{
      {.upstream_socket = fmt::format("{}/.s.PGSQL.{}", lab.producer().socket_directory().string(),
                                      lab.producer().port())}};
  // Dearer tuples, as from PostgreSQL 17 on, so that the small join is worth sending.
  lab.add_server("w",
                 fmt::format("host '127.0.0.1', port '{}', dbname 'postgres', fdw_tuple_cost '0.2'",
                             proxy.port()));
  lab.catalog().options.fdw_tuple_cost = 0.2;
  harness::Connection& session = lab.session();
  session.execute(
      "ANALYZE w.orders; ANALYZE w.customers; ANALYZE w.events; SET search_path = w, l; ALTER "
      "SERVER w_server OPTIONS (ADD fetch_size '100')");
  for (const WireCase& each : wire_cases) {
    SCOPED_TRACE(each.what);
    session.execute(
        fmt::format("ALTER SERVER w_server OPTIONS (SET fetch_size '{}')", each.fetch_size));
    session.execute("SELECT 1 FROM customers LIMIT 1");  // a new connection after ALTER SERVER
    EXPECT_EQ(lab.planned(each.sql), lab.predicted(each.sql))
        << text(lab.planned(each.sql)) << text(lab.predicted(each.sql));
    const double up = static_cast<double>(proxy.bytes_to_publisher()),
                 down = static_cast<double>(proxy.bytes_to_subscriber());
    session.execute(each.sql);
    const double sent = static_cast<double>(proxy.bytes_to_publisher()) - up,
                 received = static_cast<double>(proxy.bytes_to_subscriber()) - down;
    models::ForeignServer server = lab.catalog().options;
    server.fetch_size = each.fetch_size;
    const models::ForeignPlan plan = lab.prediction(each.sql);
    const models::Transfer transfer = models::query_transfer(plan, server);
    EXPECT_NEAR(transfer.bytes() / (sent + received), 1, 0.03)
        << plan.scans.front().sql << "\n"
        << fmt::format("predicted {:.0f} up {:.0f} down, measured {:.0f} up {:.0f} down",
                       transfer.up, transfer.down, sent, received);

    fmt::print("{:30} predicted {:9.0f} measured {:9.0f} error {:+.2f} %\n", each.what,
               transfer.bytes(), sent + received, 100 * (transfer.bytes() / (sent + received) - 1));
  }
}

}  // namespace
}  // namespace foreign
