#include "tools/scenario/section.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "sim/check.hpp"

namespace scenario {
namespace {

bool is_plain_word(std::string_view key) {
  return !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
}

std::optional<int> percentile_of(std::string_view key) {
  for (const int percentile : {1, 5, 10, 50, 90, 95, 99})
    if (key == fmt::format("p{}", percentile)) return percentile;
  return std::nullopt;
}

bool holds_sql(Form form) {
  return form == Form::sql || form == Form::statements || form == Form::ddl;
}

}  // namespace

std::string join_path(const std::string& path, std::string_view key) {
  if (!is_plain_word(key)) {
    std::string escaped;
    for (const char c : key) {
      if (c == '"' || c == '\\') escaped += '\\';
      escaped += c;
    }
    return fmt::format("{}[\"{}\"]", path, escaped);
  }
  return path.empty() ? std::string{key} : fmt::format("{}.{}", path, key);
}

std::string_view kind_name(const Node& node) {
  switch (node.kind) {
    case Node::Kind::null:
      return "nothing";
    case Node::Kind::scalar:
      return "one value";
    case Node::Kind::sequence:
      return "a list";
    case Node::Kind::map:
      return "a map";
  }
  return "";
}

Section::Section(Problems& problems, models::Mesh& mesh, const Node& node, const Object& object,
                 std::string path, Mark mark, std::string name)
    : problems_{&problems},
      mesh_{&mesh},
      node_{&node},
      object_{&object},
      path_{std::move(path)},
      mark_{mark},
      name_{std::move(name)} {
  if (!node.is_map()) {
    if (node.is_null() && std::none_of(object.keys.begin(), object.keys.end(),
                                       [](const Key& k) { return k.required(); }))
      return;  // `governance:` with everything below commented out
    problem(node.mark.line > 0 ? node.mark : mark_,
            fmt::format("{} must be a map of keys, not {}", object.name, kind_name(node)),
            "it knows " + listed(object.key_names(), 30));
    return;
  }
  report_unknown_keys();
  report_missing_keys();
}

void Section::report_unknown_keys() {
  std::string cut;  // the SQL that an unquoted comma ended
  for (std::size_t i = 0; i < node_->keys.size() && i < node_->items.size(); ++i) {
    const Node::Key& given = node_->keys[i];
    if (given.text.empty()) continue;  // reported by the YAML reader
    if (const Key* known = object_->find(given.text)) {
      if (holds_sql(known->form) && node_->items[i].plain) cut = known->name;
      continue;
    }
    if (node_->flow && node_->items[i].is_null() && !cut.empty()) {
      if (!sql_is_cut_)
        problem(given.mark,
                fmt::format("{}: an unquoted comma ended the SQL before {}", cut,
                            in_quotes(given.text)),
                fmt::format("quote the SQL, or write it as a block: {}: |", cut));
      sql_is_cut_ = true;
      continue;
    }
    if (given.text == "<<") {
      problem(given.mark, "merge keys are not supported",
              "use `like: NAME` to start from a sibling");
      continue;
    }
    std::string hint = did_you_mean(given.text, object_->key_names());
    if (hint.empty()) hint = "it knows " + listed(object_->key_names(), 30);
    problem(given.mark, fmt::format("{} has no key {}", object_->name, in_quotes(given.text)),
            hint);
  }
}

void Section::report_missing_keys() const {
  for (const Key& key : object_->keys)
    if (key.required() && node_->find(key.name) == nullptr)
      problem(mark_, fmt::format("{} is missing in this {}", key.name, object_->name),
              fmt::format("{}: {}", key.name, key.meaning));
}

void Section::problem(Mark mark, std::string message, std::string hint) const {
  problems_->add(mark, std::move(message), std::move(hint));
}

void Section::problem_at(std::string_view key, const std::string& message, std::string hint) const {
  problem(mark(key), fmt::format("{}: {}", key, message), std::move(hint));
}

const Node* Section::value(std::string_view key) const {
  sim::check(object_->find(key) != nullptr, "the loader asks for a key that its table lacks");
  if (!node_->is_map()) return nullptr;
  const Node* found = node_->find(key);
  return found == nullptr || found->is_null() ? nullptr : found;
}

Mark Section::mark(std::string_view key) const {
  const Node* found = value(key);
  return found == nullptr ? mark_ : found->mark;
}

const Key& Section::key(std::string_view name, std::initializer_list<Form> forms) const {
  const Key* found = object_->find(name);
  sim::check(found != nullptr, "the loader asks for a key that its table lacks");
  sim::check(std::find(forms.begin(), forms.end(), found->form) != forms.end(),
             "the loader reads a key in another form than its table says");
  return *found;
}

const Node* Section::scalar(const Node* node, std::string_view label) const {
  if (node == nullptr) return nullptr;
  if (node->is_scalar()) return node;
  problem(node->mark, fmt::format("{}: one value is wanted here, not {}", label, kind_name(*node)));
  return nullptr;
}

std::optional<Word> Section::word(std::string_view name) const {
  key(name, {Form::text, Form::sql, Form::moment, Form::timestamp, Form::threshold});
  const Node* node = scalar(value(name), name);
  if (node == nullptr) return std::nullopt;
  if (node->text.empty()) {
    problem(node->mark, fmt::format("{} is empty", name));
    return std::nullopt;
  }
  return Word{node->text, node->mark};
}

std::optional<std::string> Section::text(std::string_view name) const {
  const std::optional<Word> found = word(name);
  return found ? std::optional{found->text} : std::nullopt;
}

std::vector<Word> Section::words(std::string_view name) const {
  key(name, {Form::words});
  const Node* node = value(name);
  std::vector<Word> found;
  if (node == nullptr) return found;
  if (node->is_sequence()) {
    for (const Node& item : node->items)
      if (const Node* entry = scalar(&item, name)) found.push_back({entry->text, entry->mark});
    return found;
  }
  const Node* list = scalar(node, name);
  for (std::size_t from = 0; list != nullptr && from <= list->text.size();) {
    const std::size_t comma = std::min(list->text.find(',', from), list->text.size());
    std::string word = list->text.substr(from, comma - from);
    word.erase(0, std::min(word.find_first_not_of(' '), word.size()));
    word.erase(word.find_last_not_of(' ') + 1);
    if (!word.empty()) found.push_back({word, list->mark});
    from = comma + 1;
  }
  return found;
}

bool Section::flag(std::string_view name, bool fallback) const {
  key(name, {Form::flag});
  const Node* node = scalar(value(name), name);
  if (node == nullptr) return fallback;
  const Reading<bool> read = read_boolean(node->text);
  if (!read.value) problem_at(name, read.wrong, read.hint);
  return read.value.value_or(fallback);
}

std::optional<std::int64_t> Section::whole(std::string_view name) const {
  const Key& spec = key(name, {Form::whole});
  const Node* node = scalar(value(name), name);
  if (node == nullptr) return std::nullopt;
  const std::optional<double> number = read_fixed(spec, *node, name);
  if (!number) return std::nullopt;
  if (*number != std::floor(*number)) {
    problem_at(name, fmt::format("{} is not a whole number", in_quotes(node->text)));
    return std::nullopt;
  }
  return static_cast<std::int64_t>(*number);
}

std::optional<double> Section::number(std::string_view name) const {
  const Key& spec = key(name, {Form::number});
  const Node* node = value(name);
  return node == nullptr ? std::nullopt : read_fixed(spec, *node, name);
}

std::optional<sim::Duration> Section::duration(std::string_view name) const {
  sim::check(object_->find(name)->unit == Unit::seconds,
             "a duration is read from a key in seconds");
  const std::optional<double> seconds = number(name);
  return seconds ? std::optional{sim::from_seconds(*seconds)} : std::nullopt;
}

std::optional<std::string_view> Section::choice(std::string_view name) const {
  const Key& spec = key(name, {Form::choice});
  const Node* node = scalar(value(name), name);
  if (node == nullptr) return std::nullopt;
  const std::vector<std::string_view> choices = choices_of(spec);
  for (const std::string_view choice : choices)
    if (choice == node->text) return choice;
  std::string hint = did_you_mean(node->text, choices);
  problem_at(name, fmt::format("{} is not known here", in_quotes(node->text)),
             hint.empty() ? "one of " + listed(choices) : hint);
  return std::nullopt;
}

void Section::report_bounds(const Key& spec, Mark where, double least_value,
                            double greatest_value) const {
  const auto wrong = [&](const std::string& what) {
    problem(where, fmt::format("{} must be {}", spec.name, what));
  };
  if (least_value < spec.low) {
    wrong(spec.low == 0            ? std::string{"0 or more"}
          : spec.low == above_zero ? std::string{"above 0"}
                                   : "at least " + written(spec.low, spec.unit));
  } else if (greatest_value > spec.high) {
    wrong("at most " + written(spec.high, spec.unit));
  } else if (std::isfinite(greatest_value)) {
    // What the mesh can count: 292 years of nanoseconds, 8 EiB.
    if (spec.unit == Unit::seconds && greatest_value > 9e9) wrong("at most 285 years");
    if (spec.unit == Unit::bytes && greatest_value > 0x1p62) wrong("at most 4 EiB");
  }
}

std::optional<double> Section::read_fixed(const Key& spec, const Node& node,
                                          std::string_view label) const {
  const Node* text = scalar(&node, label);
  if (text == nullptr) return std::nullopt;
  const Reading<double> read = read_number(text->text, spec.unit);
  if (!read.value) {
    const bool spread = read_distribution(text->text, spec.unit).value.has_value();
    problem(text->mark, fmt::format("{}: {}", label, read.wrong),
            spread ? "this one takes a single number, no range" : read.hint);
    return std::nullopt;
  }
  report_bounds(spec, text->mark, *read.value, *read.value);
  return read.value;
}

std::optional<models::Distribution> Section::read_spread(const Key& spec, const Node& node,
                                                         std::string_view label) const {
  if (node.is_scalar()) {
    const Reading<models::Distribution> read = read_distribution(node.text, spec.unit);
    if (!read.value) problem(node.mark, fmt::format("{}: {}", label, read.wrong), read.hint);
    return read.value;
  }
  if (!node.is_map()) {
    problem(node.mark, fmt::format("{}: a number is wanted here, not {}", label, kind_name(node)));
    return std::nullopt;
  }
  std::vector<std::pair<int, double>> given;
  bool good = true;
  for (std::size_t i = 0; i < node.keys.size() && i < node.items.size(); ++i) {
    const std::optional<int> percentile = percentile_of(node.keys[i].text);
    if (!percentile) {
      problem(node.keys[i].mark,
              fmt::format("{}: {} is not a percentile", label, in_quotes(node.keys[i].text)),
              "a distribution is written {p10: 1h, p50: 2h, p90: 5h}; p1, p5, p95 and p99 are "
              "known too");
      good = false;
      continue;
    }
    const Node* text = scalar(&node.items[i], node.keys[i].text);
    if (text == nullptr) return std::nullopt;
    const Reading<double> read = read_number(text->text, spec.unit);
    if (!read.value) problem(text->mark, fmt::format("{}: {}", label, read.wrong), read.hint);
    if (read.value) given.emplace_back(*percentile, *read.value);
    good = good && read.value.has_value();
  }
  if (!good) return std::nullopt;
  const Reading<models::Distribution> read = read_percentiles(given);
  if (!read.value) problem(node.mark, fmt::format("{}: {}", label, read.wrong), read.hint);
  return read.value;
}

models::Quantity Section::read_quantity(const Key& spec, const Node& node, std::string_view label,
                                        const std::string& path, models::Quantity fallback) const {
  const std::optional<models::Distribution> spread = read_spread(spec, node, label);
  if (!spread) return fallback;
  const std::size_t before = problems_->size();
  report_bounds(spec, node.mark, least(*spread), greatest(*spread));
  if (problems_->size() > before) return fallback;
  if (spread->kind == models::Distribution::Kind::fixed) return {spread->a};
  mesh_->parameters.push_back(
      {path, std::string{symbol(spec.unit)}, *spread,
       fmt::format("{}:{}", problems_->source_name(node.mark.source), node.mark.line)});
  return {median(*spread), static_cast<int>(mesh_->parameters.size()) - 1};
}

models::Quantity Section::quantity(std::string_view name, models::Quantity fallback) const {
  const Key& spec = key(name, {Form::quantity});
  const Node* node = value(name);
  return node == nullptr ? fallback
                         : read_quantity(spec, *node, name, join_path(path_, name), fallback);
}

std::vector<Section::NamedQuantity> Section::quantities_by_name(std::string_view name) const {
  const Key& spec = key(name, {Form::quantities_by_name});
  const Node* node = value(name);
  std::vector<NamedQuantity> found;
  if (node == nullptr) return found;
  if (!node->is_map()) problem_at(name, "a map from names to numbers is wanted");
  const std::string path = join_path(path_, name);
  for (std::size_t i = 0; i < node->keys.size() && i < node->items.size(); ++i)
    found.push_back(
        {{node->keys[i].text, node->keys[i].mark},
         read_quantity(spec, node->items[i], fmt::format("{}.{}", name, node->keys[i].text),
                       join_path(path, node->keys[i].text), {})});
  return found;
}

std::vector<Section::NamedQuantity> Section::numbers_by_name(std::string_view name) const {
  const Key& spec = key(name, {Form::numbers_by_name});
  const Node* node = value(name);
  std::vector<NamedQuantity> found;
  if (node == nullptr) return found;
  if (!node->is_map()) problem_at(name, "a map from names to numbers is wanted");
  for (std::size_t i = 0; i < node->keys.size() && i < node->items.size(); ++i) {
    const std::string label = fmt::format("{}.{}", name, node->keys[i].text);
    if (const auto number = read_fixed(spec, node->items[i], label))
      found.push_back({{node->keys[i].text, node->keys[i].mark}, {*number}});
  }
  return found;
}

std::vector<std::pair<Word, std::string>> Section::choices_by_name(std::string_view name) const {
  const Key& spec = key(name, {Form::choices_by_name});
  const Node* node = value(name);
  std::vector<std::pair<Word, std::string>> found;
  if (node == nullptr) return found;
  if (!node->is_map()) problem_at(name, "a map from names to words is wanted");
  const std::vector<std::string_view> choices = choices_of(spec);
  for (std::size_t i = 0; i < node->keys.size() && i < node->items.size(); ++i) {
    const Node* text = scalar(&node->items[i], name);
    if (text == nullptr) continue;
    if (std::find(choices.begin(), choices.end(), text->text) == choices.end())
      problem(text->mark, fmt::format("{}: {} is not known here", name, in_quotes(text->text)),
              "one of " + listed(choices));
    else
      found.push_back({{node->keys[i].text, node->keys[i].mark}, text->text});
  }
  return found;
}

Section Section::inside(const Node& node, const Object& object, const std::string& path,
                        std::optional<Mark> mark) const {
  return {*problems_, *mesh_, node, object, path, mark.value_or(node.mark)};
}

std::optional<Section> Section::object(std::string_view name) const {
  const Key& spec = key(name, {Form::object});
  const Node* node = value(name);
  if (node == nullptr) return std::nullopt;
  return Section{*problems_, *mesh_, *node, *spec.object, join_path(path_, name), node->mark};
}

std::vector<Section> Section::objects(std::string_view name) const {
  const Key& spec = key(name, {Form::object_map, Form::object_list});
  const Node* node = value(name);
  std::vector<Section> found;
  if (node == nullptr) return found;
  const std::string path = join_path(path_, name);
  if (spec.form == Form::object_map) {
    if (!node->is_map()) {
      problem_at(name, fmt::format("a map from names to {} entries is wanted, not {}",
                                   spec.object->name, kind_name(*node)));
      return found;
    }
    for (std::size_t i = 0; i < node->keys.size() && i < node->items.size(); ++i)
      found.emplace_back(*problems_, *mesh_, node->items[i], *spec.object,
                         join_path(path, node->keys[i].text), node->keys[i].mark,
                         node->keys[i].text);
    return found;
  }
  if (!node->is_sequence()) {
    problem_at(
        name,
        fmt::format("a list of {} entries is wanted, not {}", spec.object->name, kind_name(*node)),
        "start each entry with '- '");
    return found;
  }
  for (std::size_t i = 0; i < node->items.size(); ++i) {
    const Node& item = node->items[i];
    const Node* named = item.is_map() ? item.find("name") : nullptr;
    const bool has_name = named != nullptr && named->is_scalar() && !named->text.empty();
    found.emplace_back(*problems_, *mesh_, item, *spec.object,
                       has_name ? join_path(path, named->text) : fmt::format("{}[{}]", path, i),
                       item.mark, has_name ? named->text : std::string{});
  }
  return found;
}

}  // namespace scenario
