#include <fmt/format.h>

#include "tools/scenario/guc.hpp"
#include "tools/scenario/loading.hpp"

namespace scenario {
namespace {

void load_setting(const Section& node, const Node::Key& key, const Node& value,
                  models::Node& into) {
  if (key.text.find('.') != std::string::npos) {  // an extension's: nobody here knows its type
    if (value.is_scalar()) into.settings.given[key.text] = value.text;
    return;
  }
  const Guc* guc = find_guc(key.text, into.postgres);
  if (guc == nullptr) {
    const Reading<GucValue> unknown = unknown_guc(key.text, into.postgres);
    node.problem(key.mark, unknown.wrong, unknown.hint);
    return;
  }
  if (!value.is_scalar()) {
    node.problem(value.mark.line > 0 ? value.mark : key.mark,
                 fmt::format("{}: one value is wanted here, not {}", guc->name, kind_name(value)),
                 guc->type == GucType::string_ ? "write an empty text as ''" : "");
    return;
  }
  const Reading<GucValue> read = read_guc(*guc, value.text);
  if (!read.value) {
    node.problem(value.mark, fmt::format("{}: {}", guc->name, read.wrong), read.hint);
    return;
  }
  apply_guc(into.settings, *guc, *read.value, value.text);
}

/// What PostgreSQL refuses at start-up although each value is in range (postmaster.c, xlog.c, guc
/// hooks).
void check_together(const Section& node, const models::Node& into) {
  const models::Settings& settings = into.settings;
  const auto mark_of = [&](std::string_view name) {
    const Node* given = node.value("settings");
    const Node* value = given == nullptr ? nullptr : given->find(name);
    return value == nullptr ? node.mark() : value->mark;
  };
  const std::int64_t segment = into.wal_segment_size.count;
  if (settings.max_wal_size.count < 2 * segment)
    node.problem(mark_of("max_wal_size"), "max_wal_size: must be at least twice wal_segment_size");
  if (settings.min_wal_size.count < 2 * segment)
    node.problem(mark_of("min_wal_size"), "min_wal_size: must be at least twice wal_segment_size");
  if (settings.wal_level == models::WalLevel::minimal && settings.max_wal_senders > 0)
    node.problem(mark_of("wal_level"),
                 "wal_level: minimal needs max_wal_senders = 0, or the server does not start",
                 "set max_wal_senders: 0, or wal_level: replica");
  if (settings.wal_level == models::WalLevel::minimal && settings.archive_mode)
    node.problem(mark_of("wal_level"),
                 "wal_level: minimal needs archive_mode = off, or the server does not start");
}

}  // namespace

void load_settings(const Section& node, models::Node& into) {
  into.settings = default_settings(into.postgres, into.wal_segment_size);
  const Node* given = node.value("settings");
  if (given == nullptr) return;
  if (!given->is_map()) {
    node.problem_at("settings", fmt::format("a map of PostgreSQL settings is wanted, not {}",
                                            kind_name(*given)));
    return;
  }
  for (std::size_t i = 0; i < given->keys.size() && i < given->items.size(); ++i)
    load_setting(node, given->keys[i], given->items[i], into);
  check_together(node, into);
}

}  // namespace scenario
