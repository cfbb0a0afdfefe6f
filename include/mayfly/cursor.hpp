// Iteration over the typed containers: next() with statuses, or a range-for that throws.
#pragma once
#include <mayfly/errors.hpp>
#include <mayfly/weak_table.hpp>

namespace mayfly {

/// Where an iteration is. Lies on the stack; holds its item. `key` and `value` are null before the first next() and after the last.
template <class K, class V>
struct MapCursor {
  K* key = nullptr;
  V* value = nullptr;
  WeakTable::Cursor at_;

  Status step(const WeakTable& table) noexcept {
    const Status status = table.next(at_);
    key = status == Status::ok ? static_cast<K*>(at_.item.key) : nullptr;
    value = status == Status::ok ? static_cast<V*>(at_.item.value) : nullptr;
    return status;
  }
};

#if defined(__cpp_exceptions)
namespace internal {
/// For range-for over a container; ++ throws Error(changed) when the program changed the container meanwhile. Python: RuntimeError
template <class Cursor>
class Iterator {
 public:
  Iterator() = default;
  explicit Iterator(const WeakTable& table) : table_(&table) { ++*this; }
  Iterator& operator++() {
    const Status status = cursor_.step(*table_);
    if (status == Status::absent) {
      table_ = nullptr;
    } else {
      unwrap(status);
    }
    return *this;
  }
  const Cursor& operator*() const noexcept { return cursor_; }
  bool operator==(const Iterator& other) const noexcept { return table_ == other.table_; }

 private:
  const WeakTable* table_ = nullptr;   // null: the end
  Cursor cursor_;
};
}  // namespace internal
#endif

}  // namespace mayfly
