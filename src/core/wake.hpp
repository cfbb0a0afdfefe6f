// Hints after collections, without a hook of the collector.
//
// A few small objects that nobody holds, the sentinels, have collector finalizers: the collector calls them after each collection, and each registers
// itself for the next one. Stale pointers on some stack may keep all of them alive: then hints are missed, deaths are not.
#pragma once

namespace mayfly::core {

/// Makes the sentinels unless they are there. May collect. False: no memory. Holds no lock.
bool arm_wake() noexcept;

}  // namespace mayfly::core
