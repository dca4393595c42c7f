#include "tools/sql/syntax_tree.hpp"

#include <charconv>
#include <utility>

#include "sim/check.hpp"

namespace sql {
namespace {

/// Appends a code point as UTF-8.
std::size_t put_utf8(char* out, unsigned code) {
  if (code < 0x80) {
    out[0] = static_cast<char>(code);
    return 1;
  }
  if (code < 0x800) {
    out[0] = static_cast<char>(0xC0 | (code >> 6));
    out[1] = static_cast<char>(0x80 | (code & 0x3F));
    return 2;
  }
  out[0] = static_cast<char>(0xE0 | (code >> 12));
  out[1] = static_cast<char>(0x80 | ((code >> 6) & 0x3F));
  out[2] = static_cast<char>(0x80 | (code & 0x3F));
  return 3;
}

char unescaped(char c) {
  switch (c) {
    case 'n':
      return '\n';
    case 't':
      return '\t';
    case 'r':
      return '\r';
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    default:
      return c;
  }
}

}  // namespace

std::size_t SyntaxTree::read_string(std::size_t at, std::string_view& text) {
  const std::size_t begin = ++at;
  while (at < json_.size() && json_[at] != '"' && json_[at] != '\\') ++at;
  sim::check(at < json_.size(), "parse tree: a string ends");
  std::size_t out = at;
  while (json_[at] != '"') {
    if (json_[at] == '\\') {
      ++at;
      if (json_[at] == 'u') {
        unsigned code = 0;
        std::from_chars(&json_[at + 1], &json_[at + 1] + 4, code, 16);
        out += put_utf8(&json_[out], code);
        at += 5;
      } else {
        json_[out++] = unescaped(json_[at++]);
      }
    } else {
      json_[out++] = json_[at++];
    }
    sim::check(at < json_.size(), "parse tree: a string ends");
  }
  text = std::string_view{json_}.substr(begin, out - begin);
  return at + 1;
}

SyntaxTree::SyntaxTree(std::string json) : json_{std::move(json)} {
  entries_.reserve(json_.size() / 24);
  std::vector<std::uint32_t> open;
  std::string_view field;
  std::size_t at = 0;
  while (at < json_.size()) {
    const char c = json_[at];
    switch (c) {
      case ',':
      case ':':
      case ' ':
        ++at;
        continue;
      case '}':
      case ']':
        sim::check(!open.empty(), "parse tree: brackets match");
        entries_[open.back()].next = static_cast<std::uint32_t>(entries_.size());
        open.pop_back();
        ++at;
        continue;
      case '{':
      case '[':
        open.push_back(static_cast<std::uint32_t>(entries_.size()));
        entries_.push_back(
            {std::exchange(field, {}), {}, 0, c == '{' ? Kind::object : Kind::array});
        ++at;
        continue;
      default:
        break;
    }
    std::string_view text;
    const auto next = static_cast<std::uint32_t>(entries_.size() + 1);
    if (c == '"') {
      const bool may_be_field =
          !open.empty() && entries_[open.back()].kind == Kind::object && field.empty();
      at = read_string(at, text);
      if (may_be_field)
        field = text;
      else
        entries_.push_back({std::exchange(field, {}), text, next, Kind::string});
    } else {
      std::size_t end = at;
      while (end < json_.size() && json_[end] != ',' && json_[end] != '}' && json_[end] != ']')
        ++end;
      text = std::string_view{json_}.substr(at, end - at);
      entries_.push_back({std::exchange(field, {}), text, next, Kind::literal});
      at += text.size();
    }
  }
  sim::check(open.empty() && !entries_.empty(), "parse tree: brackets match");
}

Node::Iterator& Node::Iterator::operator++() {
  at_ = tree_->entries_[at_].next;
  return *this;
}

Node::Iterator Node::begin() const {
  if (tree_ == nullptr) return {nullptr, 0};
  const auto kind = tree_->entries_[at_].kind;
  const bool leaf = kind == SyntaxTree::Kind::string || kind == SyntaxTree::Kind::literal;
  return {tree_, leaf ? tree_->entries_[at_].next : at_ + 1};
}

Node::Iterator Node::end() const {
  if (tree_ == nullptr) return {nullptr, 0};
  return {tree_, tree_->entries_[at_].next};
}

Node Node::operator[](std::string_view field) const {
  for (const Node child : *this)
    if (tree_->entries_[child.at_].field == field) return child;
  return {};
}

std::string_view Node::type_name() const {
  const Iterator first = begin();
  return first != end() ? tree_->entries_[(*first).at_].field : std::string_view{};
}

Node Node::content() const {
  const Iterator first = begin();
  return first != end() ? *first : Node{};
}

Node Node::as(std::string_view type) const { return is(type) ? content() : Node{}; }

std::string_view Node::text() const {
  return tree_ == nullptr ? std::string_view{} : tree_->entries_[at_].text;
}

int Node::number() const {
  int value = 0;
  const std::string_view digits = text();
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

int Node::location() const { return (*this)["location"].number(); }

std::size_t Node::size() const {
  std::size_t count = 0;
  for (Iterator i = begin(); i != end(); ++i) ++count;
  return count;
}

Node Node::operator[](std::size_t i) const {
  for (const Node child : *this)
    if (i-- == 0) return child;
  return {};
}

Node Node::back() const {
  Node last;
  for (const Node child : *this) last = child;
  return last;
}

}  // namespace sql
