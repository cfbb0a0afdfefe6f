#include "src/core/chain.hpp"

#include "gc_integration/primitives.hpp"

namespace mayfly::core {

void Chain::push_front(void* link) noexcept {
  --left_;
  if (*root_ == nullptr) return append(link);
  set_next(link, *root_);
  gc::store_traced(root_, link);
}

std::optional<std::uint32_t> Chain::remove(void* link) noexcept {
  void* previous = nullptr;
  std::uint32_t place = left_;
  const void* found = find([&](void* at) {
    if (at == link) return true;
    previous = at;
    ++place;
    return false;
  });
  if (found == nullptr) return std::nullopt;
  if (tail_ == link) tail_ = previous;
  if (previous == nullptr) {
    begin_with(next_of(link));
  } else {
    set_next(previous, next_of(link));
  }
  --came_;
  return place;
}

void* Chain::finalizer_of_object(const void* base) const noexcept {
  return find([&](void* link) { return is_finalizer(link) && finalizer_of(link).object == base; });
}

std::size_t Chain::length() const noexcept {
  std::size_t n = 0;
  (void)find([&](void*) { return ++n, false; });
  return n;
}

std::size_t Chain::finalizers() const noexcept {
  std::size_t n = 0;
  (void)find([&](void* link) { return n += is_finalizer(link), false; });
  return n;
}

}  // namespace mayfly::core
