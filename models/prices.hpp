#pragma once

#include <string>

namespace models {

/// What things cost, in the user's currency. The program knows no prices: a user's file gives them.
struct Prices {
  std::string currency;
  double storage_gb_month = 0;  // of a volume's size, per GB of 1024^3 bytes
  double core_month = 0;
  double memory_gb_month = 0;
  double egress_gb = 0;      // bytes between two nodes
  double outage_minute = 0;  // a node refuses writes
  double recopy = 0;         // a lost slot: its subscription is copied again
};

}  // namespace models
