#include "tools/scenario/yaml_document.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <istream>
#include <memory>
#include <numeric>
#include <optional>
#include <streambuf>
#include <unordered_map>
#include <utility>

namespace scenario {
namespace {

std::size_t copied_bytes(const Node& node) {
  std::size_t bytes = node.text.size();
  for (const Node::Key& key : node.keys) bytes += key.text.size();
  for (const Node& item : node.items) bytes += copied_bytes(item);
  return bytes;
}

/// Lets yaml-cpp read a text where it lies, from `start` on.
class ViewBuffer : public std::streambuf {
 public:
  explicit ViewBuffer(std::string_view text) {
    char* begin = const_cast<char*>(text.data());  // NOLINT: only read
    setg(begin, begin, begin + text.size());
  }
};

/// Builds our tree from yaml-cpp's events and stops at the limits, before the tree can grow past
/// them.
class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(int source, Problems& problems, const YamlLimits& limits)
      : source_{source}, problems_{problems}, limits_{limits} {}

  Node take() { return std::move(root_); }
  int shift_columns = 0;  // of an override: where its value starts

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Node node;
    node.mark = place(mark);
    finish(std::move(node), anchor);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    Node node;
    node.kind = Node::Kind::scalar;
    node.plain = tag == "?";
    node.flow = !open_.empty() && open_.back().node.flow;
    node.mark = place(mark);
    node.text = value;
    finish(std::move(node), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto named = anchored_.find(anchor);
    if (named == anchored_.end())
      stop(place(mark), "this alias stands inside what it names, which would never end");
    count(count_nodes(named->second), copied_bytes(named->second), place(mark));
    Node copy = named->second;
    attach(std::move(copy));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override {
    open(Node::Kind::sequence, mark, anchor, style);
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override {
    open(Node::Kind::map, mark, anchor, style);
  }
  void OnMapEnd() override {
    report_duplicates(open_.back().node);
    close();
  }

 private:
  struct Open {
    Node node;
    YAML::anchor_t anchor = 0;
    bool wants_key = true;  // of a map
    bool in_key = false;    // a collection used as a key: an error, reported once
  };

  Mark place(const YAML::Mark& mark) const {
    return {source_, mark.line + 1, mark.column + 1 + (mark.line == 0 ? shift_columns : 0)};
  }

  [[noreturn]] void stop(Mark mark, std::string message, std::string hint = {}) {
    problems_.add(mark, std::move(message), std::move(hint));
    problems_.throw_if_any();
    throw std::logic_error{"unreachable"};
  }

  void count(std::size_t nodes, std::size_t bytes_for_alias, Mark mark) {
    nodes_ += nodes;
    alias_bytes_ += bytes_for_alias;
    if (nodes_ > limits_.nodes)
      stop(mark, fmt::format("more than {} values in one scenario", limits_.nodes),
           "aliases count as often as they are used; `count:` makes many similar entries");
    if (alias_bytes_ > limits_.alias_bytes)
      stop(mark, fmt::format("aliases copy more than {} MB of text", limits_.alias_bytes >> 20));
  }

  void open(Node::Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor,
            YAML::EmitterStyle::value style) {
    if (static_cast<int>(open_.size()) >= limits_.depth)
      stop(place(mark), fmt::format("nested more than {} levels deep", limits_.depth));
    count(1, 0, place(mark));
    Open frame;
    frame.node.kind = kind;
    frame.node.flow = style == YAML::EmitterStyle::Flow;
    frame.node.mark = place(mark);
    frame.anchor = anchor;
    open_.push_back(std::move(frame));
  }

  void close() {
    Open frame = std::move(open_.back());
    open_.pop_back();
    remember(frame.anchor, frame.node);
    attach(std::move(frame.node));
  }

  void finish(Node node, YAML::anchor_t anchor) {
    count(1, 0, node.mark);
    remember(anchor, node);
    attach(std::move(node));
  }

  void remember(YAML::anchor_t anchor, const Node& node) {
    if (anchor == 0) return;
    count(count_nodes(node), copied_bytes(node), node.mark);
    anchored_[anchor] = node;
  }

  void attach(Node node) {
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& parent = open_.back();
    if (parent.node.is_sequence()) {
      parent.node.items.push_back(std::move(node));
    } else if (parent.wants_key) {
      add_key(parent, node);
    } else {
      parent.node.items.push_back(std::move(node));
      parent.wants_key = true;
    }
  }

  void add_key(Open& parent, Node& node) {
    if (!node.is_scalar())
      problems_.add(
          node.mark,
          node.is_null() ? "a key is missing here" : "a key must be one word, not a list or a map",
          node.is_null() ? "" : "quote the whole value if it contains '{', '[' or ': '");
    if (has_tab_before(node.mark))
      problems_.add(node.mark, "a tab stands in the indentation", "indent YAML with spaces");
    parent.node.keys.push_back({std::move(node.text), node.mark});
    parent.wants_key = false;
  }

  bool has_tab_before(Mark mark) {
    const std::string& text = problems_.source_text(source_);
    const std::size_t start = problems_.offset({source_, mark.line, 1});
    const std::size_t first = text.find_first_not_of(" \t", start);
    if (first == std::string::npos || first != start + static_cast<std::size_t>(mark.column) - 1)
      return false;  // not the first thing of its line
    return text.substr(start, first - start).find('\t') != std::string::npos;
  }

  void report_duplicates(const Node& map) {
    std::vector<std::size_t> order(map.keys.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return map.keys[a].text < map.keys[b].text;
    });
    for (std::size_t i = 1; i < order.size(); ++i) {
      const Node::Key& earlier = map.keys[order[i - 1]];
      const Node::Key& later = map.keys[order[i]];
      if (earlier.text == later.text && !later.text.empty())
        problems_.add(later.mark, fmt::format("key {} is given twice", in_quotes(later.text)),
                      fmt::format("it stands in line {} already", earlier.mark.line));
    }
  }

  int source_;
  Problems& problems_;
  const YamlLimits& limits_;
  std::vector<Open> open_;
  std::unordered_map<YAML::anchor_t, Node> anchored_;
  Node root_;
  std::size_t nodes_ = 0, alias_bytes_ = 0;
};

/// First byte that is no text: a control character, or not UTF-8.
std::optional<std::size_t> first_binary_byte(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x80) {
      const bool line_end = byte == '\r' && i + 1 < text.size() && text[i + 1] == '\n';
      if ((byte < 0x20 && byte != '\t' && byte != '\n' && !line_end) || byte == 0x7F) return i;
      ++i;
      continue;
    }
    const std::size_t length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : 2;
    if (byte < 0xC2 || byte > 0xF4 || i + length > text.size()) return i;
    for (std::size_t k = 1; k < length; ++k)
      if ((static_cast<unsigned char>(text[i + k]) & 0xC0) != 0x80) return i;
    i += length;
  }
  return std::nullopt;
}

void refuse_binary(int source, Problems& problems) {
  const std::string& text = problems.source_text(source);
  const std::optional<std::size_t> at = first_binary_byte(text);
  if (!at) return;
  const auto byte = static_cast<unsigned char>(text[*at]);
  problems.add(
      {source, 0, 0},
      fmt::format("not a text file: byte 0x{:02x} at offset {} is not UTF-8 text", byte, *at),
      "a scenario is YAML in UTF-8");
  problems.throw_if_any();
}

/// yaml-cpp reads everything inside an outer bracket ahead, at some 230 bytes for each token,
/// before we see the first event: what may become tokens is counted first.
void refuse_crowd(int source, Problems& problems, const YamlLimits& limits) {
  constexpr std::string_view indicators = "[]{},:&*!?";
  std::size_t tokens = 0;
  for (const char c : problems.source_text(source))
    if (indicators.find(c) != std::string_view::npos) ++tokens;
  if (tokens <= limits.tokens) return;
  problems.add({source, 0, 0},
               fmt::format("more than {} brackets, commas and colons: no scenario needs as many",
                           limits.tokens));
  problems.throw_if_any();
}

/// What yaml-cpp says, in words that help someone who wrote SQL into YAML.
std::string syntax_hint(std::string_view line) {
  const std::size_t first = line.find_first_not_of(' ');
  if (first != std::string_view::npos && line[first] == '\t')
    return "indent YAML with spaces, not tabs";
  for (const std::string_view key : {"sql:", "ddl:", "transaction:", "where:"})
    if (line.find(key) != std::string_view::npos)
      return "SQL with ':', '#', commas, braces or quotes must be quoted, or written as a block: "
             "sql: |";
  if (line.find('\t') != std::string_view::npos) return "indent YAML with spaces, not tabs";
  return "check indentation, quotes and brackets at this place";
}

std::string_view line_at(std::string_view text, int line) {
  std::size_t start = 0;
  for (int i = 1; i < line; ++i) {
    const std::size_t end = text.find('\n', start);
    if (end == std::string_view::npos) return {};
    start = end + 1;
  }
  return text.substr(start, text.find('\n', start) - start);
}

Node parse(int source, std::size_t start, Problems& problems, const YamlLimits& limits) {
  const std::string& text = problems.source_text(source);
  ViewBuffer buffer{std::string_view{text}.substr(start)};
  std::istream stream{&buffer};
  TreeBuilder builder{source, problems, limits};
  builder.shift_columns = static_cast<int>(start);
  try {
    YAML::Parser parser{stream};
    const bool found = parser.HandleNextDocument(builder);
    if (found && start == 0) {
      TreeBuilder second{source, problems, limits};
      if (parser.HandleNextDocument(second))
        problems.add({source, 0, 0}, "a second YAML document follows after '---'",
                     "keep one scenario in one file");
    }
  } catch (const YAML::Exception& error) {
    const YAML::Mark& at = error.mark;
    Mark mark{source, 0, 0};
    if (!at.is_null())
      mark = {source, at.line + 1, at.column + 1 + (at.line == 0 ? static_cast<int>(start) : 0)};
    problems.add(mark, "not valid YAML: " + error.msg, syntax_hint(line_at(text, mark.line)));
    problems.throw_if_any();
  }
  return builder.take();
}

}  // namespace

Node empty_map(Mark mark) {
  Node map;
  map.kind = Node::Kind::map;
  map.mark = mark;
  return map;
}

const Node* Node::find(std::string_view key) const {
  for (std::size_t i = 0; i < keys.size() && i < items.size(); ++i)
    if (keys[i].text == key) return &items[i];
  return nullptr;
}

Node* Node::find(std::string_view key) {
  return const_cast<Node*>(std::as_const(*this).find(key));  // NOLINT: we are not const
}

std::size_t count_nodes(const Node& node) {
  std::size_t count = 1;
  for (const Node& item : node.items) count += count_nodes(item);
  return count;
}

std::string read_bounded(const std::string& path, const YamlLimits& limits) {
  const auto fail = [&](std::string message, std::string hint = {}) {
    Problem problem;
    problem.file = path;
    problem.message = std::move(message);
    problem.hint = std::move(hint);
    throw ScenarioError{{problem}};
  };
  const auto too_large = [&] {
    fail(fmt::format("the file is larger than {} MB", limits.bytes >> 20),
         "a scenario describes a mesh, it holds no data");
  };
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) fail(std::string{"cannot read: "} + std::strerror(errno));
  if (S_ISDIR(status.st_mode)) fail("cannot read: this is a directory");
  if (status.st_size > static_cast<off_t>(limits.bytes)) too_large();
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file{std::fopen(path.c_str(), "rb"),
                                                             &std::fclose};
  if (!file) fail(std::string{"cannot read: "} + std::strerror(errno));
  // A pipe or device has no size: read up to the limit and one byte more.
  std::string text;
  char chunk[65536];
  while (text.size() <= limits.bytes) {
    const std::size_t got = std::fread(chunk, 1, sizeof chunk, file.get());
    if (got == 0) break;
    text.append(chunk, got);
  }
  if (std::ferror(file.get())) fail(std::string{"cannot read: "} + std::strerror(errno));
  if (text.size() > limits.bytes) too_large();
  return text;
}

Node parse_yaml(int source, Problems& problems, const YamlLimits& limits) {
  refuse_binary(source, problems);
  refuse_crowd(source, problems, limits);
  Node root = parse(source, 0, problems, limits);
  if (root.is_null()) {
    problems.add({source, 0, 0}, "the scenario is empty",
                 "start from `meshplan init --preset event FILE`");
    problems.throw_if_any();
  }
  return root;
}

Node parse_override_value(int source, std::size_t start, Problems& problems) {
  refuse_binary(source, problems);
  return parse(source, start, problems, {});
}

}  // namespace scenario
