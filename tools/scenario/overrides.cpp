#include "tools/scenario/overrides.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace scenario {
namespace {

/// The '=' that ends the path: not one inside quotes.
std::size_t find_equals(std::string_view text) {
  bool in_quotes = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') in_quotes = !in_quotes;
    if (text[i] == '\\' && in_quotes) ++i;
    if (i < text.size() && text[i] == '=' && !in_quotes) return i;
  }
  return std::string_view::npos;
}

std::string name_of(const Node& entry) {
  const Node* name = entry.is_map() ? entry.find("name") : nullptr;
  return name != nullptr && name->is_scalar() ? name->text : std::string{};
}

bool holds_entries(Form form) { return form == Form::object_map || form == Form::object_list; }

/// Maps whose keys the user chooses: a missing one may be added.
bool takes_any_key(Form form) {
  return form == Form::settings || form == Form::numbers_by_name ||
         form == Form::quantities_by_name || form == Form::choices_by_name || form == Form::steps ||
         form == Form::quantity;
}

}  // namespace

Overrides::Overrides(const std::vector<std::string>& texts, Problems& problems) {
  for (const std::string& text : texts) {
    const int source = problems.add_source("--set", text);
    const std::size_t equals = find_equals(text);
    if (equals == std::string::npos || equals == 0) {
      problems.add({source, 1, 1}, "an override is written path=value",
                   "for example nodes.media-prod.settings.max_wal_size=8GB");
      continue;
    }
    Override parsed;
    if (!parse_path(std::string_view{text}.substr(0, equals), source, parsed, problems)) continue;
    parsed.value = parse_override_value(source, equals + 1, problems);
    if (parsed.value.mark.line == 0) parsed.value.mark = {source, 1, static_cast<int>(equals) + 2};
    overrides_.push_back(std::move(parsed));
  }
}

bool Overrides::parse_path(std::string_view text, int source, Override& into, Problems& problems) {
  const auto wrong = [&](std::size_t at) {
    problems.add(
        {source, 1, static_cast<int>(at) + 1}, "this is no path",
        "write keys joined by dots, list entries as [0], keys with dots as [\"core.fct\"]");
    return false;
  };
  std::size_t i = 0;
  while (i < text.size()) {
    Step step;
    step.mark = {source, 1, static_cast<int>(i) + 1};
    if (text[i] == '[' && i + 1 < text.size() && text[i + 1] == '"') {
      std::size_t k = i + 2;
      for (; k < text.size() && text[k] != '"'; ++k) {
        if (text[k] == '\\' && k + 1 < text.size()) ++k;
        step.key += text[k];
      }
      if (k + 1 >= text.size() || text[k + 1] != ']') return wrong(i);
      i = k + 2;
    } else if (text[i] == '[') {
      const std::size_t end = text.find(']', i);
      const std::string_view digits =
          end == std::string_view::npos ? "" : text.substr(i + 1, end - i - 1);
      if (digits.empty() || digits.size() > 7) return wrong(i);
      const bool number =
          std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
      if (number)
        step.index = std::stoi(std::string{digits});
      else
        step.key = digits;
      i = end + 1;
    } else {
      const std::size_t end = std::min(text.find_first_of(".[", i), text.size());
      if (end == i) return wrong(i);
      step.key = text.substr(i, end - i);
      i = end;
    }
    into.path.push_back(std::move(step));
    if (i < text.size() && text[i] == '.') {
      ++i;
      if (i == text.size()) return wrong(i - 1);
    } else if (i < text.size() && text[i] != '[') {
      return wrong(i);
    }
  }
  return !into.path.empty();
}

/// Where a path has led so far: a value and what the key tables say about it.
struct Overrides::Place {
  Node* node;
  const Object* object = nullptr;  // a map with fixed keys
  const Key* key = nullptr;  // the key whose value this is; of an entry of a list or map: null

  std::vector<std::string> known_names() const {
    std::vector<std::string> names;
    for (const Node::Key& known : node->keys) names.push_back(known.text);
    if (object != nullptr)
      for (const std::string_view name : object->key_names()) names.emplace_back(name);
    if (node->is_sequence())
      for (const Node& item : node->items)
        if (const std::string name = name_of(item); !name.empty()) names.push_back(name);
    return names;
  }

  Node* entry(const Step& step) const {
    if (step.index >= 0)
      return node->is_sequence() && step.index < static_cast<int>(node->items.size())
                 ? &node->items[static_cast<std::size_t>(step.index)]
                 : nullptr;
    if (node->is_map()) return node->find(step.key);
    for (Node& item : node->items)
      if (node->is_sequence() && name_of(item) == step.key) return &item;
    return nullptr;
  }

  Node* add(const Step& step) const {
    node->keys.push_back({step.key, step.mark});
    node->items.push_back({});
    node->items.back().mark = step.mark;
    return &node->items.back();
  }

  /// One step further; null when it leads nowhere.
  Node* next(const Step& step, const Key*& next_key) const {
    next_key = nullptr;
    if (object != nullptr && step.index < 0) {
      next_key = object->find(step.key);
      if (next_key == nullptr) return nullptr;
      if (node->is_null()) *node = empty_map(step.mark);
      if (!node->is_map()) return nullptr;
      Node* found = node->find(step.key);
      return found != nullptr ? found : add(step);
    }
    Node* found = entry(step);
    const bool may_add =
        key != nullptr && step.index < 0 &&
        (takes_any_key(key->form) || (key->form == Form::object_map && key->name == "tables"));
    if (found == nullptr && may_add) {
      if (node->is_null() || (key->form != Form::quantity && !node->is_map()))
        *node = empty_map(step.mark);
      if (node->is_map()) found = add(step);
    }
    return found;
  }
};

void Overrides::apply_one(Override& change, Node& root, const Object& object, Problems& problems,
                          bool last) {
  // A path that fails half-way may leave an empty map behind: it is reported, or found the second
  // time.
  Place place{&root, &object, nullptr};
  for (const Step& step : change.path) {
    const Key* key = nullptr;
    Node* next = place.next(step, key);
    if (next == nullptr) {
      if (!last) return;
      std::vector<std::string> names = place.known_names();
      std::string hint = did_you_mean(step.key, {names.begin(), names.end()});
      if (step.index >= 0 && place.node->is_sequence())
        hint = fmt::format("the list has {} entries, counted from 0", place.node->items.size());
      else if (hint.empty() && !names.empty())
        hint = "there is " + listed({names.begin(), names.end()}, 20);
      problems.add(step.mark,
                   step.index >= 0 ? fmt::format("there is no entry [{}]", step.index)
                                   : fmt::format("there is no {}", in_quotes(step.key)),
                   hint);
      return;
    }
    const bool into_entry =
        key == nullptr && place.key != nullptr &&
        (holds_entries(place.key->form) || place.key->form == Form::statements ||
         place.key->form == Form::tables);
    const Object* next_object = into_entry ? place.key->object : nullptr;
    if (key != nullptr && (key->form == Form::object || key->form == Form::skew) &&
        (key->form == Form::object || next->is_map() || next->is_null()))
      next_object = key->object;
    place = {next, next_object, key};
  }
  *place.node = change.value;
  change.done = true;
}

void Overrides::apply(Node& root, const Object& object, Problems& problems, bool last) {
  for (Override& change : overrides_)
    if (!change.done) apply_one(change, root, object, problems, last);
}

const Node* find(const Node& root, const std::string& path) {
  Problems problems;
  Overrides::Override parsed;
  if (!Overrides::parse_path(path, problems.add_source("path", path), parsed, problems))
    return nullptr;
  const Node* node = &root;
  for (const Overrides::Step& step : parsed.path) {
    const Node* next = nullptr;
    if (step.index >= 0 && node->is_sequence() && step.index < static_cast<int>(node->items.size()))
      next = &node->items[static_cast<std::size_t>(step.index)];
    else if (step.index < 0 && node->is_map())
      next = node->find(step.key);
    else if (step.index < 0 && node->is_sequence())
      for (const Node& item : node->items)
        if (name_of(item) == step.key) next = &item;
    if (next == nullptr) return nullptr;
    node = next;
  }
  return node;
}

}  // namespace scenario
