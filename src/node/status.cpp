#include <mayfly/status.hpp>

namespace mayfly {

const char* message(Status status) noexcept {
  switch (status) {
    case Status::ok: return "ok";
    case Status::dead: return "weakly-referenced object no longer exists";
    case Status::not_weakrefable: return "cannot create weak reference to an object of this type";
    case Status::not_collectable: return "cannot create weak reference: not an object that the collector allocated";
    case Status::no_memory: return "out of memory";
    case Status::unknown_thread: return "this thread is not registered with the collector: use mayfly::ThreadScope";
    case Status::host_error: return "the host's own error is pending";
    case Status::shut_down: return "the weak reference runtime was shut down";
    case Status::unsupported: return "this collector is not supported: see init_problem()";
    case Status::already_bound: return "the reference is bound already: unbind it first";
    case Status::absent: return "no such entry in the weak container";
    case Status::empty: return "pop from empty weak container";
    case Status::changed: return "weak container changed size during iteration";
  }
  return "unknown status";
}

}  // namespace mayfly
