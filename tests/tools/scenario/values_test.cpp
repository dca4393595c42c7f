#include "tools/scenario/values.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace scenario {
namespace {

using Kind = models::Distribution::Kind;
using namespace std::chrono_literals;

double value(std::string_view text, Unit unit) {
  return read_number(text, unit).value.value_or(std::nan(""));
}

TEST(Numbers, MemoryCountsInMultiplesOf1024AsPostgresDoes) {
  EXPECT_EQ(value("4GB", Unit::bytes), 4.0 * 1024 * 1024 * 1024);
  EXPECT_EQ(value("64kB", Unit::bytes), 65536);
  EXPECT_EQ(value("1.5 MB", Unit::bytes), 1572864);
  EXPECT_EQ(value("0", Unit::bytes), 0);  // nothing is nothing in any unit
}

TEST(Numbers, DurationsAddUp) {
  EXPECT_EQ(value("3d12h", Unit::seconds), 84 * 3600);
  EXPECT_EQ(value("5min", Unit::seconds), 300);
  EXPECT_EQ(value("250ms", Unit::seconds), 0.25);
  EXPECT_EQ(value("1h 30min", Unit::seconds), 5400);
}

TEST(Numbers, RatesArePerSecondMinuteHourOrDay) {
  EXPECT_EQ(value("600/s", Unit::per_second), 600);
  EXPECT_DOUBLE_EQ(value("10/min", Unit::per_second), 10.0 / 60);
  EXPECT_DOUBLE_EQ(value("200/h", Unit::per_second), 200.0 / 3600);
  EXPECT_DOUBLE_EQ(value("5/d", Unit::per_second), 5.0 / 86400);
  EXPECT_EQ(value("20k/s", Unit::per_second), 20000);
}

TEST(Numbers, BandwidthInBitsIsDecimalAndInBytesBinary) {
  EXPECT_EQ(value("1Gbit/s", Unit::bytes_per_second), 125e6);
  EXPECT_EQ(value("100MB/s", Unit::bytes_per_second), 100.0 * 1024 * 1024);
}

TEST(Numbers, CountsAndSharesAndFactors) {
  EXPECT_EQ(value("40M", Unit::count), 40e6);
  EXPECT_EQ(value("2k", Unit::count), 2000);
  EXPECT_EQ(value("1_000_000", Unit::count), 1e6);
  EXPECT_EQ(value("1e6", Unit::count), 1e6);
  EXPECT_EQ(value("5%", Unit::share), 0.05);
  EXPECT_EQ(value("1.07", Unit::factor), 1.07);
}

TEST(Numbers, AMissingUnitIsAnErrorThatSaysHowToWriteIt) {
  const auto memory = read_number("64", Unit::bytes);
  EXPECT_FALSE(memory.value);
  EXPECT_EQ(memory.wrong, "'64' has no unit");
  EXPECT_EQ(
      memory.hint,
      "PostgreSQL writes memory as B, kB, MB, GB or TB (multiples of 1024), for example 64MB");
  EXPECT_FALSE(read_number("600", Unit::per_second).value);
  EXPECT_FALSE(read_number("0.05", Unit::share).value);
  EXPECT_FALSE(read_number("90", Unit::seconds).value);
}

TEST(Numbers, UnitsThatPostgresDoesNotKnowAreErrors) {
  for (const char* text : {"64MiB", "64Mb", "64KB", "GB", "4 G B", "0x10MB", "infMB", "nanMB",
                           "1e400MB", "", "-", "1__0MB", "1_MB"})
    EXPECT_FALSE(read_number(text, Unit::bytes).value) << text;
  for (const char* text : {"5m", "1y", "5 minutes", "1h30", "h", "1h-2min", ".h"})
    EXPECT_FALSE(read_number(text, Unit::seconds).value) << text;
  for (const char* text : {"600/sec", "600/", "/s", "600 s", "1GB/s"})
    EXPECT_FALSE(read_number(text, Unit::per_second).value) << text;
}

TEST(Spreads, RangesAreUniformAndMayNameTheUnitOnce) {
  for (const char* text : {"1GB..4GB", "1..4GB", "1GB .. 4GB"}) {
    const auto read = read_distribution(text, Unit::bytes);
    ASSERT_TRUE(read.value) << text;
    EXPECT_EQ(read.value->kind, Kind::uniform);
    EXPECT_EQ(read.value->a, 0x1p30);
    EXPECT_EQ(read.value->b, 0x1p32);
  }
  EXPECT_FALSE(read_distribution("4GB..1GB", Unit::bytes).value);
  EXPECT_EQ(read_distribution("4GB..4GB", Unit::bytes).value->kind, Kind::fixed);
}

TEST(Spreads, ATildeIsExponentialWithThatMean) {
  const auto read = read_distribution("~5d", Unit::seconds);
  ASSERT_TRUE(read.value);
  EXPECT_EQ(read.value->kind, Kind::exponential);
  EXPECT_EQ(read.value->a, 5 * 86400);
  EXPECT_DOUBLE_EQ(median(*read.value), 5 * 86400 * std::log(2.0));
}

TEST(Spreads, ThreePercentilesAreTakenAsGiven) {
  const auto read = read_percentiles({{10, 600}, {50, 900}, {90, 1500}});
  ASSERT_TRUE(read.value);
  EXPECT_EQ(read.value->kind, Kind::lognormal);
  EXPECT_EQ(read.value->a, 600);
  EXPECT_EQ(read.value->b, 900);
  EXPECT_EQ(read.value->c, 1500);
}

TEST(Spreads, AMissingSideMirrorsTheOtherOnTheLogarithm) {
  const auto read = read_percentiles({{50, 100}, {90, 400}});
  ASSERT_TRUE(read.value);
  EXPECT_DOUBLE_EQ(read.value->a, 25);  // 100 / (400 / 100)
}

TEST(Spreads, AP95IsKeptAsTheP90OfTheSamePiece) {
  // ln(p90 / p50) / ln(p95 / p50) = z90 / z95 = 1.28155 / 1.64485 = 0.779128; 9^0.779128 = 5.53958
  const auto read = read_percentiles({{50, 3600}, {95, 9 * 3600}});
  ASSERT_TRUE(read.value);
  EXPECT_NEAR(read.value->c / 3600, 5.53958, 1e-4);
}

TEST(Spreads, PercentilesMustAscendAboveZero) {
  EXPECT_FALSE(read_percentiles({{10, 900}, {50, 600}}).value);
  EXPECT_FALSE(read_percentiles({{50, 0}, {90, 600}}).value);
  EXPECT_FALSE(read_percentiles({{50, 600}}).value);
  EXPECT_FALSE(read_percentiles({{50, 600}, {90, 700}, {95, 800}}).value);
}

TEST(Times, ClocksAndWeekClocksAndDates) {
  EXPECT_EQ(*read_clock("02:00").value, 2h);
  EXPECT_EQ(*read_clock("2:30").value, 2h + 30min);
  EXPECT_EQ(*read_clock("23:59:59").value, 24h - 1s);
  EXPECT_FALSE(read_clock("24:00").value);
  EXPECT_FALSE(read_clock("2").value);
  EXPECT_EQ(*read_week_clock("tue 08:00").value, 32h);
  EXPECT_EQ(*read_week_clock("mon").value, 0h);
  EXPECT_FALSE(read_week_clock("Someday").value);
  EXPECT_EQ(*read_timestamp("1970-01-02").value, 86400);
  EXPECT_EQ(*read_timestamp("2026-01-05 00:00").value, 1767571200);  // date -u -d 2026-01-05 +%s
  EXPECT_EQ(*read_timestamp("2026-01-05T01:00:30").value, 1767571200 + 3630);
  for (const char* text :
       {"2026-02-30", "2026-1-5", "05.01.2026", "2026-01-05 25:00", "0000-01-01", "2026-01-05x"})
    EXPECT_FALSE(read_timestamp(text).value) << text;
}

TEST(Written, NumbersReadBackAsTheyWereWritten) {
  EXPECT_EQ(written(64.0 * 1024 * 1024, Unit::bytes), "64MB");
  EXPECT_EQ(written(302400, Unit::seconds), "3d12h");
  EXPECT_EQ(written(0.25, Unit::seconds), "250ms");
  EXPECT_EQ(written(0.05, Unit::share), "5%");
  EXPECT_EQ(written(10.0 / 60, Unit::per_second), "600/h");
  for (const double bytes : {1.0, 1024.0, 3.0 * 1024 * 1024, 8192.0 * 1024 * 1024})
    EXPECT_EQ(value(written(bytes, Unit::bytes), Unit::bytes), bytes);
}

}  // namespace
}  // namespace scenario
