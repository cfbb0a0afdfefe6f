// libFuzzer over minipy's front end: bytes are a source, which is parsed and compiled by a started interpreter, and not run. The answer must be code,
// or one of the errors that a source may have. Codes are never freed: let libFuzzer fork.
#include <fmt/format.h>

#include <cstdlib>
#include <iterator>
#include <string_view>

#include "runtime/error.hpp"
#include "vm/embedded.hpp"
#include "vm/interpreter.hpp"

namespace minipy {

// Nothing is imported here.
const EmbeddedFile kEmbeddedFiles[] = {{"", ""}};
const std::size_t kEmbeddedCount = 0;

}  // namespace minipy

namespace {

using namespace minipy;

[[noreturn]] void fail(std::string_view what) {
  fmt::print("FAILED: {}\n", what);
  std::abort();
}

bool may_be_raised() {
  for (const Type* type : {&exc::SyntaxError, &exc::MemoryError})
    if (error_is(*type)) return true;
  return false;
}

}  // namespace

/// The collector finds what lies on stacks, and the sanitizer does not see what lies in its heap.
extern "C" const char* __asan_default_options() { return "detect_leaks=0:detect_stack_use_after_return=0"; }  // NOLINT(*-reserved-identifier)

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const bool started = start_interpreter();
  if (!started) fail("the interpreter does not start");
  constexpr CompileMode kModes[] = {CompileMode::exec, CompileMode::exec, CompileMode::eval, CompileMode::single};
  const CompileMode mode = kModes[size % std::size(kModes)];
  const bool compiled = compile_text({reinterpret_cast<const char*>(bytes), size}, "<fuzz>", mode) != nullptr;
  if (compiled == error_pending()) fail(compiled ? "code and an error" : "neither code nor an error");
  if (!compiled && !may_be_raised()) fail(format_exception(take_error()));
  if (!compiled && format_exception(take_error()).empty()) fail("an error without a text");
  return 0;
}
