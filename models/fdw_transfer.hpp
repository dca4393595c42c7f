#pragma once

#include <string>

#include "models/foreign_query.hpp"

/// What a federated query moves between two servers: bytes of PostgreSQL's protocol (TCP/IP headers
/// not counted), round trips, memory and time.
/// Source    contrib/postgres_fdw/postgres_fdw.c (create_cursor, fetch_more_data, close_cursor,
///           postgresReScanForeignScan), connection.c (begin_remote_xact,
///           configure_remote_session); src/interfaces/libpq/fe-exec.c (PQsendQueryGuts); docs,
///           "Message Formats"
namespace models {

/// Bytes to the remote server and back, and how often the consumer waits for an answer.
struct Transfer {
  double up = 0, down = 0, trips = 0;
  double bytes() const { return up + down; }
  Transfer& operator+=(const Transfer& other);
};

/// DataRow in text form: 7 + per column 4 + length, 4 alone when NULL.
double data_row_bytes(const ForeignScan& scan);

/// One foreign scan: DECLARE, FETCH until a batch comes back short, CLOSE; a parameterised scan
/// does all three per outer row.
///
///   fetches = floor(rows / fetch_size) + 1
///   down    = rows * DataRow + fetches * (RowDescription + CommandComplete + ReadyForQuery)
///
/// Takes     fetch_size >= 1; rows of a scan under a local LIMIT come by whole batches
Transfer scan_transfer(const ForeignScan& scan, int fetch_size);

/// START TRANSACTION and COMMIT around what a local transaction reads of one server.
Transfer transaction_transfer();

/// Opening a connection without TLS and password: start-up packet, parameters, five SETs.
/// Holds     once per session, user mapping and server (keep_connections on)
Transfer connection_transfer();

/// EXPLAIN statements that use_remote_estimate sends while planning.
Transfer estimate_transfer(int estimates, const ForeignPlan& plan);

/// A whole query, its transaction included, its connection not.
Transfer query_transfer(const ForeignPlan& plan, const ForeignServer& server);

/// Memory of a scan's batch on the consumer: the fetched tuples and libpq's copy of their text.
double batch_memory(const ForeignScan& scan, int fetch_size);

/// Between two servers.
struct ForeignPath {
  double bandwidth = 0;       // bytes per second; 0 = unlimited
  double rtt = 0;             // seconds
  double remote_rate = 2e6;   // rows per second that the remote server reads and filters
  double consume_rate = 5e5;  // rows per second that the consumer turns into tuples
};

/// Seconds a query takes, which is how long its snapshot holds the producer's horizon at least: the
/// remote transaction is REPEATABLE READ and stays open until the local one ends.
///
///   time = trips * rtt + bytes down / bandwidth + rows read / remote_rate + rows fetched /
///   consume_rate
///
/// Scans of servers other than one another's overlap when they are async_capable.
double query_seconds(const ForeignPlan& plan, const ForeignServer& server, const ForeignPath& path);

}  // namespace models
