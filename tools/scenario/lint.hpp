#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/mesh.hpp"
#include "tools/scenario/scenario.hpp"

/// Lint rules: hazards of a mesh that loads. A rule is one entry of lint_rules() (lint.cpp), whose
/// id never changes, and one call of Findings::add where the hazard is found. Rules are grouped by
/// subject, one file lint_SUBJECT.cpp with one function each, called by lint().
namespace scenario {

class Findings {
 public:
  /// `id` is one of lint_rules(), which gives the severity; `text` is one sentence that names what
  /// is affected, `hint` the fix.
  void add(std::string_view id, const models::Place& place, std::string text, std::string hint);
  std::vector<Notice> take() { return std::move(notices_); }

 private:
  std::vector<Notice> notices_;
};

void lint_federation(const models::Mesh& mesh, Findings& findings);
void lint_replication(const models::Mesh& mesh, Findings& findings);
/// What provisioning would meet: roles, row security, connections, hazards in the DDL's own SQL.
void lint_provisioning(const models::Mesh& mesh, const models::Provisioning& provisioning,
                       Findings& findings);

}  // namespace scenario
