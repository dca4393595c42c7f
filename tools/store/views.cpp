#include "tools/store/views.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tools/store/schema.hpp"

namespace store {
namespace {

constexpr ViewColumn run_id{"run_id", "the run, as `meshplan runs` lists it"};
constexpr ViewColumn metric{"metric", "as `meshplan schema --metrics` lists it"};
constexpr ViewColumn subject{"subject", "node, volume, slot, table or index it speaks of"};
constexpr ViewColumn unit{"unit", "bytes, s, ratio, count or 0/1"};
constexpr ViewColumn quantity{
    "quantity", "volume_used, pg_wal, retained_wal, slot_lag, replay_lag, dead_rows …"};
constexpr ViewColumn owner{"owner", "whose bytes these are; empty for a total"};
constexpr ViewColumn t{"t", "seconds since the start of the run"};
constexpr ViewColumn time{"time", "the same as epoch seconds"};
constexpr ViewColumn label{"label", "median, bad (P95) or worst"};
constexpr ViewColumn replicate{"replicate", "from 0"};
constexpr ViewColumn statistic{"statistic", "p5, p50, p95, p99, mean or probability"};

const View runs{
    "runs",
    "One row per run.",
    {run_id,
     {"created_at", "when it was made, epoch seconds"},
     {"host", "where it was made"},
     {"scenario_name", "its `name:`"},
     {"scenario_file", "as given on the command line"},
     {"scenario_hash", "SHA-256 of its text, included files and overrides, hex"},
     {"arguments", "options that changed the scenario, as a shell takes them: --set, --horizon"},
     {"meshplan_version", "that made it"},
     {"seed", "decides every draw"},
     {"replicates", "that were finished"},
     {"replicates_wanted", "that were asked for"},
     {"band_replicates", "of them, those that the bands in `series` are percentiles over"},
     {"interrupted", "1: stopped before all replicates were finished"},
     {"start", "first simulated instant, epoch seconds"},
     {"horizon", "simulated time, seconds"},
     {"ok", "1: nothing fails and every objective is met"},
     {"headline", "the verdict in a sentence"},
     {"cause", "who owns the bytes when it fails"},
     {"next_step", "what to set"},
     {"threads", "used; never changes a result"},
     {"simulate_seconds", "wall clock, seconds"}}};

/// Columns of an outcome's distribution over replicates, after those that say of what.
std::vector<ViewColumn> with_distribution(std::vector<ViewColumn> columns) {
  static const ViewColumn distribution[] = {
      {"mean", "over the replicates that reached it"},
      {"p5", "percentile over replicates; of a time: early"},
      {"p5_low", "95 % interval"},
      {"p5_high", "95 % interval"},
      {"p50", "median"},
      {"p50_low", "95 % interval"},
      {"p50_high", "95 % interval"},
      {"p95", "percentile"},
      {"p95_low", "95 % interval"},
      {"p95_high", "95 % interval"},
      {"p99", "percentile"},
      {"p99_low", "95 % interval"},
      {"p99_high", "95 % interval"},
      {"minimum", "of all replicates"},
      {"maximum", "of all replicates"},
      {"probability", "of a time: share of replicates that reached it; of 0/1: their mean"},
      {"probability_low", "95 % interval (Wilson)"},
      {"probability_high", "95 % interval (Wilson)"}};
  columns.insert(columns.end(), std::begin(distribution), std::end(distribution));
  return columns;
}

const View outcomes{
    "outcomes",
    "One row per run, metric and subject: percentiles over replicates, each with the 95 % interval "
    "of its Monte Carlo error. A time that is NULL was not reached within the horizon.",
    with_distribution({run_id, metric, subject, unit})};

const View outcome_values{
    "outcome_values",
    "One row per run, metric, subject and replicate.",
    {run_id, metric, subject, unit, replicate, {"value", "in the unit; NULL: a time not reached"}}};

const View series{"series",
                  "Percentile bands over replicates on a common time grid.",
                  {run_id,
                   quantity,
                   subject,
                   owner,
                   unit,
                   t,
                   time,
                   {"p5", "percentile, in the unit"},
                   {"p50", "median"},
                   {"p95", "percentile"},
                   {"mean", "mean; the means of all owners add up to the mean of the total"}}};

const View volumes{"volumes",
                   "Who owns the bytes of each volume over time: `series` of volume_used.",
                   {run_id,
                    {"volume", "node/data or node/wal"},
                    owner,
                    unit,
                    t,
                    time,
                    {"p5", "bytes"},
                    {"p50", "bytes"},
                    {"p95", "bytes"},
                    {"mean", "bytes"}}};

const View slots{
    "slots",
    "One row per run and replication slot.",
    {run_id,
     {"slot", "its slot_name"},
     {"retained_wal_p50", "most WAL kept for it, bytes"},
     {"retained_wal_p95", "bytes"},
     {"retained_wal_p99", "bytes"},
     {"replay_lag_p50", "oldest a change gets, seconds"},
     {"replay_lag_p95", "seconds"},
     {"outage_tolerance_p50", "outage until the disk is full or the slot lost, seconds"},
     {"outage_tolerance_p5", "seconds"},
     {"slot_lost_probability", "share of replicates, 0 to 1"}}};

const View bloat{"bloat",
                 "One row per run and table.",
                 {run_id,
                  {"table_name", "schema.table, with @node where several nodes hold it"},
                  {"heap_size_p50", "bytes"},
                  {"heap_size_p95", "bytes"},
                  {"table_size_p50", "heap and indexes, bytes"},
                  {"table_size_p95", "bytes"},
                  {"n_dead_tup_p50", "most dead rows"},
                  {"n_dead_tup_p95", "most dead rows"},
                  {"autovacuum_runs_p50", "during the run"}}};

const View transfers{"transfers",
                     "Bytes sent over the link for each slot during the run.",
                     {run_id,
                      {"slot", "its slot_name"},
                      unit,
                      {"p5", "percentile over replicates"},
                      {"p50", "median"},
                      {"p95", "percentile"},
                      {"p99", "percentile"},
                      {"mean", "mean"}}};

const View traces{"traces", "The replicates recorded in full.", {run_id, label, replicate}};

const View pieces{
    "pieces",
    "Recorded trajectories: from t on the value is value + slope * (seconds since t), "
    "until the next piece of the same series.",
    {run_id,
     label,
     replicate,
     quantity,
     subject,
     owner,
     unit,
     t,
     time,
     {"value", "at t, in the unit"},
     {"slope", "change of value per second"}}};

const View events{"events",
                  "What happened in the recorded replicates, in time order.",
                  {run_id,
                   label,
                   replicate,
                   t,
                   time,
                   {"kind", "checkpoint, incident, wal_status, slot_lost, disk_full, job_start …"},
                   subject,
                   {"text", "what happened, where kind and subject do not say it"}}};

const View objectives{"objectives",
                      "Each objective for each subject that it applies to.",
                      {run_id,
                       {"name", "its `name:`"},
                       {"text", "as written in the scenario"},
                       metric,
                       subject,
                       unit,
                       {"at", "gated percentile, max or mean"},
                       {"value", "gated percentile or probability; NULL: a time not reached"},
                       {"value_low", "95 % interval of its Monte Carlo error"},
                       {"value_high", "95 % interval"},
                       {"threshold", "in the unit, or a probability"},
                       {"met", "1 or 0"}}};

const View assumptions{"assumptions",
                       "What the run took for granted.",
                       {run_id,
                        {"name", "parameter, rule of a major version, or loader default"},
                        {"value", "in words"},
                        {"source", "where it comes from"}}};

const View thresholds{"thresholds",
                      "Lines that a series is read against.",
                      {run_id,
                       quantity,
                       subject,
                       {"name", "full, max_wal_size, max_slot_wal_keep_size, objective p99 …"},
                       {"value", "in the unit of the series"}}};

const View incidents{"incidents",
                     "What the scenario wants to go wrong, before any draw.",
                     {run_id,
                      {"name", "its `name:`"},
                      {"kind", "link_down, subscriber_down, open_transaction …"},
                      {"at", "seconds since the start; NULL: drawn in each replicate"},
                      {"time", "the same as epoch seconds"},
                      {"every", "mean gap, seconds; 0: once"},
                      {"duration_p50", "seconds; 0: until the horizon"},
                      {"duration_p95", "seconds"}}};

const View comparisons{
    "comparisons",
    "Figures of the variants that a run was compared with, under the same draws.",
    {run_id,
     {"variant", "a mechanism, or the value that was changed"},
     metric,
     subject,
     unit,
     statistic,
     {"value", "NULL: not reached, or no such figure"},
     {"difference", "to the baseline; NULL for the baseline"},
     {"difference_low", "95 % interval"},
     {"difference_high", "95 % interval"},
     {"text", "in place of a figure"},
     {"best", "1: the best variant for this metric and subject"}}};

const View alerts{
    "alerts",
    "Alert rules as `meshplan emit --from-run` writes them, evaluated on some replicates. A "
    "replicate fails when what the rule warns of happens: a full volume, a lost slot.",
    {run_id,
     {"rule", "SlotRetainsWal, SlotInactive, VolumeNearlyFull …"},
     {"subject", "the slot, volume or node"},
     {"condition", "in words, with its thresholds"},
     {"probability", "share of the watched replicates in which it fires"},
     {"first", "median of its first firing, seconds since the start; NULL: never"},
     {"caught", "share of the failing replicates in which it is firing at the failure; NULL: none fails"},
     {"lead_time", "median from there to the failure, seconds; NULL: none caught"},
     {"false_a_month", "alarms in 30 days of replicates that do not fail; NULL: all fail"},
     {"replicates", "that were watched"}}};

const View influences{
    "influences",
    "How far each uncertain input moves an outcome.",
    {run_id,
     {"parameter", "path of the input in the scenario"},
     metric,
     subject,
     unit,
     statistic,
     {"baseline", "the statistic over all replicates"},
     {"at_low", "with the input held at its P10"},
     {"at_high", "with the input held at its P90"},
     {"low", "its P10 in words"},
     {"high", "its P90 in words"},
     {"rank_correlation", "of input and outcome, all other inputs accounted for, -1 to 1"}}};

const View push_downs{"push_downs",
                      "The parts of foreign queries, where they run and why.",
                      {run_id,
                       {"consumer", "whose query it is"},
                       {"query", "its SQL"},
                       {"part", "scan, where, join, aggregate, sort, limit"},
                       {"shipped", "1: runs on the remote server"},
                       {"reason", "why"},
                       {"rows", "that cross the wire per execution"},
                       {"bytes", "that cross the wire per execution"}}};

const View accuracy{"accuracy",
                    "Predictions beside measurements on real servers; belongs to no run.",
                    {{"meshplan_version", "that predicted"},
                     {"created_at", "epoch seconds"},
                     {"workload", "the measured scenario"},
                     {"postgres", "major version of the server"},
                     {"quantity", "what was predicted"},
                     {"subject", "of which node, slot or table"},
                     {"unit", "bytes, s, count"},
                     {"predicted", "by meshplan"},
                     {"measured", "on the server"},
                     {"error", "predicted / measured - 1"},
                     {"straight_line", "what a line through the first quarter says"},
                     {"straight_line_error", "its error"},
                     {"spreadsheet", "what rows times width says"},
                     {"spreadsheet_error", "its error"},
                     {"target", "allowed error, a share"}}};

constexpr ViewColumn study_id{"study_id", "the solve or sweep"};
constexpr ViewColumn number{"number", "of the point; shards keep the numbers of the whole sweep"};
constexpr ViewColumn point_label{"label", "solved, one step beyond …; empty in a sweep"};

const View studies{"studies",
                   "One row per solve or sweep.",
                   {study_id,
                    {"kind", "solve or sweep"},
                    {"created_at", "when it was made, epoch seconds"},
                    {"host", "where it was made"},
                    {"scenario_name", "its `name:`"},
                    {"scenario_file", "as given on the command line"},
                    {"scenario_hash", "SHA-256 of its text, included files and overrides, hex"},
                    {"meshplan_version", "that made it"},
                    {"arguments", "what was varied"},
                    {"seed", "decides every draw"},
                    {"replicates", "of each point"},
                    {"horizon", "simulated time, seconds"},
                    {"points_wanted", "more than there are in a shard"},
                    {"interrupted", "1: stopped before it was finished"},
                    {"ok", "1: solved, or every point meets every objective"},
                    {"headline", "the answer in a sentence"},
                    {"cause", "which objective limits it, and where"},
                    {"next_step", "what to do with it"}}};

const View study_settings{"study_settings",
                          "What was varied: one row per point and path.",
                          {study_id,
                           number,
                           point_label,
                           {"path", "in the scenario"},
                           {"text", "value as the scenario spells it"},
                           {"value", "in bytes, seconds, 1/s or shares; NULL: no number"}}};

const View study_outcomes{"study_outcomes", "Outcomes of every point, over its replicates.",
                          with_distribution({study_id,
                                             number,
                                             point_label,
                                             {"replicates", "that were finished"},
                                             metric,
                                             subject,
                                             unit})};

const View study_objectives{"study_objectives",
                            "Objectives at every point.",
                            {study_id,
                             number,
                             point_label,
                             {"text", "as written in the scenario"},
                             metric,
                             subject,
                             unit,
                             {"at", "gated percentile or max"},
                             {"value", "gated percentile or probability; NULL: not reached"},
                             {"value_low", "95 % interval of its Monte Carlo error"},
                             {"value_high", "95 % interval"},
                             {"threshold", "in the unit, or a probability"},
                             {"met", "1 or 0"}}};

const View study_figures{
    "study_figures",
    "Figures that the answer names.",
    {study_id,
     {"name",
      "solved_smallest, solved_largest, edge (of one objective), response (share that "
      "misses at a value), replicates_simulated"},
     {"subject", "the path or the objective"},
     {"unit", "bytes, s, 1/s, ratio or count; empty for plain numbers"},
     {"value", "NULL: beyond the range"},
     {"value_low", "95 % interval of its Monte Carlo error"},
     {"value_high", "95 % interval"},
     {"text", "as printed; of a response: the value it belongs to"}}};

}  // namespace

const std::vector<View>& views() {
  static const std::vector<View> all{
      runs,        outcomes,       outcome_values, series,           volumes,
      slots,       bloat,          transfers,      traces,           pieces,
      events,      objectives,     assumptions,    thresholds,       incidents,
      comparisons, alerts,         influences,     push_downs,       accuracy,
      studies,     study_settings, study_outcomes, study_objectives, study_figures};
  return all;
}

std::string views_as_markdown() {
  std::string page;
  for (const View& view : views()) {
    page +=
        fmt::format("### {}\n\n{}\n\n| Column | Meaning |\n|:--|:--|\n", view.name, view.meaning);
    for (const ViewColumn& column : view.columns)
      page += fmt::format("| `{}` | {} |\n", column.name, column.meaning);
    page += "\n";
  }
  return page;
}

std::string datasette_metadata() {
  nlohmann::ordered_json tables;
  for (const View& view : views()) {
    nlohmann::ordered_json columns;
    for (const ViewColumn& column : view.columns) columns[column.name] = column.meaning;
    tables[view.name] = {{"description", view.meaning}, {"columns", std::move(columns)}};
  }
  for (const char* table : table_names()) tables[table] = {{"hidden", true}};
  nlohmann::ordered_json metadata{
      {"title", "meshplan results"},
      {"description", "Simulated runs of PostgreSQL data meshes. Sizes are bytes, times seconds."}};
  metadata["databases"]["meshplan"] = {
      {"tables", std::move(tables)},
      {"queries",
       {{"outage_tolerance",
         {{"title", "How long may a consumer be down?"},
          {"sql",
           "SELECT run_id, subject AS slot, p5 / 3600 AS p5_hours, p50 / 3600 AS p50_hours FROM "
           "outcomes WHERE metric = 'outage_tolerance'"}}},
        {"full_disks",
         {{"title", "Which disks fill up, and when?"},
          {"sql",
           "SELECT run_id, subject AS volume, probability, p5 / 86400 AS p5_days FROM outcomes "
           "WHERE metric = 'time_to_disk_full' AND probability > 0 ORDER BY probability DESC"}}}}}};
  return metadata.dump(2) + "\n";
}

}  // namespace store
