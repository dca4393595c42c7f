#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "tools/emit/bundle.hpp"
#include "tools/emit/render.hpp"

namespace emit {
namespace {

using models::Table;

constexpr const char* layers[] = {"staging", "intermediate", "core", "datamarts"};

const char* layer_of(const models::DomainProvisioning& domain, const Table& table) {
  std::string given;
  if (const auto found = domain.layers.find(table.schema); found != domain.layers.end())
    given = found->second;
  for (const char* layer : layers)
    if (given == layer) return layer;
  for (const auto& [prefix, layer] : {std::pair{"stg", layers[0]},
                                      {"int", layers[1]},
                                      {"core", layers[2]},
                                      {"mrt", layers[3]},
                                      {"dim", layers[2]},
                                      {"fct", layers[2]}})
    for (const std::string& name : {table.name, table.schema})
      if (name == prefix || name.starts_with(std::string{prefix} + "_")) return layer;
  return nullptr;
}

Values model(const Topology& topology, const Table& table) {
  std::vector<Values> columns;
  std::string key;
  for (const models::Index& index : table.indexes)
    if (index.primary)
      for (const models::IndexColumn& part : index.keys)
        key += (key.empty() ? "" : ", ") +
               yaml_text(table.columns[static_cast<std::size_t>(part.column)].name);
  for (const int index : plain_columns(table)) {
    const models::Column& column = table.columns[static_cast<std::size_t>(index)];
    columns.push_back(Values{}
                          .set("column", Sql{yaml_text(column.name)})
                          .set("type", Sql{yaml_text(full_type(column))})
                          .set_flag("not_null", column.not_null));
  }
  return Values{}
      .set("name", Sql{yaml_text(table.name)})
      .set("schema", Sql{yaml_text(table.schema)})
      .set("about", Sql{yaml_text((topology.in_contract(table) ? "Contract: " : "Internal: ") +
                                  table.qualified_name())})
      .set_flag("has_key", !key.empty())
      .set("key", Sql{key})
      .set("columns", columns);
}

/// Models of one layer, and the one schema they share where there is one.
struct Layer {
  std::vector<const Table*> tables;
  bool contract = false;
  std::string schema() const {
    if (tables.empty()) return {};
    const bool one = std::all_of(tables.begin(), tables.end(), [&](const Table* table) {
      return table->schema == tables.front()->schema;
    });
    return one ? tables.front()->schema : std::string{};
  }
};

Values layer_values(const char* name, const Layer& layer, const std::string& reader) {
  std::vector<Values> schema, contract;
  if (!layer.schema().empty())
    schema.push_back(Values{}.set("name", Sql{yaml_text(layer.schema())}));
  if (layer.contract) contract.push_back(Values{}.set("reader", Sql{yaml_text(reader)}));
  const std::string word = name;
  return Values{}
      .set("layer", Sql{word})
      .set("materialized", Sql{word == "staging"        ? "view"
                               : word == "intermediate" ? "ephemeral"
                               : layer.contract         ? "incremental"
                                                        : "table"})
      .set("schema", schema)
      .set("tag", Sql{layer.contract ? "contract" : "internal"})
      .set("contract", contract);
}

void add_project(const Topology& topology, std::size_t domain, std::vector<File>& files) {
  const models::DomainProvisioning& spec = topology.provisioning.domains[domain];
  const std::string& name = topology.mesh.domains[domain].name;
  std::map<std::string, Layer> by_layer;
  for (const Table& table : topology.mesh.tables) {
    const char* layer = table.domain == name ? layer_of(spec, table) : nullptr;
    if (layer == nullptr) continue;
    by_layer[layer].tables.push_back(&table);
    by_layer[layer].contract = by_layer[layer].contract || topology.in_contract(table);
  }
  const std::string folder = "dbt/" + file_word(spec.dbt) + "/";
  std::vector<Values> all;
  for (const char* layer : layers) {
    all.push_back(layer_values(layer, by_layer[layer], spec.reader));
    std::vector<Values> models;
    for (const Table* table : by_layer[layer].tables)
      if (topology.in_contract(*table) && table->kind == Table::Kind::table)
        models.push_back(model(topology, *table));
    if (!models.empty())
      files.push_back(
          {folder + "models/" + layer + "/schema.yml",
           render("schema.yml", Values{}
                                    .set("title", title(topology, "contracts of " + name))
                                    .set("models", models))});
  }
  files.push_back(
      {folder + "dbt_project.yml",
       render("dbt_project.yml", Values{}
                                     .set("title", title(topology, "dbt project of " + name))
                                     .set("project", Sql{yaml_text(spec.dbt)})
                                     .set("layers", all))});
  files.push_back(
      {folder + "macros/generate_schema_name.sql", render("generate_schema_name.sql", Values{})});
}

}  // namespace

std::vector<File> dbt_projects(const Topology& topology) {
  std::vector<File> files;
  for (std::size_t d = 0; d < topology.provisioning.domains.size(); ++d)
    if (!topology.provisioning.domains[d].dbt.empty()) add_project(topology, d, files);
  return files;
}

}  // namespace emit
