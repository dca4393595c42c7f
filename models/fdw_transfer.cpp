#include "models/fdw_transfer.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace models {
namespace {

constexpr double ready = 6;                               // ReadyForQuery
constexpr double simple_query = 5 + 1;                    // 'Q', length, terminator
constexpr double command_complete = 5 + 1;                // 'C', length, terminator of its tag
constexpr double declare_overhead = 9 + 15 + 7 + 10 + 5;  // Parse, Bind, Describe, Execute, Sync
constexpr double declare_prefix = 22;                     // DECLARE c1 CURSOR FOR and a line break
constexpr double declare_answer = 5 + 5 + 5 + (command_complete + 14) + ready;

double digits(double n) {
  double count = 1;
  for (; n >= 10; n /= 10) ++count;
  return count;
}

double description_bytes(const ForeignScan& scan) {
  double bytes = 7;
  for (const ForeignColumn& column : scan.columns)
    bytes += static_cast<double>(column.name.size()) + 19;
  return scan.columns.empty() ? bytes + 8 + 19 : bytes;  // SELECT NULL: ?column?
}

}  // namespace

Transfer& Transfer::operator+=(const Transfer& other) {
  up += other.up;
  down += other.down;
  trips += other.trips;
  return *this;
}

double data_row_bytes(const ForeignScan& scan) {
  double bytes = 7;
  for (const ForeignColumn& column : scan.columns)
    bytes += 4 + (1 - column.null_fraction) * column.text_bytes;
  return scan.columns.empty() ? bytes + 4 : bytes;
}

Transfer scan_transfer(const ForeignScan& scan, int fetch_size) {
  const double batch = std::max(fetch_size, 1);
  const double rows = std::max(scan.rows, 0.0), fetches = std::floor(rows / batch + 1e-9) + 1;
  Transfer one;
  one.trips = 1 + fetches + 1;
  one.up = declare_overhead + declare_prefix + static_cast<double>(scan.sql.size()) +
           fetches * (simple_query + 14 + digits(batch)) + (simple_query + 8);
  const double last = rows - (fetches - 1) * batch;
  one.down = declare_answer + rows * data_row_bytes(scan) +
             fetches * (description_bytes(scan) + command_complete + 6 + ready) +
             (fetches - 1) * digits(batch) + digits(last) + (command_complete + 12 + ready);
  if (scan.loops > 1) one.up += 9;  // the parameter's value
  return {one.up * scan.loops, one.down * scan.loops, one.trips * scan.loops};
}

Transfer transaction_transfer() {
  Transfer begin{simple_query + 49, command_complete + 17 + ready, 1};
  begin += {simple_query + 18, command_complete + 6 + ready, 1};
  return begin;
}

Transfer connection_transfer() { return {100 + 260, 436 + 5 * 24, 9}; }

Transfer estimate_transfer(int estimates, const ForeignPlan& plan) {
  double sql = 0;
  for (const ForeignScan& scan : plan.scans)
    sql = std::max(sql, static_cast<double>(scan.sql.size()));
  const double n = estimates;
  return {n * (simple_query + 8 + sql), n * 320, n};
}

Transfer query_transfer(const ForeignPlan& plan, const ForeignServer& server) {
  Transfer all;
  std::map<int, bool> servers;
  for (const ForeignScan& scan : plan.scans) {
    all += scan_transfer(scan, server.fetch_size);
    servers[scan.server] = true;
  }
  for (std::size_t s = 0; s < servers.size(); ++s) all += transaction_transfer();
  if (plan.estimates > 0) all += estimate_transfer(plan.estimates, plan);
  return all;
}

double batch_memory(const ForeignScan& scan, int fetch_size) {
  const double rows =
      std::min(std::max(scan.rows, 0.0), static_cast<double>(std::max(fetch_size, 1)));
  const auto columns = static_cast<double>(scan.columns.size());
  const double text = data_row_bytes(scan) - 7;
  return rows * (text + columns * 16 + 48 + text + 24);
}

double query_seconds(const ForeignPlan& plan, const ForeignServer& server,
                     const ForeignPath& path) {
  double total = 0, longest = 0;
  for (const ForeignScan& scan : plan.scans) {
    const Transfer transfer = scan_transfer(scan, server.fetch_size);
    const double seconds =
        transfer.trips * path.rtt + (path.bandwidth > 0 ? transfer.down / path.bandwidth : 0) +
        scan.loops *
            (scan.scanned_rows / (scan.loops > 1 ? std::max(scan.scanned_rows, 1.0) : 1.0)) /
            path.remote_rate +
        scan.loops * scan.rows / path.consume_rate;
    total += seconds;
    longest = std::max(longest, seconds);
  }
  const double around = (2 + plan.estimates) * path.rtt;
  return around + (server.async_capable ? longest : total);
}

}  // namespace models
