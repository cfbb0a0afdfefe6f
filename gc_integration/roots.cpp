#include "gc_integration/roots.hpp"

#include "gc_integration/primitives.hpp"

#include <mutex>

namespace mayfly::gc {
namespace {

constexpr std::size_t kSlabWords = 510;   // with the collector's header still one block

constinit std::mutex g_mutex;
constinit void** g_free = nullptr;        // a free word points at the next free word: into uncollectable memory, so it keeps nothing alive

void** pop() noexcept {
  const std::lock_guard lock(g_mutex);
  void** root = g_free;
  if (root != nullptr) {
    g_free = static_cast<void**>(*root);
    *root = nullptr;
  }
  return root;
}

}  // namespace

Result<void**> acquire_root() noexcept {
  for (;;) {
    if (void** root = pop()) return {root, Status::ok};
    auto** slab = static_cast<void**>(allocate_roots(kSlabWords * sizeof(void*)));   // no lock held: it may collect
    if (slab == nullptr) return {nullptr, Status::no_memory};
    const std::lock_guard lock(g_mutex);
    for (std::size_t i = 0; i < kSlabWords; ++i) {
      slab[i] = g_free;
      g_free = &slab[i];
    }
  }
}

void release_root(void** root) noexcept {
  if (root == nullptr) return;
  const std::lock_guard lock(g_mutex);
  *root = g_free;
  g_free = root;
}

void lock_roots() noexcept { g_mutex.lock(); }
void unlock_roots() noexcept { g_mutex.unlock(); }

}  // namespace mayfly::gc
