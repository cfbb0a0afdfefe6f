// Why the collector of this process will not do.
#pragma once
#include <mayfly/status.hpp>

namespace mayfly::gc {
/// Answers `unsupported`, and start_problem() is `why` from now on. Static text.
Status refuse(const char* why) noexcept;
}  // namespace mayfly::gc
