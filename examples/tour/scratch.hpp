// Temporary directories that go with their owner: when it is collected, or at exit.
#pragma once
#include <mayfly/mayfly.hpp>

#include <filesystem>

namespace tour {

/// Collected; whoever holds one may use the directory.
struct Scratch {
  mayfly::Finalizer removal;
};

/// A new directory with a file in it, and its owner. Throws std::system_error.
struct NewScratch {
  Scratch* owner;
  std::filesystem::path path;
};
NewScratch make_scratch();

}  // namespace tour
