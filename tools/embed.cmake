# Writes a C++ source that holds files as text, and embedded_files() of a namespace to find them by name.
#   cmake -DOUTPUT=embedded.cpp -DNAMESPACE=report -DHEADER=tools/report/resources.hpp -DFILES=a/page.mustache,b/report.css -P embed.cmake
# HEADER declares:
#   struct EmbeddedFile { std::string_view name, text; };  std::span<const EmbeddedFile> embedded_files();
string(REPLACE "," ";" FILES "${FILES}")
set(entries "")
foreach(file IN LISTS FILES)
  get_filename_component(name "${file}" NAME)
  file(READ "${file}" content)
  string(LENGTH "${content}" length)
  string(APPEND entries "    {\"${name}\",\n")
  # Compilers need not take literals of more than 64 KiB: neighbouring ones are joined.
  set(from 0)
  while(from LESS length)
    string(SUBSTRING "${content}" ${from} 16000 part)
    string(APPEND entries "     R\"embed(${part})embed\"\n")
    math(EXPR from "${from} + 16000")
  endwhile()
  string(APPEND entries "    },\n")
endforeach()
file(WRITE "${OUTPUT}" "#include \"${HEADER}\"

namespace ${NAMESPACE} {

std::span<const EmbeddedFile> embedded_files() {
  static constexpr EmbeddedFile all[] = {
${entries}  };
  return all;
}

}  // namespace ${NAMESPACE}
")
