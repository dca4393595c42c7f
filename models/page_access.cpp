#include "models/page_access.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>

#include "sim/math.hpp"

namespace models {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr std::size_t most_classes = 32;
constexpr double dealt_rows = 200'000;  // ranks dealt out one by one; the rest enter as a mean
constexpr double most_pages = 50'000;   // slices of a clustered relation

/// Weight of ranks from..to (1-based, fractional) under weight rank^-s, by the Euler-Maclaurin
/// integral.
double zipf_weight(double s, double from, double to) {
  const auto power_integral = [s](double x) {
    return std::abs(s - 1) < 1e-9 ? sim::log(x) : sim::pow(x, 1 - s) / (1 - s);
  };
  return power_integral(to + 0.5) - power_integral(from - 0.5);
}

double normal_weight(double sigma, double from, double to) {  // shares of the key range, centre 0.5
  return sim::normal_cdf((to - 0.5) / sigma) - sim::normal_cdf((from - 0.5) / sigma);
}

/// Weight of the ranks from..to (0-based, exclusive end) of `rows`; not normalised.
double weight(const DrawnAccess& access, double rows, double from, double to) {
  switch (access.kind) {
    case Access::Kind::uniform:
      return to - from;
    case Access::Kind::recent: {  // rank 0 is the newest row
      const double newest = access.share * rows;
      return std::max(0.0, std::min(to, newest) - std::min(from, newest));
    }
    case Access::Kind::zipf:
      return zipf_weight(access.exponent, from + 1, to);
    case Access::Kind::gaussian:
      return normal_weight(access.share, from / rows, to / rows);
  }
  return 0;
}

/// Pages of one weight.
struct Weighed {
  double weight = 0;
  double pages = 0;
};

/// Merges pages into classes of similar weight; the coldest pages, with a millionth of the touches,
/// are one class.
std::vector<PageClass> classify(std::vector<Weighed> weighed) {
  constexpr double cold = 1e-6;
  std::sort(weighed.begin(), weighed.end(),
            [](const Weighed& a, const Weighed& b) { return a.weight > b.weight; });
  double total = 0, pages = 0;
  for (const Weighed& w : weighed) {
    total += w.weight * w.pages;
    pages += w.pages;
  }
  std::vector<PageClass> classes;
  // A class ends where a page weighs less than 1/ratio of its heaviest; the ratio widens until the
  // classes fit.
  for (double ratio = 1.15;; ratio *= 1.1) {
    classes.clear();
    double top = 0, left = total;
    for (const Weighed& w : weighed) {
      const bool tail = left < cold * total;
      if (classes.empty() || (tail ? top > 0 : w.weight * ratio < top)) {
        classes.emplace_back();
        top = tail ? 0 : w.weight;
      }
      classes.back().pages += w.pages / pages;
      classes.back().touches += w.weight * w.pages / total;
      left -= w.weight * w.pages;
    }
    if (classes.size() <= most_classes) return classes;
  }
}

std::vector<PageClass> clustered(const DrawnAccess& access, double rows, double pages) {
  const double parts = std::min(pages, most_pages);
  std::vector<Weighed> weighed;
  for (double i = 0; i + 0.5 < parts; i += 1)
    weighed.push_back({weight(access, rows, rows * i / parts, rows * (i + 1) / parts), 1});
  return classify(std::move(weighed));
}

std::vector<PageClass> scattered(const DrawnAccess& access, double rows, double pages) {
  // Zipf keeps its absolute ranks; the other patterns look the same on a scaled-down relation.
  if (access.kind != Access::Kind::zipf && rows > dealt_rows) {
    pages = std::max(2.0, std::floor(pages * dealt_rows / rows));
    rows = dealt_rows;
  }
  const double dealt = std::min(rows, dealt_rows);
  std::vector<std::pair<std::uint64_t, double>> rows_on_pages;
  rows_on_pages.reserve(static_cast<std::size_t>(dealt) + 1);
  std::uint64_t state = 0x9E3779B97F4A7C15ULL;
  for (double rank = 0; rank + 0.5 < dealt; rank += 1) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    const auto page = static_cast<std::uint64_t>(
        (static_cast<Wide>(state) * static_cast<std::uint64_t>(pages)) >> 64);
    rows_on_pages.emplace_back(page, weight(access, rows, rank, rank + 1));
  }
  std::sort(rows_on_pages.begin(), rows_on_pages.end());
  const double background = rows > dealt ? weight(access, rows, dealt, rows) / pages : 0;
  std::vector<Weighed> weighed;
  for (std::size_t i = 0; i < rows_on_pages.size();) {
    const std::uint64_t page = rows_on_pages[i].first;
    double sum = background;
    for (; i < rows_on_pages.size() && rows_on_pages[i].first == page; ++i)
      sum += rows_on_pages[i].second;
    weighed.push_back({sum, 1});
  }
  const double others = pages - static_cast<double>(weighed.size());
  if (others >= 1) weighed.push_back({background, others});
  return classify(std::move(weighed));
}

}  // namespace

std::vector<PageClass> page_classes(const DrawnAccess& access, double rows, double pages) {
  if (access.kind == Access::Kind::uniform || pages <= 1 || rows <= 1) return {{1, 1}};
  if (access.kind == Access::Kind::recent && access.share >= 1) return {{1, 1}};
  if (access.kind == Access::Kind::recent && access.keys == Access::Keys::clustered)
    return {{access.share, 1}, {1 - access.share, 0}};
  return access.keys == Access::Keys::clustered ? clustered(access, rows, pages)
                                                : scattered(access, rows, pages);
}

std::vector<PageClass> mixed_classes(const std::vector<PageClass>& first,
                                     const std::vector<PageClass>& second, double share) {
  if (share <= 0 || first == second) return first;
  std::vector<Weighed> weighed;
  for (const PageClass& a : first)
    for (const PageClass& b : second) {
      if (a.pages <= 0 || b.pages <= 0) continue;
      const double weight = (1 - share) * a.touches / a.pages + share * b.touches / b.pages;
      weighed.push_back({weight, a.pages * b.pages});
    }
  return classify(std::move(weighed));
}

}  // namespace models
