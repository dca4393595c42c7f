#pragma once

#include <string>
#include <vector>

/// What the views of a results file mean, column by column: the interface that notebooks, scripts
/// and Datasette rely on. Columns are added, never renamed or removed, within one major version.
namespace store {

struct ViewColumn {
  const char* name;
  const char* meaning;  // with its unit
};

struct View {
  const char* name;
  const char* meaning;
  std::vector<ViewColumn> columns;  // in the view's order
};

const std::vector<View>& views();

/// The same as Markdown: a section per view with a table of its columns.
std::string views_as_markdown();

/// The same as metadata for Datasette (`datasette meshplan.db --metadata FILE`): descriptions of
/// the views, their columns and units, and the tables behind them hidden.
std::string datasette_metadata();

}  // namespace store
