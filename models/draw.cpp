#include "models/simulate.hpp"
#include "sim/rng.hpp"

namespace models {
namespace {

/// Keeps a parameter's draw apart from the streams that a simulation takes for its nodes and links
/// by name.
constexpr std::uint64_t parameter_purpose = sim::stable_hash("parameter");

}  // namespace

double draw_value(const Distribution& d, sim::Rng& rng) {
  switch (d.kind) {
    case Distribution::Kind::fixed:
      return d.a;
    case Distribution::Kind::uniform:
      return rng.uniform(d.a, d.b);
    case Distribution::Kind::lognormal:
      return rng.lognormal({.p10 = d.a, .p50 = d.b, .p90 = d.c});
    case Distribution::Kind::exponential:
      return rng.exponential(d.a);
  }
  return d.a;
}

Draws draw(const Mesh& mesh, std::uint64_t seed, std::uint64_t replicate) {
  const sim::Streams streams{seed, replicate};
  Draws draws;
  draws.values.reserve(mesh.parameters.size());
  for (const Parameter& parameter : mesh.parameters) {
    sim::Rng rng = streams.named(parameter.name, parameter_purpose);
    draws.values.push_back(draw_value(parameter.distribution, rng));
  }
  return draws;
}

}  // namespace models
