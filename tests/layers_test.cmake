# Includes go one way only, each outside library has its one folder, and physics does no I/O.
#   cmake -DROOT=<checkout> -P layers_test.cmake
cmake_policy(SET CMP0057 NEW)

# What a folder may include, besides itself.
set(uses_sim "")
set(uses_models sim)
set(uses_tools/sql sim models)
set(uses_tools/scenario sim models tools/sql)
set(uses_tools/plan sim models)
set(uses_tools/calibrate sim models)
set(uses_tools/observe sim models)
set(uses_tools/emit sim models tools/sql)
set(uses_tools/store sim models tools/plan)  # plan/results.hpp is what it writes
set(uses_tools/report sim models tools/plan)
set(uses_tools/cli sim models tools/sql tools/scenario tools/plan tools/calibrate tools/emit tools/store tools/report)
set(folders sim models tools/sql tools/scenario tools/plan tools/calibrate tools/observe tools/emit tools/store
    tools/report tools/cli)

# Outside headers that one folder alone may include.
set(only_tools/sql "pg_query")
set(only_tools/scenario "yaml-cpp/")
set(only_tools/store "sqlite3\\.h")
set(only_tools/observe "libpq-fe\\.h")
set(only_tools/cli "CLI/")

# sim and models neither read, print nor look at a clock.
set(io_headers "^(fstream|iostream|filesystem|cstdio|stdio\\.h|ctime|time\\.h|random|sys/.*|unistd\\.h)$")

set(problems "")
foreach(folder IN LISTS folders)
  file(GLOB_RECURSE files ${ROOT}/${folder}/*.hpp ${ROOT}/${folder}/*.cpp ${ROOT}/${folder}/*.inc)
  foreach(file IN LISTS files)
    file(RELATIVE_PATH name ${ROOT} ${file})
    file(STRINGS ${file} includes REGEX "^[ \t]*#[ \t]*include")
    foreach(line IN LISTS includes)
      if(NOT line MATCHES "include[ \t]*[<\"]([^>\"]+)[>\"]")
        continue()
      endif()
      set(header ${CMAKE_MATCH_1})
      if(line MATCHES "include[ \t]*\"")
        string(REGEX REPLACE "/[^/]*$" "" target ${header})
        if(NOT EXISTS ${ROOT}/${header})
          list(APPEND problems "${name}: \"${header}\" is not written from the root")
        elseif(NOT target STREQUAL folder AND NOT target IN_LIST uses_${folder})
          list(APPEND problems "${name}: ${folder} must not include ${header}")
        endif()
      endif()
      foreach(owner IN LISTS folders)
        if(DEFINED only_${owner} AND NOT owner STREQUAL folder AND header MATCHES "^(${only_${owner}})")
          list(APPEND problems "${name}: only ${owner} may include ${header}")
        endif()
      endforeach()
      if(folder MATCHES "^(sim|models)$" AND header MATCHES "${io_headers}" AND NOT name STREQUAL "sim/check.hpp")
        list(APPEND problems "${name}: ${folder} does no I/O, but includes ${header}")
      endif()
    endforeach()
  endforeach()
endforeach()

if(problems)
  list(JOIN problems "\n  " text)
  message(FATAL_ERROR "layers are broken:\n  ${text}")
endif()
