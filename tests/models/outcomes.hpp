#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "models/simulate.hpp"

namespace models {

/// Outcomes of one replicate, by "metric subject".
inline std::map<std::string, double> outcomes(const Mesh& mesh, std::uint64_t replicate = 0,
                                              Observer* observer = nullptr) {
  const Model model{mesh};
  const auto values = model.simulate(7, replicate, observer).outcomes;
  std::map<std::string, double> named;
  for (std::size_t i = 0; i < values.size(); ++i)
    named[model.outcomes()[i].metric + " " + model.outcomes()[i].subject] = values[i];
  return named;
}

}  // namespace models
