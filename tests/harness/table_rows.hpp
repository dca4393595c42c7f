#pragma once

#include <cstdint>
#include <vector>

namespace harness {

/// The rows of a table by number, from 1 in order of insertion, as the one driver thread knows
/// them.
class TableRows {
 public:
  explicit TableRows(std::int64_t loaded) : loaded_{loaded}, assigned_{loaded}, present_{loaded} {}

  std::int64_t loaded() const { return loaded_; }
  /// Rows that are surely there: loaded, or their insert has returned.
  std::int64_t present() const { return present_; }
  std::int64_t next() { return ++assigned_; }
  void add_present(std::int64_t rows) { present_ += rows; }
  /// Numbers the values that updates assign; behind the rows, so that ascending columns keep
  /// ascending.
  std::int64_t next_version() { return ++versions_ + assigned_; }

  bool deleted(std::int64_t row) const {
    const auto at = static_cast<std::size_t>(row);
    return at < deleted_.size() && deleted_[at];
  }
  void mark_deleted(std::int64_t row) {
    const auto at = static_cast<std::size_t>(row);
    if (deleted_.size() <= at) deleted_.resize(at + 1);
    deleted_[at] = true;
  }

 private:
  std::int64_t loaded_, assigned_, present_, versions_ = 0;
  std::vector<bool> deleted_;
};

}  // namespace harness
