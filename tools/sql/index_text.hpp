#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/table.hpp"
#include "tools/sql/lexer.hpp"

namespace sql {

/// The SQL of an index's expressions and predicate, cut out of the statement: the tree does not
/// keep it.
class IndexText {
 public:
  /// Elements stand between the first brackets from a byte offset on.
  IndexText(const Lexed& lexed, std::size_t offset);

  /// Expression of the i-th element without its operator class and order; empty when there is none.
  std::string expression(std::size_t i) const {
    return i < expressions_.size() ? expressions_[i] : "";
  }
  /// Where the i-th element starts.
  std::size_t offset(std::size_t i) const { return i < offsets_.size() ? offsets_[i] : 0; }
  /// What WHERE says after the elements.
  const std::string& predicate() const { return predicate_; }

 private:
  std::vector<std::string> expressions_;
  std::vector<std::size_t> offsets_;
  std::string predicate_;
};

std::optional<models::Index::Method> index_method(std::string_view name);

}  // namespace sql
