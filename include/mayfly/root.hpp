// Root<T>: a strong reference that is valid in any memory.
#pragma once
#include <mayfly/status.hpp>

#include <type_traits>
#include <utility>

namespace mayfly {

namespace internal {
/// A root word that holds the object. May collect.
Result<void**> try_new_root(const void* object) noexcept;
void** new_root(const void* object);           // throws
void drop_root(void** root) noexcept;
}  // namespace internal

/// Keeps a collected object alive from memory that bdwgc does not scan. S, M, thread-local; in collected memory a plain pointer serves.
/// Empty is constexpr; a copy is another root; copies and destruction work after shutdown too, also from static destructors.
/// Making one from a pointer, or a copy, may collect and throws std::bad_alloc or Error (`unknown_thread`, `unsupported`). Any registered thread, its
/// destruction on others too; one Root is not shared between threads without a lock.
template <class T>
class Root {
 public:
  constexpr Root() noexcept = default;
  explicit Root(T* object) : word_(object != nullptr ? internal::new_root(object) : nullptr) {}
  /// The same for hosts without exceptions.
  static Result<Root> of(T* object) noexcept {
    Root root;
    if (object == nullptr) return {std::move(root), Status::ok};
    const auto word = internal::try_new_root(object);
    root.word_ = word ? word.value : nullptr;
    return {std::move(root), word.status};
  }
  Root(const Root& other) : Root(other.get()) {}
  /// Of a const object, or of a base class: another root.
  template <class U>
    requires(!std::is_same_v<U, T> && std::is_convertible_v<U*, T*>)
  Root(const Root<U>& other) : Root(static_cast<T*>(other.get())) {}
  Root(Root&& other) noexcept : word_(std::exchange(other.word_, nullptr)) {}
  ~Root() { internal::drop_root(word_); }
  Root& operator=(Root other) noexcept {
    std::swap(word_, other.word_);
    return *this;
  }

  T* get() const noexcept { return word_ != nullptr ? static_cast<T*>(*word_) : nullptr; }
  T* operator->() const noexcept { return get(); }
  std::add_lvalue_reference_t<T> operator*() const noexcept
    requires(!std::is_void_v<T>)
  {
    return *get();
  }
  explicit operator bool() const noexcept { return word_ != nullptr; }

 private:
  void** word_ = nullptr;
};

}  // namespace mayfly
