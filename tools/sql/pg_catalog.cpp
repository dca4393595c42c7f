#include "tools/sql/pg_catalog.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <mutex>
#include <set>

namespace sql {
namespace {

constexpr std::string_view rows[] = {
#include "tools/sql/catalog_table.inc"
};

std::vector<std::string_view> split(std::string_view text, char by) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t at = text.find(by);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

/// Fields between bars; operators may be named with bars themselves, so `name_ends` counts from
/// the end.
std::vector<std::string_view> fields_of(std::string_view row, std::size_t after_name) {
  std::vector<std::string_view> all = split(row, '|');
  if (all.size() == after_name + 1) return all;
  const std::size_t extra = all.size() - after_name - 1;
  const char* const end = all[extra].data() + all[extra].size();
  all[0] = {all[0].data(), static_cast<std::size_t>(end - all[0].data())};
  all.erase(all.begin() + 1, all.begin() + 1 + static_cast<std::ptrdiff_t>(extra));
  return all;
}

bool is_polymorphic(std::string_view type) {
  static constexpr std::array<std::string_view, 12> names{"any",
                                                          "anyelement",
                                                          "anyarray",
                                                          "anynonarray",
                                                          "anyenum",
                                                          "anyrange",
                                                          "anycompatible",
                                                          "anycompatiblearray",
                                                          "anycompatiblenonarray",
                                                          "anycompatiblerange",
                                                          "anymultirange",
                                                          "anycompatiblemultirange"};
  return std::find(names.begin(), names.end(), type) != names.end();
}

}  // namespace

const PgCatalog& PgCatalog::of(int major) {
  static std::mutex guard;
  static std::array<std::unique_ptr<PgCatalog>, 4> made;
  const std::lock_guard lock{guard};
  std::unique_ptr<PgCatalog>& catalog =
      made.at(static_cast<std::size_t>(std::clamp(major, 15, 18) - 15));
  if (!catalog) catalog.reset(new PgCatalog{std::clamp(major, 15, 18)});
  return *catalog;
}

PgCatalog::PgCatalog(int major) {
  const char digit = static_cast<char>('0' + major % 10);
  for (const std::string_view row : rows)
    if (row[0] <= digit && digit <= row[1]) read(row.substr(2));
}

void PgCatalog::read(std::string_view row) {
  const std::string_view rest = row.substr(2);
  if (row[0] == 't') {
    const auto f = fields_of(rest, 6);
    types_[f[0]] = {f[0],
                    f[1],
                    f[6],
                    f[2][0],
                    f[3] == "1",
                    f[4] == "1",
                    f[5] == "-1" ? -1 : std::stoi(std::string{f[5]})};
    by_format_[f[1]] = f[0];
    if (!f[6].empty() && f[0].starts_with("_")) arrays_[f[6]] = f[0];
  } else if (row[0] == 'o') {
    const auto f = fields_of(rest, 7);
    operators_.emplace(f[0],
                       PgOperator{f[0], f[1], f[2], f[3], f[4][0], f[5] == "1", f[6] == "1", f[7]});
  } else if (row[0] == 'f') {
    const auto f = fields_of(rest, 7);
    functions_.emplace(
        f[0],
        PgFunction{f[0], f[1].empty() ? std::vector<std::string_view>{} : split(f[1], ','), f[2],
                   f[3][0], f[4][0], f[5] == "1", f[6] == "1", std::stoi(std::string{f[7]})});
  } else {
    const auto f = fields_of(rest, 4);
    casts_[{f[0], f[1]}] = {f[2][0], f[3][0], f[4][0]};
  }
}

const PgType* PgCatalog::type(std::string_view name) const {
  const auto found = types_.find(name);
  return found == types_.end() ? nullptr : &found->second;
}

std::string PgCatalog::name_of(std::string_view formatted) const {
  const auto found = by_format_.find(formatted);
  return std::string{found == by_format_.end() ? formatted : found->second};
}

std::string_view PgCatalog::array_of(std::string_view element) const {
  const auto found = arrays_.find(element);
  return found == arrays_.end() ? std::string_view{} : found->second;
}

char PgCatalog::category(std::string_view name) const {
  if (name == "unknown") return 'X';
  const PgType* found = type(name);
  return found == nullptr ? 'U' : found->category;
}

bool PgCatalog::preferred(std::string_view name) const {
  const PgType* found = type(name);
  return found != nullptr && found->preferred;
}

std::optional<PgCast> PgCatalog::cast(std::string_view source, std::string_view target,
                                      char context) const {
  if (source == target) return PgCast{'i', 'b', 'i'};
  const auto found = casts_.find({source, target});
  if (found != casts_.end()) {
    const char needs = found->second.context;
    const bool allowed = needs == 'i' || context == 'e' || (needs == 'a' && context == 'a');
    if (allowed) return found->second;
    return std::nullopt;
  }
  const PgType *from = type(source), *to = type(target);
  if (from != nullptr && to != nullptr && !from->element.empty() && !to->element.empty()) {
    std::optional<PgCast> element = cast(from->element, to->element, context);
    if (element && element->method != 'b') element->method = 'a';
    return element;
  }
  // By text: to a string type in assignments, from one by an explicit cast.
  if (context != 'i' && to != nullptr && to->category == 'S' && target != "char" &&
      target != "name")
    return PgCast{'a', 'i', 's'};
  if (context == 'e' && category(source) == 'S') return PgCast{'e', 'i', 's'};
  return std::nullopt;
}

bool PgCatalog::coercible(std::string_view source, std::string_view target) const {
  if (source == target || source == "unknown" || target == "any") return true;
  if (is_polymorphic(target)) {
    const PgType* from = type(source);
    const bool array = from != nullptr && !from->element.empty();
    if (target.ends_with("nonarray")) return !array;
    if (target.ends_with("array")) return array;
    if (target == "anyenum") return category(source) == 'E';
    if (target.ends_with("multirange"))
      return category(source) == 'R' && source.ends_with("multirange");
    if (target.ends_with("range")) return category(source) == 'R';
    return true;
  }
  return cast(source, target, 'i').has_value();
}

std::string PgCatalog::common_type(const std::vector<std::string>& given) const {
  std::string chosen;
  for (const std::string& next : given) {
    if (next == "unknown" || next == chosen) continue;
    if (chosen.empty()) {
      chosen = next;
    } else if (category(chosen) != category(next)) {
      return {};
    } else if (!preferred(chosen) && coercible(chosen, next) && !coercible(next, chosen)) {
      chosen = next;
    }
  }
  return chosen.empty() ? "text" : chosen;
}

/// func_select_candidate: among candidates whose types the given ones can become, the best, or
/// nothing when two are as good.
std::optional<std::size_t> PgCatalog::choose(
    const std::vector<std::vector<std::string_view>>& candidates,
    const std::vector<std::string>& given) const {
  std::vector<std::size_t> left(candidates.size());
  for (std::size_t i = 0; i < left.size(); ++i) left[i] = i;
  const auto keep_best = [&](const auto& score) {
    int best = -1;
    std::vector<std::size_t> kept;
    for (const std::size_t c : left) {
      const int points = score(c);
      if (points > best) kept.clear();
      if (points >= best) kept.push_back(c);
      best = std::max(best, points);
    }
    left = kept;
  };
  const auto exact = [&](std::size_t c) {
    int points = 0;
    for (std::size_t i = 0; i < given.size(); ++i)
      points += given[i] != "unknown" && candidates[c][i] == given[i];
    return points;
  };
  keep_best(exact);
  if (left.size() == 1) return left[0];
  keep_best([&](std::size_t c) {
    int points = 0;
    for (std::size_t i = 0; i < given.size(); ++i)
      if (given[i] != "unknown")
        points += candidates[c][i] == given[i] ||
                  (category(given[i]) == category(candidates[c][i]) && preferred(candidates[c][i]));
    return points;
  });
  if (left.size() == 1) return left[0];
  // A quoted constant goes to text where a candidate takes text, else to the category all share.
  for (std::size_t i = 0; i < given.size(); ++i) {
    if (given[i] != "unknown") continue;
    std::set<char> wanted;
    for (const std::size_t c : left) wanted.insert(category(candidates[c][i]));
    const char slot = wanted.contains('S') ? 'S' : *wanted.begin();
    if (slot != 'S' && wanted.size() > 1) continue;
    const bool any_preferred = std::any_of(left.begin(), left.end(), [&](std::size_t c) {
      return category(candidates[c][i]) == slot && preferred(candidates[c][i]);
    });
    std::erase_if(left, [&](std::size_t c) {
      return category(candidates[c][i]) != slot || (any_preferred && !preferred(candidates[c][i]));
    });
  }
  if (left.size() == 1) return left[0];
  // All known arguments alike: assume the quoted ones are of that type too.
  std::string known;
  for (const std::string& type : given)
    if (type != "unknown") {
      if (!known.empty() && known != type) return std::nullopt;
      known = type;
    }
  if (known.empty()) return std::nullopt;
  const std::vector<std::string> same(given.size(), known);
  std::erase_if(left, [&](std::size_t c) {
    for (std::size_t i = 0; i < same.size(); ++i)
      if (!coercible(same[i], candidates[c][i])) return true;
    return false;
  });
  if (left.size() == 1) return left[0];
  return std::nullopt;
}

const PgOperator* PgCatalog::find_operator(std::string_view name, std::string_view left,
                                           std::string_view right) const {
  const auto [first, last] = operators_.equal_range(name);
  const std::string_view l = left == "unknown" && !right.empty() ? right : left;
  const std::string_view r = right == "unknown" && !left.empty() ? left : right;
  std::vector<const PgOperator*> found;
  std::vector<std::vector<std::string_view>> candidates;
  for (auto at = first; at != last; ++at) {
    const PgOperator& op = at->second;
    if (op.left.empty() != left.empty()) continue;
    if (op.left == l && op.right == r) return &op;
    if (coercible(right, op.right) && (left.empty() || coercible(left, op.left))) {
      found.push_back(&op);
      if (left.empty())
        candidates.push_back({op.right});
      else
        candidates.push_back({op.left, op.right});
    }
  }
  if (found.size() == 1) return found[0];
  std::vector<std::string> given;
  if (!left.empty()) given.emplace_back(left);
  given.emplace_back(right);
  const auto best = choose(candidates, given);
  return best ? found[*best] : nullptr;
}

namespace {

/// Makes polymorphic types of a chosen function concrete.
void make_concrete(const PgCatalog& catalog, const std::vector<std::string>& given,
                   PgCatalog::Resolved& resolved) {
  std::string element;
  std::vector<std::string> compatible;
  for (std::size_t i = 0; i < given.size(); ++i) {
    const std::string& declared = resolved.arguments[i];
    if (!is_polymorphic(declared) || given[i] == "unknown") continue;
    const PgType* type = catalog.type(given[i]);
    std::string here = given[i];
    if (declared.ends_with("array") && !declared.ends_with("nonarray"))
      here = type != nullptr ? std::string{type->element} : given[i];
    if (declared.ends_with("range"))  // int4range: int4
      here = given[i].substr(
          0, given[i].find(given[i].ends_with("multirange") ? "multirange" : "range"));
    if (declared.starts_with("anycompatible"))
      compatible.push_back(here);
    else if (element.empty())
      element = here;
  }
  if (!compatible.empty()) element = catalog.common_type(compatible);
  if (element.empty()) element = "text";
  const auto concrete = [&](std::string& declared, const std::string& as) {
    if (!is_polymorphic(declared) || declared == "any") {
      if (declared == "any") declared = as;
      return;
    }
    if (declared.ends_with("array") && !declared.ends_with("nonarray"))
      declared = std::string{catalog.array_of(element)};
    else if (declared.ends_with("range"))
      declared = as;
    else
      declared = element;
  };
  for (std::size_t i = 0; i < given.size(); ++i)
    concrete(resolved.arguments[i], given[i] == "unknown" ? element : given[i]);
  concrete(resolved.result, given.empty() ? element : given[0]);
}

}  // namespace

std::optional<PgCatalog::Resolved> PgCatalog::find_function(
    std::string_view name, const std::vector<std::string>& given) const {
  const auto [first, last] = functions_.equal_range(name);
  std::vector<const PgFunction*> found;
  std::vector<std::vector<std::string_view>> candidates;
  for (auto at = first; at != last; ++at) {
    const PgFunction& function = at->second;
    std::vector<std::string_view> declared = function.arguments;
    if (function.variadic && given.size() >= declared.size()) {
      const PgType* array = type(declared.back());
      const std::string_view each =
          array != nullptr && !array->element.empty() ? array->element : "any";
      declared.back() = declared.back() == "any" ? "any" : each;
      declared.resize(given.size(), declared.back());
    }
    if (given.size() > declared.size() ||
        given.size() + static_cast<std::size_t>(function.defaults) < declared.size())
      continue;
    declared.resize(given.size());
    bool fits = true;
    for (std::size_t i = 0; i < given.size() && fits; ++i) fits = coercible(given[i], declared[i]);
    if (!fits) continue;
    found.push_back(&function);
    candidates.push_back(declared);
  }
  if (found.empty()) return std::nullopt;
  const auto best = found.size() == 1 ? std::optional<std::size_t>{0} : choose(candidates, given);
  if (!best) return std::nullopt;
  Resolved resolved{found[*best],
                    {candidates[*best].begin(), candidates[*best].end()},
                    std::string{found[*best]->result}};
  make_concrete(*this, given, resolved);
  return resolved;
}

}  // namespace sql
