// A type whose objects may not be weakly referenced.
#pragma once
#include <mayfly/weak.hpp>

namespace mayfly::world {
struct OptedOut {
  long x = 0;
};
}  // namespace mayfly::world

template <>
inline constexpr bool mayfly::weakly_referenceable<mayfly::world::OptedOut> = false;
