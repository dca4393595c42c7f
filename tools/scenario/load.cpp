#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "tools/scenario/expand.hpp"
#include "tools/scenario/lint.hpp"
#include "tools/scenario/loading.hpp"
#include "tools/scenario/overrides.hpp"
#include "tools/scenario/sha256.hpp"
#include "tools/scenario/time_zone.hpp"
#include "tools/scenario/translate.hpp"

namespace scenario {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t default_start = 1'767'571'200;  // 2026-01-05 00:00, a Monday

std::string directory_of(const std::string& file) {
  const std::size_t slash = file.rfind('/');
  return slash == std::string::npos ? std::string{} : file.substr(0, slash + 1);
}

void load_times(Loading& loading, const Section& root) {
  models::Mesh& mesh = loading.mesh;
  std::int64_t local = default_start;
  if (const auto start = root.word("start")) {
    const Reading<std::int64_t> read = read_timestamp(start->text);
    if (!read.value) root.problem_at("start", read.wrong, read.hint);
    local = read.value.value_or(local);
  }
  mesh.timezone = root.text("timezone").value_or("UTC");
  const Reading<sim::Duration> offset = read_time_zone(mesh.timezone, local);
  if (!offset.value) root.problem_at("timezone", offset.wrong, offset.hint);
  loading.utc_offset = offset.value.value_or(0s);
  mesh.start = local - std::chrono::duration_cast<std::chrono::seconds>(loading.utc_offset).count();
  mesh.horizon = root.duration("horizon").value_or(24h * 30);
  if (mesh.timezone != "UTC" && mesh.horizon > 24h)
    mesh.assumptions.push_back(fmt::format(
        "times of day in {}: the offset of the start day holds throughout, clocks are not changed",
        mesh.timezone));
}

/// Texts are counted by their length, so that no two inputs run together to the same bytes.
std::string hash_of(const std::string& text, const Options& options,
                    const std::vector<std::string>& included) {
  std::string all;
  const auto add = [&](const std::string& part) {
    all += fmt::format("{}:{}\n", part.size(), part);
  };
  add(text);
  for (const std::string& part : options.overrides) add("--set " + part);
  if (options.translation) {
    add(fmt::format("mechanism {} {}", name(options.translation->mechanism),
                    options.translation->keep_hardware));
    for (const std::string& product : options.translation->products) add("product " + product);
  }
  for (const std::string& part : included) add(part);
  return sha256(all);
}

}  // namespace

Loaded load_text(std::string text, const std::string& file, const Options& options) {
  Problems problems;
  Loaded loaded;
  loaded.file = file;
  const int source = problems.add_source(file, text);
  Node tree = parse_yaml(source, problems);
  Overrides overrides{options.overrides, problems};
  overrides.apply(tree, root_object(), problems, false);
  expand(tree, root_object(), problems);
  overrides.apply(tree, root_object(), problems, true);
  if (options.translation) {
    const Loaded as_it_is = load_text(text, file, {.overrides = options.overrides});
    loaded.rules =
        translate(tree, as_it_is.mesh, as_it_is.provisioning, *options.translation, problems);
  }

  Loading loading{problems, loaded.mesh, directory_of(file)};
  const Section root{problems, loaded.mesh, tree, root_object(), "", {source, 1, 1}};
  loaded.mesh.name = root.text("name").value_or("");
  root.text("description");
  root.whole("meshplan");
  if (const auto seed = root.whole("seed"))
    loaded.seed = static_cast<std::uint64_t>(std::max<std::int64_t>(*seed, 0));
  if (const auto replicates = root.whole("replicates"))
    loaded.replicates = static_cast<std::uint64_t>(std::max<std::int64_t>(*replicates, 1));
  load_times(loading, root);
  load_nodes(loading, root);
  load_profiles(loading, root);
  load_domains(loading, root);
  load_domain_provisioning(loading);
  load_workloads(loading);
  load_products(loading, root);
  load_incidents(loading, root);
  load_objectives(loading, root);
  problems.throw_if_any();

  assume_columns(loading);
  loaded.provisioning = std::move(loading.provisioning);
  loaded.notices = std::move(loading.notices);
  Findings provisioning;
  lint_provisioning(loaded.mesh, loaded.provisioning, provisioning);
  for (Notice& notice : provisioning.take()) loaded.notices.push_back(std::move(notice));
  const std::vector<Notice> hazards = lint(loaded.mesh);
  loaded.notices.insert(loaded.notices.end(), hazards.begin(), hazards.end());
  loaded.hash = hash_of(text, options, loading.included);
  loaded.text = std::move(text);
  return loaded;
}

Loaded load_file(const std::string& path, const Options& options) {
  return load_text(read_bounded(path), path, options);
}

}  // namespace scenario
