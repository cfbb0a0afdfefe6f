// Statuses as exceptions, for programs. Absent where exceptions are off.
#pragma once
#include <mayfly/status.hpp>

#if defined(__cpp_exceptions)
#include <stdexcept>

namespace mayfly {

/// What the typed layer throws, besides std::bad_alloc for no_memory. what() is message().
class Error : public std::runtime_error {
 public:
  explicit Error(Status status) : std::runtime_error(message(status)), status_(status) {}
  Status status() const noexcept { return status_; }

 private:
  Status status_;
};
/// A proxy's referent is gone. Python: ReferenceError
class ReferenceError : public Error {
 public:
  ReferenceError() : Error(Status::dead) {}
};
/// Python: TypeError
class NotWeakReferenceable : public Error {
 public:
  using Error::Error;
};

/// Throws what belongs to the status: ReferenceError, NotWeakReferenceable, std::bad_alloc, or Error. REQUIRES: not ok.
[[noreturn]] void throw_status(Status status);

/// Throws unless ok.
inline void unwrap(Status status) {
  if (status != Status::ok) throw_status(status);
}
/// The value; throws unless ok.
template <class T>
T unwrap(Result<T> result) {
  unwrap(result.status);
  return static_cast<T&&>(result.value);
}

}  // namespace mayfly
#endif
