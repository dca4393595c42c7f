#include "tools/sql/depth.hpp"

#include <pthread.h>

#include <algorithm>
#include <array>
#include <exception>
#include <vector>

namespace sql {
namespace {

constexpr std::size_t few_levels = 100;
constexpr std::size_t deep_stack = std::size_t{256} << 20;

/// What stands between one opening bracket (or CASE) and its end.
struct Level {
  bool is_case = false;
  std::size_t operators = 0;  // in the current element
  std::size_t operand = 0;    // its tallest bracketed operand
  std::size_t element = 0;    // tallest of the elements before
  std::size_t links = 0;      // AND, OR, UNION, JOIN: never reset, the whole level hangs on them

  std::size_t height() const { return std::max(element, operators + operand) + links; }
  void next_element() {
    element = std::max(element, operators + operand);
    operators = operand = 0;
  }
};

enum class Role { none, op, link, divider, opens, closes };

Role role_of_word(const Lexed& lexed, std::size_t i) {
  struct Entry {
    std::string_view keyword;
    Role role;
  };
  static constexpr std::array entries{
      Entry{"AND", Role::link},       Entry{"OR", Role::link},      Entry{"UNION", Role::link},
      Entry{"INTERSECT", Role::link}, Entry{"EXCEPT", Role::link},  Entry{"JOIN", Role::link},
      Entry{"WHEN", Role::divider},   Entry{"THEN", Role::divider}, Entry{"ELSE", Role::divider},
      Entry{"CASE", Role::opens},     Entry{"END", Role::closes},   Entry{"NOT", Role::op},
      Entry{"IS", Role::op},          Entry{"ISNULL", Role::op},    Entry{"NOTNULL", Role::op},
      Entry{"IN", Role::op},          Entry{"LIKE", Role::op},      Entry{"ILIKE", Role::op},
      Entry{"SIMILAR", Role::op},     Entry{"BETWEEN", Role::op},   Entry{"COLLATE", Role::op},
      Entry{"AT", Role::op},          Entry{"OVERLAPS", Role::op},  Entry{"ESCAPE", Role::op},
      Entry{"OPERATOR", Role::op},
  };
  const std::size_t length = lexed.tokens[i].end - lexed.tokens[i].begin;
  if (length < 2 || length > 9) return Role::none;
  for (const Entry& entry : entries)
    if (entry.keyword.size() == length && lexed.is(i, entry.keyword)) return entry.role;
  return Role::none;
}

Role role_of(const Lexed& lexed, std::size_t i) {
  switch (lexed.tokens[i].kind) {
    case Token::Kind::op:
      return Role::op;
    case Token::Kind::word:
      return role_of_word(lexed, i);
    case Token::Kind::punctuation:
      switch (lexed.text[lexed.tokens[i].begin]) {
        case '(':
        case '[':
          return Role::opens;
        case ')':
        case ']':
          return Role::closes;
        case ',':
        case ';':
          return Role::divider;
        default:
          return Role::none;
      }
    default:
      return Role::none;
  }
}

struct Work {
  const std::function<void()>& run;
  std::exception_ptr thrown;
};

void* run_work(void* argument) {
  auto* work = static_cast<Work*>(argument);
  try {
    work->run();
  } catch (...) {
    work->thrown = std::current_exception();
  }
  return nullptr;
}

}  // namespace

Depth depth(const Lexed& lexed) {
  if (lexed.tokens.size() <= few_levels) return {lexed.tokens.size(), 0};
  std::vector<Level> levels(1);
  Depth result;
  const auto close = [&] {
    const std::size_t height = levels.back().height() + 1;
    levels.pop_back();
    levels.back().operand = std::max(levels.back().operand, height);
  };
  for (std::size_t i = 0; i < lexed.tokens.size() && result.levels <= deepest; ++i) {
    switch (role_of(lexed, i)) {
      case Role::none:
        continue;
      case Role::op:
        ++levels.back().operators;
        break;
      case Role::divider:
        levels.back().next_element();
        continue;
      case Role::link:
        levels.back().next_element();
        ++levels.back().links;
        break;
      case Role::opens:
        levels.push_back({.is_case = lexed.tokens[i].kind == Token::Kind::word});
        break;
      case Role::closes:
        if (lexed.tokens[i].kind == Token::Kind::word) {
          if (levels.back().is_case) close();  // else the END of a body
        } else {
          while (levels.size() > 1 && levels.back().is_case) close();  // a CASE without END
          if (levels.size() > 1) close();
        }
        break;
    }
    result.levels = std::max({result.levels, levels.back().height(), levels.size() - 1});
    result.token = i;
  }
  while (levels.size() > 1) close();
  result.levels = std::max(result.levels, levels.back().height());
  return result;
}

bool with_stack_for(std::size_t levels, const std::function<void()>& work) {
  if (levels <= few_levels) {
    work();
    return true;
  }
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, deep_stack);
  Work shared{work, nullptr};
  pthread_t thread;
  const bool started = pthread_create(&thread, &attributes, run_work, &shared) == 0;
  pthread_attr_destroy(&attributes);
  if (!started) return false;
  pthread_join(thread, nullptr);
  if (shared.thrown) std::rethrow_exception(shared.thrown);
  return true;
}

}  // namespace sql
