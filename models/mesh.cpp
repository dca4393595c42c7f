#include "models/mesh.hpp"

namespace models {

std::vector<int> column_list(const Mesh& mesh, const Subscription& subscription, int table) {
  if (subscription.product < 0) return {};
  const Product& product = mesh.products[static_cast<std::size_t>(subscription.product)];
  for (std::size_t i = 0; i < product.tables.size(); ++i)
    if (product.tables[i] == table && i < product.column_lists.size())
      return product.column_lists[i];
  return {};
}

}  // namespace models
