#include "tests/accuracy/recording.hpp"

#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/harness/play.hpp"

namespace accuracy {
namespace {

using harness::HarnessError;
using harness::Quantity;
using nlohmann::json;

std::string table_text(const harness::Rows& rows) {
  std::string text;
  for (const harness::Row& row : rows) {
    text += fmt::format("{:36}", row[0].value_or(""));
    for (std::size_t i = 1; i < row.size(); ++i)
      text += fmt::format(" {:>12}", row[i].value_or(""));
    text += '\n';
  }
  return text;
}

/// What the WAL of the loaded server is made of, by record type, and whose pages it holds in full.
std::string wal_statistics(const harness::Stage& stage, const std::string& from) {
  constexpr const char* types =
      "SELECT \"resource_manager/record_type\", count, record_size, fpi_size"
      " FROM pg_get_wal_stats('{0}', '{1}', true) WHERE count > 0 ORDER BY 3 + 4 DESC";
  constexpr const char* images =
      "SELECT coalesce(c.relname, r.relation) || ' ' || r.fork, count(*), count(DISTINCT block)"
      " FROM (SELECT m[1] AS relation, m[2] AS node, m[3] AS fork, m[4] AS block"
      "  FROM pg_get_wal_records_info('{0}', '{1}') w, LATERAL regexp_matches(w.block_ref,"
      "  'rel (\\d+/\\d+/(\\d+)) fork (\\w+) blk (\\d+)[^#]*FPW', 'g') m) r"
      " LEFT JOIN pg_class c ON pg_relation_filenode(c.oid)::text = r.node"
      " GROUP BY 1 ORDER BY 2 DESC";
  try {
    harness::Connection session = stage.cluster(0).connect(stage.mesh().databases.front().name);
    const std::string to = session.value("SELECT pg_current_wal_flush_lsn()");
    session.execute("CREATE EXTENSION pg_walinspect");
    return table_text(session.execute(fmt::format(fmt::runtime(types), from, to))) + '\n' +
           table_text(session.execute(fmt::format(fmt::runtime(images), from, to)));
  } catch (const std::exception& error) {
    return error.what();  // server or segments are gone by then: statistics are an extra
  }
}

Recording play_once(const models::Mesh& mesh) {
  harness::Stage stage{mesh};
  stage.settle();
  const std::string from = stage.cluster(0).connect().value("SELECT pg_current_wal_insert_lsn()");
  const harness::Measurement measurement = harness::play(stage);
  return {measurement.outcomes, measurement.series, wal_statistics(stage, from),
          harness::describe(measurement)};
}

json to_json(const Recording& recording) {
  json outcomes = json::array(), series = json::array();
  for (const auto& [key, value] : recording.outcomes)
    outcomes.push_back({key.name, key.subject, value});
  for (const auto& [key, samples] : recording.series)
    series.push_back({key.name, key.subject, samples});
  return {{"outcomes", outcomes},
          {"series", series},
          {"wal_statistics", recording.wal_statistics},
          {"description", recording.description}};
}

double number(const json& value) {  // JSON writes NaN as null
  return value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>();
}

Recording from_json(const json& object) {
  Recording recording;
  for (const json& line : object.at("outcomes"))
    recording.outcomes[{line[0], line[1]}] = number(line[2]);
  for (const json& line : object.at("series"))
    for (const json& sample : line[2])
      recording.series[{line[0], line[1]}].emplace_back(number(sample[0]), number(sample[1]));
  recording.wal_statistics = object.at("wal_statistics");
  recording.description = object.at("description");
  return recording;
}

}  // namespace

const harness::Series* Recording::find(const std::string& name, const std::string& subject) const {
  const auto found = series.find({name, subject});
  return found == series.end() || found->second.empty() ? nullptr : &found->second;
}

std::optional<double> Recording::outcome(const Quantity& quantity) const {
  const auto found = outcomes.find(quantity);
  return found == outcomes.end() ? std::nullopt : std::optional{found->second};
}

Recording record(const models::Mesh& mesh) {
  return harness::again_when_slow([&mesh] { return play_once(mesh); });
}

std::filesystem::path recordings_of(std::filesystem::path name) { return name += ".runs.json"; }

std::vector<Recording> read_recordings(const std::filesystem::path& file, const std::string& hash) {
  std::ifstream input{file};
  if (!input) return {};
  try {
    const json content = json::parse(input);
    std::vector<Recording> recordings;
    if (content.at("scenario_hash") != hash) return {};
    for (const json& run : content.at("runs")) recordings.push_back(from_json(run));
    return recordings;
  } catch (const json::exception& error) {
    throw HarnessError(fmt::format("{}: {}", file.string(), error.what()));
  }
}

void write_recordings(const std::filesystem::path& file, const std::string& hash,
                      const std::vector<Recording>& recordings) {
  json runs = json::array();
  for (const Recording& recording : recordings) runs.push_back(to_json(recording));
  std::filesystem::path unfinished = file;
  unfinished += ".unfinished";
  {
    std::ofstream output{unfinished};
    output << json{{"scenario_hash", hash}, {"runs", runs}};
    if (!output.flush()) throw HarnessError("cannot write " + unfinished.string());
  }
  std::filesystem::rename(unfinished, file);
}

}  // namespace accuracy
