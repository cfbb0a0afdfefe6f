# A library that others embed must do nothing before main: cmake -DARCHIVE=... -DREADELF=... -P lint_archive.cmake
execute_process(COMMAND ${READELF} -SW ${ARCHIVE} OUTPUT_VARIABLE sections RESULT_VARIABLE status)
if(NOT status EQUAL 0 OR NOT sections MATCHES "\\.text")
  message(FATAL_ERROR "cannot read the sections of ${ARCHIVE}")
endif()
if(sections MATCHES "\\.(init_array|ctors|fini_array)")
  message(FATAL_ERROR "${ARCHIVE} has static initialisers: ${CMAKE_MATCH_0}")
endif()
