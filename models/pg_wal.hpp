#pragma once

#include <string>

#include "models/lsn.hpp"
#include "models/settings.hpp"

namespace models {

/// The files of pg_wal: segments first..last, the ones after the insert position waiting to be
/// reused. Old segments go only at the end of a checkpoint; new ones come when the insert position
/// needs them. Source    xlog.c: XLogFileInit(), RemoveOldXlogFiles(), XLOGfileslop(),
/// PreallocXlogFiles(), KeepLogSeg()
class PgWal {
 public:
  /// Takes  the segment size, the insert position, and `files` segments from the one that holds it
  /// on.
  PgWal(const Settings& settings, Bytes wal_segment_size, Lsn insert, double files);

  double segment_size() const { return segment_; }
  double first_segment() const { return first_; }
  double last_segment() const { return last_; }

  /// Bytes of the directory when the insert position is `insert`.
  double size(Lsn insert) const;

  /// Position at which the next file must be created that does not exist yet.
  Lsn exhausted_at() const { return {(last_ + 1) * segment_}; }

  /// The insert position has moved: files were created up to the segment that holds it.
  void extend_to(Lsn insert);

  /// End of a checkpoint: `redo` is its redo point, `insert` the position of its record,
  /// `keep_from` the oldest segment that slots, wal_keep_size or the archiver still need,
  /// `estimate` the distance estimate. Recycles or removes what is older and preallocates one
  /// segment when the current one is three quarters full.
  void remove_old(Lsn redo, Lsn insert, double keep_from, double estimate);

 private:
  Settings settings_;
  double segment_;
  double first_, last_;
};

/// Segments pg_wal settles at before a run that says nothing about it: what the last checkpoint
/// left for reuse.
double settled_files(const Settings& settings, Bytes wal_segment_size, double estimate);

}  // namespace models
