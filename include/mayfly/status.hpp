// The vocabulary of results. Everything below the typed layer answers with these; nothing there throws.
#pragma once

namespace mayfly {

/// What a call answers. Anything but `ok` means, where the call does not say otherwise: nothing changed, nothing was lost, the call may be repeated.
enum class [[nodiscard]] Status : int {
  ok,
  dead,              ///< The referent is gone. Python: ReferenceError.
  not_weakrefable,   ///< The type does not support weak references. Python: TypeError.
  not_collectable,   ///< Null, or an address that bdwgc did not allocate and that was not called immortal.
  no_memory,         ///< An allocation or a registration failed. Python: MemoryError.
  unknown_thread,    ///< The calling thread is not registered with bdwgc: see ThreadScope.
  host_error,        ///< The host's own hash or equality failed; its error is pending, untouched.
  shut_down,         ///< The queue, or the whole runtime, was shut down before the call.
  unsupported,       ///< The collector in this process cannot carry mayfly: see init_problem().
  already_bound,     ///< bind() was given a node that is bound; unbind() it first.
  absent,            ///< A container has no such entry, or iteration is over. Python: KeyError, StopIteration.
  empty,             ///< A container has nothing to pop. Python: KeyError.
  changed,           ///< The program changed the container while it iterated, or while a policy was called. Python: RuntimeError.
};

/// Static text, in Python's wording where Python has one. Any thread; never fails.
const char* message(Status status) noexcept;

/// A value with the status that says whether it is there. `value` is meaningful only when ok.
template <class T>
struct [[nodiscard]] Result {
  T value;
  Status status;
  explicit operator bool() const noexcept { return status == Status::ok; }
};

/// The answer of an equality. `error`: the host's own error value is pending.
enum class Answer : int { error = -1, no, yes };

}  // namespace mayfly
