// What the modules that wait or know of threads share.
#pragma once
#include <ctime>

#include "runtime/object.hpp"
#include "runtime/thread.hpp"

namespace minipy {

/// A call that waits was ended by a signal: false when KeyboardInterrupt is pending now, else it is to be called again.
bool may_go_on();
/// Of the monotonic clock. REQUIRES: 0 <= seconds < 1e9.
timespec moment_in(double seconds);

/// threading.local, natively (thread_local.cpp).
extern Type local_type;
void ready_local_type();
/// What local objects have for a thread that ends goes.
void leave_locals(Thread& t);

}  // namespace minipy
