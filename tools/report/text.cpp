#include "tools/report/text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "tools/plan/federation.hpp"
#include "tools/plan/words.hpp"
#include "tools/report/headline.hpp"
#include "tools/report/table.hpp"

namespace report {
namespace {

class Page {
 public:
  Page(const plan::Results& results, const TextOptions& options)
      : r_{results}, options_{options}, width_{std::max<std::size_t>(options.width, 40)} {}

  std::string write() {
    line(fmt::format("{}: {} replicates over {}, seed {}", r_.scenario_name, r_.replicates,
                     plan::duration_in_words(r_.horizon), r_.seed));
    line("");
    verdict();
    table();
    trajectory();
    objectives();
    if (const std::string text = plan::federation_in_words(r_); !text.empty())
      paragraph("Federation", text);
    paragraph("How sure", how_sure(r_));
    if (!r_.assumptions.empty())
      paragraph(
          "Assumptions",
          fmt::format("{}, listed with their sources in the JSON (--format json) and in the view "
                      "`assumptions` of the results file.",
                      r_.assumptions.size()));
    return std::move(out_);
  }

 private:
  void line(std::string_view text) {
    out_ += text;
    out_ += '\n';
  }

  enum class Tone { bold, good, bad, faint };
  std::string tone(Tone tone, const std::string& text) const {
    if (!options_.color) return text;
    constexpr std::string_view codes[] = {"1", "1;32", "1;31", "2"};
    return fmt::format("\x1b[{}m{}\x1b[0m", codes[static_cast<std::size_t>(tone)], text);
  }

  std::string mark(bool good) const {
    if (options_.utf8) return tone(good ? Tone::good : Tone::bad, good ? "✓" : "✗");
    return tone(good ? Tone::good : Tone::bad, good ? "ok  " : "FAIL");
  }

  /// A title, and text beside it that is wrapped to the width.
  void paragraph(const std::string& title, const std::string& text) {
    constexpr std::size_t indent = 13;
    bool first = true;
    for (const std::string& part : wrap(text, width_ - indent)) {
      line((first ? tone(Tone::bold, title) + std::string(indent - title.size(), ' ')
                  : std::string(indent, ' ')) +
           part);
      first = false;
    }
  }

  /// A mark, and text beside it that is wrapped to the width.
  void marked(std::size_t margin, bool good, const std::string& text, bool bold) {
    const std::size_t indent = margin + (options_.utf8 ? 2 : 5);
    bool first = true;
    for (const std::string& part : wrap(text, width_ - indent)) {
      line((first ? std::string(margin, ' ') + mark(good) + " " : std::string(indent, ' ')) +
           (bold ? tone(Tone::bold, part) : part));
      first = false;
    }
  }

  void verdict() {
    marked(0, r_.verdict.ok, r_.verdict.headline, true);
    line("");
    paragraph(r_.verdict.ok ? "Owner" : "Cause", r_.verdict.cause);
    paragraph("Next step", r_.verdict.next_step);
    line("");
  }

  void table() {
    Table table{figure_names(), {}};
    std::string metric;
    for (const plan::Outcome* o : headline_outcomes(r_)) {
      if (o->key.metric != metric) table.rows.push_back({metric = o->key.metric, {}});
      table.rows.push_back({"  " + o->key.subject, figures(*o, r_.horizon)});
    }
    if (table.rows.empty() || r_.replicates == 0) return;
    bool header = true;
    for (const std::string& row : table.lines(width_)) {
      line(header ? tone(Tone::faint, row) : row);
      header = false;
    }
    line("");
  }

  /// The fullest volume's bytes over time, P50 and P95.
  void trajectory() {
    if (!options_.utf8) return;
    const plan::Band* fullest = nullptr;
    for (const plan::Band& band : r_.bands)
      if (band.key.quantity == "volume_used" && band.key.owner.empty() &&
          (fullest == nullptr || top(band) > top(*fullest)))
        fullest = &band;
    if (fullest == nullptr || fullest->t.empty()) return;
    const std::size_t columns = std::min<std::size_t>(width_ - 20, 60);
    line(tone(Tone::bold, fmt::format("{}, bytes used over {}", fullest->key.subject,
                                      plan::duration_in_words(r_.horizon))));
    for (const auto& [name, values] :
         {std::pair{"P95", &fullest->p95}, std::pair{"P50", &fullest->p50}})
      line(fmt::format("  {} {} {}", name, sparkline(sampled(*values, columns), top(*fullest)),
                       plan::bytes_in_words(double{values->back()})));
    line("");
  }

  static double top(const plan::Band& band) {
    return band.p95.empty() ? 0 : double{*std::max_element(band.p95.begin(), band.p95.end())};
  }

  static std::vector<double> sampled(const std::vector<float>& values, std::size_t columns) {
    std::vector<double> samples;
    for (std::size_t i = 0; i < columns; ++i)
      samples.push_back(
          double{values[i * (values.size() - 1) / std::max<std::size_t>(columns - 1, 1)]});
    return samples;
  }

  void objectives() {
    if (r_.objectives.empty()) return;
    line(tone(Tone::bold, "Objectives"));
    for (const plan::ObjectiveResult& o : r_.objectives) {
      const auto [asked, found] = in_words(o, r_.horizon);
      marked(2, o.met, fmt::format("{}: {}", asked, found), false);
    }
    line("");
  }

  const plan::Results& r_;
  const TextOptions& options_;
  std::size_t width_;
  std::string out_;
};

}  // namespace

std::string text(const plan::Results& results, const TextOptions& options) {
  return Page{results, options}.write();
}

}  // namespace report
