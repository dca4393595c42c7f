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

/// What the WAL of the loaded server is made of, by record type. Only Debian's 15 brings the tool.
std::string wal_statistics(const harness::Stage& stage, const std::string& from) {
  const harness::Cluster& cluster = stage.cluster(0);
  const auto tool = harness::postgres_binaries(cluster.options().postgres) / "pg_waldump";
  if (!std::filesystem::exists(tool)) return "";
  try {
    return harness::run(
        {tool, "--stats=record", "--quiet", "-p", cluster.wal_directory(), "-s", from});
  } catch (const HarnessError& error) {
    return error.what();  // segments are gone by then: statistics are an extra
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
  constexpr int tries = 3;
  for (int i = 1;; ++i) {
    try {
      return play_once(mesh);
    } catch (const harness::SlowMachine& slow) {
      if (i == tries) throw;
      fmt::print(stderr, "{}; once more\n", slow.what());
    }
  }
}

std::filesystem::path recordings_of(const std::filesystem::path& scenario) {
  std::filesystem::path file = scenario;
  return file.replace_extension(".runs.json");
}

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
