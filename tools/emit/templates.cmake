# Writes OUTPUT, a C++ source that holds the templates named in NAMES (separated by commas) of FOLDER.
string(REPLACE "," ";" NAMES "${NAMES}")
set(entries "")
foreach(name IN LISTS NAMES)
  file(READ ${FOLDER}/${name} text)
  # Literals may not grow without bound; the pieces are joined by the compiler.
  string(REPLACE "\n\n" "\n\n)template\"\n    R\"template(" text "${text}")
  string(APPEND entries "  {\"${name}\", R\"template(${text})template\"},\n")
endforeach()
file(WRITE ${OUTPUT}.new "#include <algorithm>
#include <string>

#include \"tools/emit/render.hpp\"

namespace emit {
namespace {
struct Template {
  std::string_view name, text;
};
constexpr Template all[] = {
${entries}};
}  // namespace

std::string_view template_text(std::string_view name) {
  for (const Template& entry : all)
    if (entry.name == name) return entry.text;
  throw TemplateError{\"there is no template \" + std::string{name}};
}

std::vector<std::string_view> template_names() {
  std::vector<std::string_view> names;
  for (const Template& entry : all) names.push_back(entry.name);
  return names;
}
}  // namespace emit
")
execute_process(COMMAND ${CMAKE_COMMAND} -E copy_if_different ${OUTPUT}.new ${OUTPUT})
