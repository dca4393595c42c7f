#pragma once

#include <string>

#include "tools/plan/results.hpp"
#include "tools/report/text.hpp"

namespace report {

/// Whether the comparisons are those of `compare --mechanisms`.
bool has_matrix(const plan::Results& results);

/// The matrix of `compare --mechanisms`: recommendations, a column per mechanism, and what was done
/// to the scenario for each.
std::string matrix_text(const plan::Results& results, const TextOptions& options);
std::string matrix_markdown(const plan::Results& results);

/// A figure of the matrix without its difference: "11.7 h", "582 EUR".
std::string matrix_figure(const plan::Comparison& cell, double horizon);

}  // namespace report
