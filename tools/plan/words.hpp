#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// Figures as people read them. The exact ones are in the JSON and in the store.
namespace plan {

std::string bytes_in_words(double bytes);       // 142 GiB
std::string duration_in_words(double seconds);  // 4.6 d
std::string share_in_words(double share);       // 84.3 %; `< 0.1 %` when that is not quite nothing
std::string count_in_words(double count);       // 8640, 12.3 M

/// By the unit of a metric: bytes, s, ratio, 0/1, count; NaN, a time not reached, is `> horizon`.
std::string in_words(double value, std::string_view unit, double horizon_seconds);

/// A size as postgresql.conf spells it, in the largest unit that divides it: 70GB, 71664MB.
std::string as_setting(std::int64_t bytes);

}  // namespace plan
