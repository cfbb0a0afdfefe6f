#include <mayfly/weak.hpp>

#include "src/node/guard.hpp"

namespace mayfly {
namespace {

Result<internal::WeakParts> weak_parts_of(const Referent& referent) noexcept {
  if (const Status ready = node::ready(); ready != Status::ok) return {{}, ready};
  const auto target = node::target_of(referent);
  if (!target) return {{}, target.status};
  const auto slot = core::slot_for(target.value);
  if (!slot) return {{}, slot.status};
  return {{.handle = {slot.value.bits}, .offset = static_cast<std::ptrdiff_t>(target.value.offset)}, Status::ok};
}
}  // namespace

Result<WeakHandle> weak_handle(const Referent& referent) noexcept {
  const auto parts = weak_parts_of(referent);
  return {parts.value.handle, parts.status};
}
Result<internal::WeakParts> internal::weak_parts(void* object) noexcept { return weak_parts_of({.obj = object}); }

std::ptrdiff_t offset_from_base(const void* object) noexcept {
  const void* base = gc::base_of(object);
  return base != nullptr ? static_cast<const char*>(object) - static_cast<const char*>(base) : 0;
}

}  // namespace mayfly
