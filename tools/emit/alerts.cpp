#include <fmt/format.h>

#include <algorithm>

#include "models/alert_rules.hpp"
#include "tools/emit/bundle.hpp"
#include "tools/emit/render.hpp"

namespace emit {
namespace {

bool any_event(const Topology& topology) {
  return std::any_of(topology.flows.begin(), topology.flows.end(),
                     [](const Flow& flow) { return flow.mechanism == models::Mechanism::event; });
}

namespace rules = models::alert_rules;

/// As Prometheus writes it: 5m, 27540s.
Sql prometheus_time(sim::Duration time) {
  const auto seconds = static_cast<std::int64_t>(sim::seconds(time));
  return Sql{seconds % 60 == 0 && seconds < 3'600 ? fmt::format("{}m", seconds / 60)
                                                  : fmt::format("{}s", seconds)};
}

Values slot_values(const Flow& flow, const std::optional<RunFigures>& figures) {
  rules::SlotLimits limits;
  std::string why = "no run given: 1 GiB is an assumption; --from-run takes the simulated P99";
  if (figures)
    if (const auto found = figures->slots.find(flow.slot); found != figures->slots.end()) {
      limits =
          rules::slot_limits(found->second.retained_wal_p99, found->second.outage_tolerance_p5);
      why = fmt::format("retained WAL at P99 of run {} ({} replicates): {:.0f} bytes", figures->run,
                        figures->replicates, limits.retained);
      if (found->second.outage_tolerance_p5 > 0)
        why += fmt::format("; an outage may last {:.0f} s at P5, and a quarter of that is waited",
                           found->second.outage_tolerance_p5);
    }
  const auto summary = [&](const char* what) {
    return Sql{yaml_text(fmt::format("Slot {} {}", flow.slot, what))};
  };
  // A label's value in PromQL is quoted as in Go; slot names are lower-case words.
  return Values{}
      .set("slot", Sql{"\"" + flow.slot + "\""})
      .set("why", Sql{why})
      .set("retained_for", prometheus_time(rules::slot_retains_wal_for))
      .set("retained", Sql{fmt::format("{:.0f}", limits.retained)})
      .set("inactive_for", Sql{fmt::format("{:.0f}s", limits.inactive)})
      .set("retained_summary", summary("retains more WAL than foreseen"))
      .set("lost_summary", summary("is lost: its subscriber is stale for good"))
      .set("inactive_summary", summary("has no subscriber and keeps every byte of WAL"))
      .set("limit_summary", summary("will be lost at the next checkpoint"));
}

}  // namespace

std::string alert_rules(const Topology& topology, const std::optional<RunFigures>& figures) {
  std::vector<Values> slots, heartbeat;
  for (const Flow& flow : topology.flows)
    if (flow.mechanism == models::Mechanism::event) slots.push_back(slot_values(flow, figures));
  if (topology.provisioning.heartbeat_every && any_event(topology))
    heartbeat.push_back(
        Values{}
            .set("seconds",
                 static_cast<std::int64_t>(rules::beats_missed *
                                           sim::seconds(*topology.provisioning.heartbeat_every)))
            .set("late_for", prometheus_time(rules::heartbeat_late_for)));
  return render(
      "alerts.yml",
      Values{}
          .set("title", title(topology, "alert rules"))
          .set("group", Sql{yaml_text(topology.mesh.name)})
          .set("slots", slots)
          .set("heartbeat", heartbeat)
          .set("nearly_full", Sql{fmt::format("{}", rules::volume_nearly_full)})
          .set("nearly_full_for", prometheus_time(rules::volume_nearly_full_for))
          .set("xids", static_cast<std::int64_t>(topology.mesh.governance.kill_routine_xmin_age))
          .set("held_back_for", prometheus_time(rules::vacuum_held_back_for))
          .set_flag("drift",
                    topology.mesh.governance.drift_interceptor_every && any_event(topology)));
}

std::string alert_queries(const Topology& topology) {
  return render(
      "queries.yml",
      Values{}
          .set("title", title(topology, "figures for the alert rules"))
          .set_flag("heartbeat", topology.provisioning.heartbeat_every && any_event(topology))
          .set_flag("drift",
                    topology.mesh.governance.drift_interceptor_every && any_event(topology)));
}

}  // namespace emit
