#pragma once

#include <kainjow/mustache.hpp>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "tools/emit/quote.hpp"

/// Templates under tools/emit/templates look like the files they make. A variable gets in by its
/// type: an Identifier or a Literal quotes itself, so that no template and no caller quotes.
namespace emit {

/// A bug of ours: a template that does not parse, or that names a variable nobody set.
struct TemplateError : std::logic_error {
  using std::logic_error::logic_error;
};

/// Text made by emit itself: numbers, keywords, SQL put together from quoted parts.
struct Sql {
  std::string text;
};

/// The variables of a template.
class Values {
 public:
  Values& set(const std::string& name, const Identifier& value) { return put(name, value.sql()); }
  Values& set(const std::string& name, const QualifiedName& value) {
    return put(name, value.sql());
  }
  Values& set(const std::string& name, const Literal& value) { return put(name, value.sql()); }
  Values& set(const std::string& name, const Sql& value) { return put(name, value.text); }
  Values& set(const std::string& name, std::int64_t value) {
    return put(name, std::to_string(value));
  }
  /// {{#name}}…{{/name}} stands or falls.
  Values& set_flag(const std::string& name, bool value);
  /// {{#name}}…{{/name}} once per entry.
  Values& set(const std::string& name, const std::vector<Values>& entries);

  const kainjow::mustache::data& data() const { return data_; }

 private:
  Values& put(const std::string& name, std::string text);
  kainjow::mustache::data data_{kainjow::mustache::data::type::object};
};

/// The template of this name (its file name) with its variables.
/// Throws TemplateError.
std::string render(std::string_view name, const Values& values);

/// The same for template text at hand.
std::string render_text(const std::string& text, const Values& values);

/// The templates, which the program carries.
struct EmbeddedFile {
  std::string_view name, text;
};
std::span<const EmbeddedFile> embedded_files();

}  // namespace emit
