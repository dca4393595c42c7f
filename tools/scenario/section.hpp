#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/mesh.hpp"
#include "tools/scenario/keys.hpp"
#include "tools/scenario/problems.hpp"
#include "tools/scenario/yaml_document.hpp"

namespace scenario {

/// A word of the scenario with its place, so that a later check can point at it.
struct Word {
  std::string text;
  Mark mark;
};

/// One map of the scenario, checked against its Object when made: unknown keys and missing ones are
/// reported then. The getters report what is wrong with a value and return the fallback instead, so
/// that loading goes on and finds the next problem. A getter of the wrong Form is a bug of ours.
class Section {
 public:
  Section(Problems& problems, models::Mesh& mesh, const Node& node, const Object& object,
          std::string path, Mark mark, std::string name = {});

  const std::string& path() const { return path_; }
  const std::string& name() const { return name_; }  // of an entry: its key, or `name:`
  Mark mark() const { return mark_; }                // of the entry itself
  Mark mark(std::string_view key) const;  // of a key's value; of the entry when not given
  models::Place place() const { return problems_->place(mark_); }
  bool given(std::string_view key) const { return value(key) != nullptr; }
  const Node* value(std::string_view key) const;  // null when not given or empty
  /// An unquoted comma cut SQL short in this map: reported already, parsing the rest would mislead.
  bool sql_is_cut() const { return sql_is_cut_; }

  std::optional<std::string> text(std::string_view key) const;
  std::optional<Word> word(std::string_view key) const;
  std::vector<Word> words(std::string_view key) const;
  bool flag(std::string_view key, bool fallback) const;
  std::optional<std::int64_t> whole(std::string_view key) const;
  std::optional<double> number(std::string_view key) const;
  std::optional<sim::Duration> duration(std::string_view key) const;  // of a number of seconds
  std::optional<std::string_view> choice(std::string_view key) const;
  models::Quantity quantity(std::string_view key, models::Quantity fallback = {}) const;

  struct NamedQuantity {
    Word name;
    models::Quantity quantity;
  };
  std::vector<NamedQuantity> quantities_by_name(std::string_view key) const;
  std::vector<NamedQuantity> numbers_by_name(std::string_view key) const;
  std::vector<std::pair<Word, std::string>> choices_by_name(std::string_view key) const;

  std::optional<Section> object(std::string_view key) const;
  std::vector<Section> objects(std::string_view key) const;  // of a list or map of objects

  /// A section of `object` for any value under this one, for forms that mix objects and text.
  Section inside(const Node& node, const Object& object, const std::string& path,
                 std::optional<Mark> mark = {}) const;

  void problem(Mark mark, std::string message, std::string hint = {}) const;
  void problem_at(std::string_view key, const std::string& message, std::string hint = {}) const;

 private:
  const Key& key(std::string_view name, std::initializer_list<Form> forms) const;
  void report_unknown_keys();
  void report_missing_keys() const;
  void report_bounds(const Key& key, Mark mark, double least, double greatest) const;
  std::optional<double> read_fixed(const Key& key, const Node& node, std::string_view label) const;
  models::Quantity read_quantity(const Key& key, const Node& node, std::string_view label,
                                 const std::string& path, models::Quantity fallback) const;
  std::optional<models::Distribution> read_spread(const Key& key, const Node& node,
                                                  std::string_view label) const;
  const Node* scalar(const Node* node, std::string_view label) const;

  Problems* problems_;
  models::Mesh* mesh_;
  const Node* node_;
  const Object* object_;
  std::string path_;
  Mark mark_;
  std::string name_;
  bool sql_is_cut_ = false;
};

/// `path.key`, the key quoted when it is no plain word: tables["core.fct"].
std::string join_path(const std::string& path, std::string_view key);

/// "a" or "an" and so on for messages: "a map", "a list", "text".
std::string_view kind_name(const Node& node);

}  // namespace scenario
