#pragma once

#include "tools/plan/remedy.hpp"
#include "tools/plan/results.hpp"

namespace plan {

/// What the results mean, in words a DBA can act on: what fails and when, who owns the bytes at
/// that moment, and what to set. Every figure stands in the outcomes or follows from them and the
/// mesh (tools/plan/remedy.hpp).
///
/// Takes     results  with outcomes, traces and objectives filled in
///           remedy   the cap to set, tried out; null when there is none to propose
/// Returns   ok when every objective is met and nothing fails that no met objective speaks of
Verdict verdict(const models::Mesh& mesh, const Results& results, const Remedy* remedy);

}  // namespace plan
