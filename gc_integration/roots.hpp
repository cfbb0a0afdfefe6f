// Root words: strong references that are valid in any memory. Slabs of uncollectable memory, never freed, so static destructors are safe.
#pragma once
#include <mayfly/status.hpp>

namespace mayfly::gc {

/// A word that the collector traces, empty. May collect; may leave by the host's out-of-memory handler (nothing is lost).
Result<void**> acquire_root() noexcept;
/// Forgets what it held and gives the word back. Null is harmless.
void release_root(void** root) noexcept;

void lock_roots() noexcept;     // around fork
void unlock_roots() noexcept;

}  // namespace mayfly::gc
