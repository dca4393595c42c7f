#include "tools/scenario/expand.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "tools/scenario/values.hpp"

namespace scenario {
namespace {

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

void number_texts(Node& node, std::string_view number) {
  replace_all(node.text, "{n}", number);
  for (Node::Key& key : node.keys) replace_all(key.text, "{n}", number);
  for (Node& item : node.items) number_texts(item, number);
}

void erase_key(Node& map, std::string_view key) {
  for (std::size_t i = 0; i < map.keys.size() && i < map.items.size(); ++i)
    if (map.keys[i].text == key) {
      map.keys.erase(map.keys.begin() + static_cast<std::ptrdiff_t>(i));
      map.items.erase(map.items.begin() + static_cast<std::ptrdiff_t>(i));
      return;
    }
}

/// What `over` says, put over `base`: maps key by key, everything else as a whole.
Node merged(Node base, const Node& over) {
  base.mark = over.mark;
  for (std::size_t i = 0; i < over.keys.size() && i < over.items.size(); ++i) {
    Node* below = base.find(over.keys[i].text);
    if (below == nullptr) {
      base.keys.push_back(over.keys[i]);
      base.items.push_back(over.items[i]);
    } else if (below->is_map() && over.items[i].is_map()) {
      *below = merged(std::move(*below), over.items[i]);
    } else {
      *below = over.items[i];
    }
  }
  return base;
}

class Expander {
 public:
  Expander(Problems& problems, const YamlLimits& limits) : problems_{problems}, limits_{limits} {}

  void object(Node& node, const Object& spec) {
    if (!node.is_map()) return;
    for (const Key& key : spec.keys) {
      if (key.form != Form::object && key.form != Form::object_map && key.form != Form::object_list)
        continue;
      Node* value = node.find(key.name);
      if (value == nullptr) continue;
      if (key.form == Form::object)
        object(*value, *key.object);
      else
        entries(*value, key);
    }
  }

 private:
  /// Name of an entry: its key, or `name:` in a list.
  static std::string name_of(const Node& collection, std::size_t i) {
    if (collection.is_map()) return collection.keys[i].text;
    const Node* name = collection.items[i].find("name");
    return name != nullptr && name->is_scalar() ? name->text : std::string{};
  }

  void entries(Node& collection, const Key& key) {
    if (!collection.is_map() && !collection.is_sequence()) return;
    if (collection.is_map() && collection.keys.size() != collection.items.size()) return;
    if (key.object->repeats) {
      const bool tables = key.name == "tables";
      for (std::size_t i = 0; i < collection.items.size(); ++i)
        resolve_like(collection, i, tables, 0);
      resolve_counts(collection);
    }
    for (Node& item : collection.items) object(item, *key.object);
  }

  void resolve_like(Node& collection, std::size_t i, bool tables, int depth) {
    Node& entry = collection.items[i];
    const Node* like = entry.is_map() ? entry.find("like") : nullptr;
    if (like == nullptr || !like->is_scalar()) return;
    const Node wanted = *like;
    std::size_t base = 0;
    while (base < collection.items.size() && name_of(collection, base) != wanted.text) ++base;
    if (base == collection.items.size() || base == i) {
      if (tables) return;
      std::vector<std::string> names;
      for (std::size_t k = 0; k < collection.items.size(); ++k)
        if (k != i) names.push_back(name_of(collection, k));
      problems_.add(wanted.mark,
                    fmt::format("like: there is no sibling {}", in_quotes(wanted.text)),
                    did_you_mean(wanted.text, {names.begin(), names.end()}));
      erase_key(entry, "like");
      return;
    }
    if (depth > 20) {
      problems_.add(wanted.mark, "like: entries stand for each other in a circle");
      erase_key(entry, "like");
      return;
    }
    resolve_like(collection, base, tables, depth + 1);
    Node over = collection.items[i];
    if (!tables) erase_key(over, "like");
    Node copy = collection.items[base];
    spend(copy);
    erase_key(copy, "count");
    if (copy.is_map()) collection.items[i] = merged(std::move(copy), over);
    if (!tables) erase_key(collection.items[i], "like");
  }

  void resolve_counts(Node& collection) {
    Node expanded = collection;
    expanded.keys.clear();
    expanded.items.clear();
    bool any = false;
    for (std::size_t i = 0; i < collection.items.size(); ++i) {
      Node& entry = collection.items[i];
      const int count = take_count(entry);
      any = any || count > 0;
      for (int n = 1; n <= std::max(count, 1); ++n) {
        Node copy = entry;
        if (count > 0) spend(copy);
        const std::string number = std::to_string(n);
        if (count > 0) number_texts(copy, number);
        if (collection.is_map()) {
          Node::Key key = collection.keys[i];
          if (count > 0) rename(key.text, number);
          expanded.keys.push_back(std::move(key));
        } else if (Node* name = copy.find("name");
                   name != nullptr && count > 0 && entry.find("name")->text == name->text) {
          rename(name->text, number);
        }
        expanded.items.push_back(std::move(copy));
      }
    }
    if (any) collection = std::move(expanded);
  }

  static void rename(std::string& name, const std::string& number) {
    if (name.find("{n}") == std::string::npos)
      name += "_" + number;
    else
      replace_all(name, "{n}", number);
  }

  /// The value of `count:`, taken out of the entry; 0: none.
  int take_count(Node& entry) {
    const Node* count = entry.is_map() ? entry.find("count") : nullptr;
    if (count == nullptr) return 0;
    const Node given = *count;
    erase_key(entry, "count");
    const Reading<double> read =
        given.is_scalar() ? read_number(given.text, Unit::count) : Reading<double>{};
    if (!read.value || *read.value < 1 || *read.value > 100'000 ||
        *read.value != static_cast<int>(*read.value)) {
      problems_.add(given.mark, "count: a whole number from 1 to 100000 is wanted");
      return 0;
    }
    return static_cast<int>(*read.value);
  }

  void spend(const Node& copy) {
    copied_ += count_nodes(copy);
    if (copied_ <= limits_.nodes) return;
    problems_.add(copy.mark,
                  fmt::format("like: and count: make more than {} values", limits_.nodes));
    problems_.throw_if_any();
  }

  Problems& problems_;
  const YamlLimits& limits_;
  std::size_t copied_ = 0;
};

}  // namespace

void expand(Node& root, const Object& object, Problems& problems, const YamlLimits& limits) {
  Expander{problems, limits}.object(root, object);
}

}  // namespace scenario
