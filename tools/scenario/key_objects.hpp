#pragma once

#include "tools/scenario/keys.hpp"

/// The objects of the key tables, for the tables themselves and for the parts of the loader that
/// read them.
namespace scenario {

extern const Object node_object;
extern const Object link_object;
extern const Object profile_object;
extern const Object standby_object;
extern const Object domain_object;
extern const Object copy_object;
extern const Object statement_object;
extern const Object skew_object;
extern const Object product_object;
extern const Object published_table_object;
extern const Object incident_object;
extern const Object governance_object;
extern const Object objective_object;

// Keys of every object that repeats.
inline constexpr Key like_key{"like", Form::text, "-",
                              "start from the sibling of this name and change what is given here"};
inline constexpr Key count_key =
    within(1, 100'000,
           {"count", Form::whole, "1",
            "make so many of this entry; `{n}` in its name and texts becomes 1, 2, 3 … (without "
            "`{n}` in the name, `_{n}` is appended)"});

}  // namespace scenario
