#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "tools/scenario/loading.hpp"
#include "tools/scenario/profiles.hpp"

namespace scenario {
namespace {

using models::Profile;
using sim::Duration;
using namespace std::chrono_literals;

/// Steps in local time as the mesh wants them: from UTC midnight (or Monday), the first at 0.
void to_utc(Profile& profile, Duration utc_offset) {
  for (Profile::Step& step : profile.steps) {
    step.at = (step.at - utc_offset) % profile.period;
    if (step.at < 0s) step.at += profile.period;
  }
  std::sort(profile.steps.begin(), profile.steps.end(),
            [](const Profile::Step& a, const Profile::Step& b) { return a.at < b.at; });
  if (!profile.steps.empty() && profile.steps.front().at > 0s)  // the last one holds past midnight
    profile.steps.insert(profile.steps.begin(), {0s, profile.steps.back().factor});
}

Reading<Duration> read_step_time(std::string_view form, std::string_view text) {
  if (form == "daily") return read_clock(text);
  if (form == "weekly") return read_week_clock(text);
  const Reading<double> seconds = read_number(text, Unit::seconds);
  if (!seconds.value) return {std::nullopt, seconds.wrong, seconds.hint};
  if (*seconds.value < 0) return {std::nullopt, "a time before the start", {}};
  return {sim::from_seconds(*seconds.value), {}, {}};
}

void load_steps(const Section& section, std::string_view form, Profile& profile) {
  const Node* steps = section.value(form);
  if (!steps->is_map()) {
    section.problem_at(
        form, fmt::format("a map from times to factors is wanted, not {}", kind_name(*steps)),
        "for example {\"00:00\": 0.4, \"18:00\": 2}");
    return;
  }
  for (std::size_t i = 0; i < steps->keys.size() && i < steps->items.size(); ++i) {
    const Node::Key& key = steps->keys[i];
    const Node& item = steps->items[i];
    const Reading<Duration> at = read_step_time(form, key.text);
    if (!at.value) section.problem(key.mark, fmt::format("{}: {}", form, at.wrong), at.hint);
    const Reading<double> factor = item.is_scalar()
                                       ? read_number(item.text, Unit::factor)
                                       : Reading<double>{std::nullopt, "a factor is missing", {}};
    if (!factor.value)
      section.problem(item.mark.line > 0 ? item.mark : key.mark,
                      fmt::format("{}: {}", form, factor.wrong), factor.hint);
    else if (*factor.value < 0)
      section.problem(item.mark, fmt::format("{}: a factor must not be negative", form));
    if (!at.value || !factor.value) continue;
    if (!profile.steps.empty() && *at.value <= profile.steps.back().at)
      section.problem(key.mark, fmt::format("{}: the times must ascend", form));
    profile.steps.push_back({*at.value, *factor.value});
  }
}

void load_profile(Loading& loading, const Section& section) {
  Profile profile;
  profile.name = section.name();
  if (const auto built_in = built_in_profile(profile.name); built_in)
    section.problem(section.mark(),
                    fmt::format("{} is a built-in profile", in_quotes(profile.name)),
                    "choose another name");
  std::string_view form;
  int forms = 0;
  for (const std::string_view candidate : {"daily", "weekly", "steps"})
    if (section.given(candidate)) form = candidate, ++forms;
  if (forms != 1) {
    section.problem(
        section.mark(),
        fmt::format("profile {} needs exactly one of daily, weekly and steps", profile.name));
  } else {
    profile.period = form == "weekly" ? Duration{168h} : Duration{24h};
    profile.once = form == "steps";
    load_steps(section, form, profile);
    if (profile.once && !profile.steps.empty() && profile.steps.front().at > 0s)
      section.problem_at("steps", "the first step must be at 0s");
    if (!profile.once) to_utc(profile, loading.utc_offset);
  }
  loading.mesh.profiles.push_back(std::move(profile));
}

}  // namespace

std::optional<Profile> built_in_profile(std::string_view name) {
  Profile profile;
  profile.name = name;
  if (name == "flat") {
    profile.steps = {{0h, 1}};
  } else if (name ==
             "evening_peak") {  // 2×0.6 + 4×0.2 + 3×0.6 + 3×0.9 + 5×1 + 2×1.5 + 3×2.5 + 2×1 = 24
    profile.steps = {{0h, 0.6}, {2h, 0.2},  {6h, 0.6},  {9h, 0.9},
                     {12h, 1},  {17h, 1.5}, {19h, 2.5}, {22h, 1}};
  } else if (name == "office_hours") {  // 50 h of 2.77 and 118 h of 0.25 = 168
    profile.period = 168h;
    profile.steps = {{0h, 0.25}};
    for (int day = 0; day < 5; ++day) {
      profile.steps.push_back({24h * day + 8h, 2.77});
      profile.steps.push_back({24h * day + 18h, 0.25});
    }
  } else if (name == "night_batch") {  // 4 h of 5 and 20 h of 0.2 = 24
    profile.steps = {{0h, 0.2}, {1h, 5}, {5h, 0.2}};
  } else {
    return std::nullopt;
  }
  return profile;
}

int resolve_profile(Loading& loading, const Section& section) {
  const std::optional<Word> word = section.word("profile");
  if (!word || word->text == "flat") return -1;
  const int known = index_of(loading.mesh.profiles, word->text);
  if (known >= 0) return known;
  if (std::optional<Profile> built_in = built_in_profile(word->text)) {
    to_utc(*built_in, loading.utc_offset);
    loading.mesh.profiles.push_back(std::move(*built_in));
    return static_cast<int>(loading.mesh.profiles.size()) - 1;
  }
  std::vector<std::string_view> names = names_of(loading.mesh.profiles);
  names.insert(names.end(), built_in_profiles.begin(), built_in_profiles.end());
  std::string hint = did_you_mean(word->text, names);
  section.problem(word->mark, fmt::format("there is no profile {}", in_quotes(word->text)),
                  hint.empty() ? "there is " + listed(names) : hint);
  return -1;
}

void load_profiles(Loading& loading, const Section& root) {
  for (const Section& profile : root.objects("profiles")) load_profile(loading, profile);
}

}  // namespace scenario
