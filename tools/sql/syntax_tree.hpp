#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

/// PostgreSQL's raw parse tree (src/include/nodes/parsenodes.h) as libpg_query's JSON text spells
/// it: fields keep their C names, enum values are their identifiers, fields that are zero are
/// absent. The JSON is read and not the protobuf: of a dump of
/// 32 000 lines libpg_query makes it in 17 ms instead of 35 (and 17 more to unpack), it recurses
/// with some 200 bytes a level instead of 4000, and needs no second library.
namespace sql {

class SyntaxTree;

/// A value of the tree: an object, an array, a string, a number or true; or nothing, which answers
/// everything with nothing, so that paths through optional fields read as one expression. Valid as
/// long as its tree.
class Node {
 public:
  Node() = default;

  explicit operator bool() const { return tree_ != nullptr; }

  /// A field of an object.
  Node operator[](std::string_view field) const;
  /// The fields of a node of this type, given what wraps it: {"ColumnRef": {…}}.
  Node as(std::string_view type) const;
  bool is(std::string_view type) const { return type_name() == type; }
  /// ColumnRef of {"ColumnRef": {…}}.
  std::string_view type_name() const;
  /// {…} of {"ColumnRef": {…}}.
  Node content() const;

  std::string_view text() const;  // of a string: without quotes; of a number or true: as it stands
  std::string string() const { return std::string{text()}; }
  int number() const;  // 0 when absent
  bool flag() const { return text() == "true"; }
  int location() const;  // field `location`: byte offset in the parsed text, -1 = unknown

  /// Elements of an array, or values of an object.
  std::size_t size() const;
  Node operator[](std::size_t i) const;
  Node front() const { return (*this)[std::size_t{0}]; }
  Node back() const;

  class Iterator {
   public:
    Iterator(const SyntaxTree* tree, std::uint32_t at) : tree_{tree}, at_{at} {}
    Node operator*() const { return Node{tree_, at_}; }
    Iterator& operator++();
    bool operator!=(const Iterator& other) const { return at_ != other.at_; }

   private:
    const SyntaxTree* tree_;
    std::uint32_t at_;
  };
  Iterator begin() const;
  Iterator end() const;

  /// Everything below and including this node, depth first, as one flat sequence: to look for
  /// something anywhere. Field names come along: the name of the last node handed out is
  /// `Walk::field()`.
  class Walk;

 private:
  friend class SyntaxTree;
  Node(const SyntaxTree* tree, std::uint32_t at) : tree_{tree}, at_{at} {}

  const SyntaxTree* tree_ = nullptr;
  std::uint32_t at_ = 0;
};

class SyntaxTree {
 public:
  /// Reads libpg_query's JSON; takes the text over and unescapes its strings in place.
  explicit SyntaxTree(std::string json);

  SyntaxTree(const SyntaxTree&) = delete;  // nodes and entries point into it
  SyntaxTree& operator=(const SyntaxTree&) = delete;

  Node root() const { return Node{this, 0}; }

 private:
  friend class Node;
  friend class Node::Iterator;
  friend class Node::Walk;

  enum class Kind : std::uint8_t { object, array, string, literal };
  struct Entry {
    std::string_view field;  // of an object's value
    std::string_view text;   // of a string or literal
    std::uint32_t next;      // index after this value and everything below it
    Kind kind;
  };

  std::size_t read_string(std::size_t at, std::string_view& text);

  std::string json_;
  std::vector<Entry> entries_;  // depth first: the values of an object or array follow it
};

class Node::Walk {
 public:
  explicit Walk(Node node) : tree_{node.tree_}, at_{node.at_}, end_{at_} {
    if (tree_ != nullptr) end_ = tree_->entries_[at_].next;
  }
  bool done() const { return at_ == end_; }
  Node node() const { return Node{tree_, at_}; }
  std::string_view field() const { return tree_->entries_[at_].field; }
  void enter() { ++at_; }                           // on to what is below
  void pass() { at_ = tree_->entries_[at_].next; }  // on to what follows

 private:
  const SyntaxTree* tree_;
  std::uint32_t at_, end_;
};

}  // namespace sql
