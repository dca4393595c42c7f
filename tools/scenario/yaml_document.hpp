#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "tools/scenario/problems.hpp"

namespace scenario {

/// A value of a YAML document, with its place. Aliases are already replaced by copies of what they
/// name.
struct Node {
  enum class Kind { null, scalar, sequence, map };
  struct Key {
    std::string text;
    Mark mark;
  };
  Kind kind = Kind::null;
  bool plain = false;  // scalar: written without quotes or block
  bool flow = false;   // written in brackets or braces; a scalar: stands inside them
  Mark mark;
  std::string text;         // scalar
  std::vector<Key> keys;    // map: one per item
  std::vector<Node> items;  // map values, or the sequence

  bool is_null() const { return kind == Kind::null; }
  bool is_scalar() const { return kind == Kind::scalar; }
  bool is_map() const { return kind == Kind::map; }
  bool is_sequence() const { return kind == Kind::sequence; }
  /// The value of a key of a map, or null.
  const Node* find(std::string_view key) const;
  Node* find(std::string_view key);
};

Node empty_map(Mark mark = {});

/// What keeps memory and time bounded, whatever the file holds.
struct YamlLimits {
  std::size_t bytes = std::size_t{16} << 20;        // of the file
  std::size_t nodes = 1'000'000;                    // values, copies made for aliases included
  std::size_t alias_bytes = std::size_t{64} << 20;  // text copied for aliases
  std::size_t tokens = 1'500'000;                   // characters that YAML gives a meaning
  int depth = 64;                                   // collections inside collections
};

/// Reads a file of at most `limits.bytes`; its size is looked at before anything is read.
/// Throws ScenarioError when it cannot be read or is too large.
std::string read_bounded(const std::string& path, const YamlLimits& limits = {});

/// Parses one YAML document, a source already added to `problems`. Duplicate keys, tabs as
/// indentation and keys that are no plain words are added to `problems`; what leaves no usable tree
/// (broken syntax, binary or empty text, a limit) throws ScenarioError together with the problems
/// found until then.
Node parse_yaml(int source, Problems& problems, const YamlLimits& limits = {});

/// The value part of an override, `start` bytes into its source: a scalar or a flow collection.
Node parse_override_value(int source, std::size_t start, Problems& problems);

/// Number of nodes in a tree, itself included.
std::size_t count_nodes(const Node& node);

/// Where byte `offset` of a scalar's text stands in its source: follows block indentation, folded
/// lines and escapes by walking text and source together.
Mark position_in_scalar(const Problems& problems, const Node& scalar, std::size_t offset);

}  // namespace scenario
