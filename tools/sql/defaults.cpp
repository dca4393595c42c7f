#include <array>

#include "tools/sql/ddl_reader.hpp"
#include "tools/sql/names.hpp"

namespace sql {
namespace {

using models::KeyOrder;

struct Generator {
  std::string_view function;
  KeyOrder order;
};

constexpr std::array generators{
    Generator{"nextval", KeyOrder::ascending},
    Generator{"now", KeyOrder::ascending},
    Generator{"clock_timestamp", KeyOrder::ascending},
    Generator{"statement_timestamp", KeyOrder::ascending},
    Generator{"transaction_timestamp", KeyOrder::ascending},
    Generator{"timezone", KeyOrder::ascending},  // timezone('utc', now())
    Generator{"uuidv7", KeyOrder::ascending},
    Generator{"uuid_generate_v7", KeyOrder::ascending},
    Generator{"txid_current", KeyOrder::ascending},
    Generator{"pg_current_xact_id", KeyOrder::ascending},
    Generator{"pg_current_wal_lsn", KeyOrder::ascending},
    Generator{"gen_random_uuid", KeyOrder::random},
    Generator{"uuidv4", KeyOrder::random},
    Generator{"uuid_generate_v4", KeyOrder::random},
    // Version 1 starts with the fast-changing part of its time, so it lands anywhere within
    // minutes.
    Generator{"uuid_generate_v1", KeyOrder::random},
    Generator{"uuid_generate_v1mc", KeyOrder::random},
    Generator{"random", KeyOrder::random},
    Generator{"gen_random_bytes", KeyOrder::random},
};

/// Functions whose value keeps no order of what goes in.
constexpr std::array scramblers{"md5", "sha224", "sha256", "sha384", "sha512", "digest", "crypt"};

}  // namespace

bool is_null_constant(Node expression) {
  if (const Node cast = expression.as("TypeCast")) return is_null_constant(cast["arg"]);
  return expression.as("A_Const")["isnull"].flag();
}

/// What generates the value decides; arithmetic around it keeps the order, a hash does not.
KeyOrder default_order(Node expression) {
  KeyOrder order = KeyOrder::unknown;
  bool scrambled = false;
  for (Node::Walk walk{expression}; !walk.done(); walk.enter()) {
    if (walk.field() == "SQLValueFunction") {
      const std::string_view op = walk.node()["op"].text();
      if (op.starts_with("SVFOP_CURRENT_T") || op.starts_with("SVFOP_LOCALT") ||
          op == "SVFOP_CURRENT_DATE")
        if (order == KeyOrder::unknown) order = KeyOrder::ascending;
    }
    if (walk.field() != "FuncCall") continue;
    const std::string name = last_name(walk.node()["funcname"]);
    for (const std::string_view scrambler : scramblers) scrambled = scrambled || name == scrambler;
    for (const Generator& generator : generators)
      if (name == generator.function && order == KeyOrder::unknown) order = generator.order;
  }
  return scrambled && order != KeyOrder::unknown ? KeyOrder::random : order;
}

}  // namespace sql
