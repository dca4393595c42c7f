#include "tools/emit/render.hpp"

#include <fmt/format.h>

namespace emit {
namespace {

namespace mustache = kainjow::mustache;

/// kainjow's mustache turns an unknown variable into nothing; SQL with a hole may still parse.
class StrictContext : public mustache::context<std::string> {
 public:
  using mustache::context<std::string>::context;
  const mustache::data* get(const std::string& name) const override {
    const mustache::data* found = mustache::context<std::string>::get(name);
    if (found == nullptr)
      throw TemplateError{fmt::format("template variable {{{{{}}}}} is not set", name)};
    return found;
  }
};

}  // namespace

Values& Values::put(const std::string& name, std::string text) {
  data_.set(name, mustache::data{std::move(text)});
  return *this;
}

Values& Values::set_flag(const std::string& name, bool value) {
  data_.set(name, mustache::data{value});
  return *this;
}

Values& Values::set(const std::string& name, const std::vector<Values>& entries) {
  mustache::data list{mustache::data::type::list};
  for (const Values& entry : entries) list << entry.data();
  data_.set(name, list);
  return *this;
}

std::string render_text(const std::string& text, const Values& values) {
  mustache::mustache page{text};
  if (!page.is_valid()) throw TemplateError{page.error_message()};
  page.set_custom_escape([](const std::string& value) { return value; });
  StrictContext context{&values.data()};
  std::string rendered = page.render(context);
  if (!page.is_valid()) throw TemplateError{page.error_message()};
  return rendered;
}

std::string render(std::string_view name, const Values& values) {
  for (const EmbeddedFile& file : embedded_files()) {
    if (file.name != name) continue;
    try {
      return render_text(std::string{file.text}, values);
    } catch (const TemplateError& error) {
      throw TemplateError{fmt::format("{}: {}", name, error.what())};
    }
  }
  throw TemplateError{fmt::format("there is no template {}", name)};
}

}  // namespace emit
