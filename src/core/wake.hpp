// Hints after collections, without a hook of the collector.
//
// A small object that nobody holds, the sentinel, has a collector finalizer: the collector calls it after each collection, and it registers itself for
// the next one. A stale pointer on some stack may keep the sentinel alive: then hints are missed, deaths are not.
#pragma once

namespace mayfly::core {

/// Makes the sentinel unless there is one. May collect. False: no memory. Holds no lock.
bool arm_wake() noexcept;

}  // namespace mayfly::core
