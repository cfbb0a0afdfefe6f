#include "examples/tour/scratch.hpp"

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <string>
#include <system_error>

namespace tour {

NewScratch make_scratch() {
  std::string name = (std::filesystem::temp_directory_path() / "mayfly-tour-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::system_error(errno, std::generic_category(), name);
  std::ofstream(name + "/notes") << "kept while somebody uses it\n";
  auto* owner = mayfly::make<Scratch>();
  owner->removal = mayfly::unwrap(mayfly::finalize(owner, [name] { std::filesystem::remove_all(name); }));   // the closure does not reach the owner
  return {owner, name};
}

}  // namespace tour
