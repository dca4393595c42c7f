#pragma once

#include <string>
#include <vector>

#include "tools/scenario/problems.hpp"
#include "tools/scenario/yaml_document.hpp"
#include "tools/sql/problem.hpp"
#include "tools/sql/source.hpp"

namespace scenario {

/// The SQL texts of a scenario. Each is parsed under a number in place of a file name, so that
/// every position that comes back finds its way to the user's own line, through YAML's blocks,
/// folded lines and quotes.
class SqlTexts {
 public:
  /// SQL that is a scalar of the scenario. The node must outlive this object.
  /// `prefix` stands before it for the parser only (one line).
  sql::Source add(const Node& scalar, const std::string& prefix = {});

  /// SQL of a file that was added to the problems as `source`.
  sql::Source add_file(int source, const Problems& problems);

  /// Where line and column (from 1, in characters) of a text added here stand.
  Mark place(const Problems& problems, const std::string& file, int line, int column) const;

  /// Adds what the SQL reader found; warnings and notices go to `notices`.
  void report(const std::vector<sql::Problem>& found, Problems& problems,
              std::vector<Notice>& notices) const;

  /// The name of the file a text stands in, for models::Statement::file.
  const std::string& file_name(const Problems& problems, const std::string& file) const;

 private:
  struct Text {
    const Node* scalar = nullptr;  // of a file: null
    int source = 0;
    int prefix = 0;  // characters on line 1 that the user did not write
  };
  const Text& text(const std::string& file) const;
  std::vector<Text> texts_;
};

}  // namespace scenario
