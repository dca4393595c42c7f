#include "tests/accuracy/prediction.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "models/simulate.hpp"

namespace accuracy {

std::map<Quantity, double> predict(const models::Mesh& mesh) {
  constexpr std::uint64_t seed = 1, replicates = 31;
  constexpr double never = std::numeric_limits<double>::infinity();  // later than any time
  models::Mesh exact = mesh;  // the error is what is being found out
  for (models::Node& node : exact.nodes) node.model_error = {};
  const models::Model model{exact};
  std::vector<std::vector<double>> values(model.outcomes().size());
  for (std::uint64_t i = 0; i < replicates; ++i) {
    const auto outcomes = model.simulate(seed, i).outcomes;
    for (std::size_t k = 0; k < outcomes.size(); ++k)
      values[k].push_back(std::isnan(outcomes[k]) ? never : outcomes[k]);
  }
  std::map<Quantity, double> medians;
  for (std::size_t k = 0; k < values.size(); ++k) {
    const auto middle = values[k].begin() + replicates / 2;
    std::nth_element(values[k].begin(), middle, values[k].end());
    const models::OutcomeKey& key = model.outcomes()[k];
    medians[{key.metric, key.subject}] =
        *middle == never ? std::numeric_limits<double>::quiet_NaN() : *middle;
  }
  return medians;
}

}  // namespace accuracy
