// The invariants of core, walked: what the header comments promise, checked in one place.
#pragma once

namespace mayfly::core {

/// Aborts with the tag of a broken invariant. REQUIRES: no other thread is inside mayfly. Takes the locks one at a time.
void check_invariants() noexcept;

}  // namespace mayfly::core
