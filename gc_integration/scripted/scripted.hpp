// The scripted collector: the primitives for tests in which the test decides who dies. It shows no reachability: nothing dies unless killed.
// Dead memory is poisoned and quarantined. Safe under ThreadSanitizer.
#pragma once
#include <cstddef>
#include <cstdint>

namespace mayfly::gc::scripted {

/// The object counts as unreachable from now on. Aborts if a root word holds it.
void kill(void* object) noexcept;
/// Whether a root word holds the object: then it may not be killed.
bool is_rooted(const void* object) noexcept;
/// One collection: the number moves, `gap` is called, then the links of the killed are cleared, all with the allocation lock held. A killed object
/// with a finalizer is kept, and its finalizer waits for invoke_finalizers(); it takes a second kill to die.
void run_cycle(void (*gap)(void*) = nullptr, void* argument = nullptr) noexcept;
/// New zeroed memory at the address of a dead object.
void* reuse(void* dead) noexcept;
/// The next cycle does not call the mark sweep.
void miss_next_sweep() noexcept;
std::size_t link_count() noexcept;

}  // namespace mayfly::gc::scripted
