#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "models/mesh.hpp"
#include "models/provisioning.hpp"

/// Scenario files: YAML with DDL and SQL inside, checked and turned into models::Mesh.
/// Every key is described in scenarios/README.md and by schema_json().
namespace scenario {

/// One thing wrong with a scenario, ready to be shown.
struct Problem {
  std::string file;     // as the user named it, the included DDL file, or `--set`
  int line = 0;         // 1-based; 0 when the file as a whole is meant
  int column = 0;       // 1-based, in characters
  std::string message;  // max_wal_size: '4GiB' is not an amount of memory
  std::string excerpt;  // the source line (cut around the column when very long)
  int caret = 0;        // 1-based byte of the excerpt that the caret stands below; 0: no excerpt
  std::string hint;     // what to write instead; may be empty
};

/// A scenario that cannot be used. Carries every problem found (the first 100), in file order;
/// what() is all of them formatted for a terminal.
class ScenarioError : public std::runtime_error {
 public:
  explicit ScenarioError(std::vector<Problem> problems, bool more = false);
  const std::vector<Problem>& problems() const { return problems_; }

 private:
  std::vector<Problem> problems_;
};

/// How bad a hazard is.
///   error    PostgreSQL refuses this, or gives wrong answers
///   warning  works until something happens that does happen
///   notice   worth knowing
enum class Severity { error, warning, notice };

/// Something a user should know although the scenario can run: a hazard, or DDL that was passed
/// over.
struct Notice {
  std::string id;  // stable name of a hazard (slot_without_cap …); `ddl` for what the DDL reader
                   // passed over
  std::string text;  // one sentence
  std::string hint;  // what to do about it; may be empty
  Severity severity = Severity::notice;
  models::Place place = {};  // file empty: the mesh as a whole
};

/// Products shared by another mechanism than the scenario's; see tools/scenario/translate.hpp.
struct Translation {
  models::Mechanism mechanism = models::Mechanism::event;
  std::vector<std::string> products = {};  // empty: all
  bool keep_hardware = true;  // a vanished node's cores and memory are added to the host
};

struct Options {
  std::vector<std::string> overrides =
      {};  // `--set` arguments, path=value, applied in order before the file is read
  std::optional<Translation> translation = {};
};

struct Loaded {
  models::Mesh mesh;
  models::Provisioning provisioning;
  std::string file;  // as given
  std::string text;  // of the scenario file
  std::string hash;  // SHA-256 (hex) of text, overrides and the DDL files it includes
  std::optional<std::uint64_t> seed;
  std::optional<std::uint64_t> replicates;
  std::vector<Notice> notices;
  std::vector<std::string> rules;  // what a translation did, one sentence each
};

/// Reads a scenario file. DDL files are looked up beside it.
/// Throws ScenarioError: with every problem of the content, or when a file cannot be read.
Loaded load_file(const std::string& path, const Options& options = {});

/// The same for text in memory; `file` names it in messages and says where DDL files are.
Loaded load_text(std::string text, const std::string& file, const Options& options = {});

/// What `meshplan check` looks for; ids are stable.
struct LintRule {
  std::string_view id;
  Severity severity;
  std::string_view about;  // the hazard in a few words
};
const std::vector<LintRule>& lint_rules();
std::string_view name(Severity severity);            // error, warning, notice
std::string_view name(models::Mechanism mechanism);  // event, federated, databases, logical

/// Hazards of a mesh that can run, each by one of lint_rules(). Called by load_file; again after a
/// what-if edit.
std::vector<Notice> lint(const models::Mesh& mesh);

/// JSON Schema (draft 2020-12) of the scenario format, made from the tables that the loader checks
/// against.
std::string schema_json();

/// The tables of scenarios/README.md: every key with type, default and meaning; from the same
/// tables.
std::string reference_markdown();

/// Commented scenarios to start from, for `meshplan init --preset NAME FILE`; each loads as it is.
struct Preset {
  std::string_view name;
  std::string_view about;  // one line
  std::string_view text;
};
const std::vector<Preset>& presets();
const Preset* preset(std::string_view name);  // null when there is none of that name

}  // namespace scenario
