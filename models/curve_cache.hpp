#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <tuple>
#include <vector>

#include "models/leaf_curve.hpp"
#include "models/page_access.hpp"
#include "models/update_curve.hpp"

namespace models {

/// Curves and page classes that replicates share. What is stored depends on the key only, never on
/// who asked first, so that threads do not change results; drawn numbers are rounded (2 %, 1/64) to
/// keep the number of keys small.
class CurveCache {
 public:
  std::shared_ptr<const UpdateCurve> updates(UpdateCurve::Shape shape);
  std::shared_ptr<const LeafCurve> leaves(LeafCurve::Shape shape);
  std::vector<PageClass> classes(const DrawnAccess& access, double rows, double pages);

 private:
  using UpdateKey = std::tuple<int, int, int, int, double, double, double, double, double, bool,
                               UpdateCurve::Past>;
  using LeafKey =
      std::tuple<double, double, double, double, double, double, double, double, double, int>;
  using ClassKey = std::tuple<int, int, double, double, double, double>;

  std::mutex mutex_;
  std::map<UpdateKey, std::shared_ptr<const UpdateCurve>> updates_;
  std::map<LeafKey, std::shared_ptr<const LeafCurve>> leaves_;
  std::map<ClassKey, std::vector<PageClass>> classes_;
};

}  // namespace models
