#pragma once

#include <string>
#include <vector>

#include "models/settings.hpp"
#include "models/table.hpp"
#include "models/tuple.hpp"

/// Bytes on the wire of logical replication (pgoutput), frames included, TCP/IP not. Exact for
/// known lengths of values. Source    src/backend/replication/logical/proto.c; pgoutput.c;
/// walsender.c
namespace models {

inline constexpr double wire_frame = 30;  // CopyData 5, 'w' header 25
inline constexpr double wire_begin = 30 + 21;
inline constexpr double wire_commit = 30 + 26;
inline constexpr double wire_keepalive = 23;
inline constexpr double wire_feedback = 39;   // standby status update, back to the publisher
inline constexpr double wire_stream_xid = 4;  // per change of a streamed transaction
inline constexpr double wire_stream_start = 30 + 6, wire_stream_stop = 30 + 1,
                        wire_stream_commit = 30 + 30;

/// What a subscription receives of a table.
struct WireShape {
  std::vector<int> columns;  // published columns; empty = every column
  bool binary = false;
};

/// TupleData: 2 + per column 5 + value, or 1 when NULL; mean over rows.
/// Takes     unchanged: columns that an UPDATE leaves as out-of-line values (1 byte each)
double wire_tuple(const Table& table, const RowWidths& widths, const WireShape& shape,
                  const std::vector<int>& unchanged = {});
/// Old key as a tuple: key columns with values, all others NULL.
double wire_key_tuple(const Table& table, const RowWidths& widths, const WireShape& shape);

/// RELATION: once per connection and table, and after every invalidation.
double wire_relation(const Table& table, const WireShape& shape);
double wire_insert(const Table& table, const RowWidths& widths, const WireShape& shape);
/// UPDATE: with the old key when a key column changed, under REPLICA IDENTITY FULL with the old
/// row.
double wire_update(const Table& table, const RowWidths& widths, const RowLayout& layout,
                   const WireShape& shape, const std::vector<int>& changed);
double wire_delete(const Table& table, const RowWidths& widths, const WireShape& shape);
double wire_truncate(double relations);

/// One row of the initial COPY: text 5 + values + separators, or binary (publishers from 16 on)
/// 5 + 2 + values with their lengths.
double wire_copy_row(const Table& table, const RowWidths& widths, const WireShape& shape,
                     int publisher_major = 15);

/// Whether commits wait for their flush: synchronous_commit other than off.
bool flushes_commits(const Settings& settings);

/// Keepalives per second to a subscriber that keeps up.
///
///   flushes = commits, or with synchronous_commit off the WAL writer's rounds that have something
///   rate    = flushes (1 + P(the next flush comes before the reply))
///
/// The walsender sends one each time it has decoded all that is flushed and the subscriber has not
/// confirmed it yet, and another one when it is woken before the reply has arrived.
/// Takes     commits [1/s] of the whole server, published or not; rtt [s] of the link
/// Holds     until commits share their flushes: then there are fewer
/// Source    walsender.c, WalSndWaitForWal(); walwriter.c
double keepalive_rate(double commits, bool flushes_commits, double rtt);

/// TCP/IP and Ethernet headers, 66 per packet, of so many bytes that were sent in so many pieces.
double tcp_overhead(double bytes, double sends, double mss = 1448);

}  // namespace models
