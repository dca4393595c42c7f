#include <fmt/format.h>

#include <algorithm>

#include "models/slot_alerts.hpp"
#include "tools/emit/bundle.hpp"
#include "tools/emit/render.hpp"

namespace emit {
namespace {

bool any_event(const Topology& topology) {
  return std::any_of(topology.flows.begin(), topology.flows.end(),
                     [](const Flow& flow) { return flow.mechanism == models::Mechanism::event; });
}

Values slot_values(const Flow& flow, const std::optional<RunFigures>& figures) {
  models::SlotAlerts limits;
  std::string why = "no run given: 1 GiB is an assumption; --from-run takes the simulated P99";
  if (figures)
    if (const auto found = figures->slots.find(flow.slot); found != figures->slots.end()) {
      limits =
          models::slot_alerts(found->second.retained_wal_p99, found->second.outage_tolerance_p5);
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
      .set("retained", Sql{fmt::format("{:.0f}", limits.retained)})
      .set("inactive_for", Sql{fmt::format("{:.0f}s", limits.inactive)})
      .set("retained_summary", summary("retains more WAL than foreseen"))
      .set("lost_summary", summary("is lost: its subscriber is stale for good"))
      .set("inactive_summary", summary("has no subscriber and keeps every byte of WAL"))
      .set("limit_summary", summary("will be lost at the next checkpoint"));
}

}  // namespace

std::string alert_rules(const Topology& topology, const std::optional<RunFigures>& figures) {
  std::vector<Values> slots, heartbeat, horizon;
  for (const Flow& flow : topology.flows)
    if (flow.mechanism == models::Mechanism::event) slots.push_back(slot_values(flow, figures));
  if (topology.provisioning.heartbeat_every && any_event(topology))
    heartbeat.push_back(Values{}.set(
        "seconds",
        static_cast<std::int64_t>(3 * sim::seconds(*topology.provisioning.heartbeat_every))));
  if (topology.mesh.governance.kill_routine_every)
    horizon.push_back(Values{}.set(
        "xids", static_cast<std::int64_t>(topology.mesh.governance.kill_routine_xmin_age)));
  return render("alerts.yml",
                Values{}
                    .set("title", title(topology, "alert rules"))
                    .set("group", Sql{yaml_text(topology.mesh.name)})
                    .set("slots", slots)
                    .set("heartbeat", heartbeat)
                    .set("horizon", horizon)
                    .set_flag("drift", topology.mesh.governance.drift_interceptor_every &&
                                           any_event(topology)));
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
