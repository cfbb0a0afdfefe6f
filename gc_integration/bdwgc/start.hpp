// Whether the collector of this process will do.
#pragma once
#include <mayfly/status.hpp>

namespace mayfly::gc {
/// Answers `unsupported`, and start_problem() is `why` from now on. Static text.
Status refuse(const char* why) noexcept;
/// Where bdwgc has no memory for the first of a table's entries, or for a kind's list of free objects, it ends the process. Whether there is more than these
/// need. Holds no lock.
bool has_memory_for_tables() noexcept;
}  // namespace mayfly::gc
