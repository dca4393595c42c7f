#include <algorithm>
#include <optional>

#include "tools/scenario/yaml_document.hpp"

namespace scenario {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

/// Walks the source of a scalar: blanks are skipped, every other character of the value is matched.
class SourceWalk {
 public:
  SourceWalk(std::string_view source, std::size_t at) : source_{source}, at_{at} {
    while (at_ < source_.size() && (source_[at_] == '&' || source_[at_] == '!')) {
      while (at_ < source_.size() && !is_blank(source_[at_])) ++at_;
      skip_blanks();
    }
    if (at_ >= source_.size()) return;
    const char first = source_[at_];
    if (first == '|' || first == '>') {
      at_ = std::min(source_.size(), source_.find('\n', at_));
    } else if (first == '"' || first == '\'') {
      quote_ = first;
      ++at_;
    }
  }

  /// The source offset of the next character, which must be `wanted`; nothing when it is not.
  std::optional<std::size_t> match(char wanted) {
    skip_blanks();
    if (at_ >= source_.size()) return std::nullopt;
    const std::size_t here = at_;
    if (quote_ == '"' && source_[at_] == '\\') {
      if (at_ + 1 >= source_.size() || source_[at_ + 1] != wanted) return std::nullopt;
      at_ += 2;
      return here;
    }
    if (source_[at_] != wanted) return std::nullopt;
    at_ += quote_ == '\'' && wanted == '\'' ? 2 : 1;
    return here;
  }

  std::size_t at() const { return std::min(at_, source_.size()); }

 private:
  void skip_blanks() {
    while (at_ < source_.size()) {
      if (is_blank(source_[at_])) {
        ++at_;
      } else if (quote_ == '"' && source_[at_] == '\\' && at_ + 1 < source_.size() &&
                 (is_blank(source_[at_ + 1]) || source_[at_ + 1] == 'n' ||
                  source_[at_ + 1] == 't' || source_[at_ + 1] == 'r')) {
        at_ += 2;  // an escaped blank or line end
      } else {
        return;
      }
    }
  }

  std::string_view source_;
  std::size_t at_;
  char quote_ = 0;
};

}  // namespace

Mark position_in_scalar(const Problems& problems, const Node& scalar, std::size_t offset) {
  if (scalar.mark.line < 1) return scalar.mark;
  const std::string_view source = problems.source_text(scalar.mark.source);
  const std::string_view value = scalar.text;
  SourceWalk walk{source, problems.offset(scalar.mark)};
  std::size_t here = walk.at();
  for (std::size_t i = 0; i < value.size() && i <= offset; ++i) {
    if (is_blank(value[i])) continue;
    const std::optional<std::size_t> found = walk.match(value[i]);
    if (!found) break;  // text that was substituted: the last place known is near enough
    here = i == offset ? *found : walk.at();
  }
  return problems.mark(scalar.mark.source, here);
}

}  // namespace scenario
