// The modules of lib/, which are part of the program: made by the build.
#pragma once
#include <cstddef>
#include <string_view>

namespace minipy {

struct EmbeddedFile {
  std::string_view path;  // below lib/
  std::string_view text;
};
extern const EmbeddedFile kEmbeddedFiles[];
extern const std::size_t kEmbeddedCount;

}  // namespace minipy
