// What Root and make need out of line, and the step from a status to an exception.
#include "gc_integration/primitives.hpp"
#include "gc_integration/roots.hpp"
#include "src/node/guard.hpp"

#include <mayfly/errors.hpp>
#include <mayfly/make.hpp>
#include <mayfly/node.hpp>
#include <mayfly/root.hpp>
#include <mayfly/weak.hpp>

#include <new>

namespace mayfly {

void throw_status(Status status) {
  switch (status) {
    case Status::no_memory: throw std::bad_alloc();
    case Status::dead: throw ReferenceError();
    case Status::not_weakrefable:
    case Status::not_collectable: throw NotWeakReferenceable(status);
    default: throw Error(status);
  }
}

namespace internal {

Status may_look() noexcept {
  const Status ready = node::ready();
  return ready == Status::shut_down && gc::this_thread_is_registered() ? Status::ok : ready;
}

Result<void**> try_new_root(const void* object) noexcept {
  if (const Status may = may_look(); may != Status::ok) return {nullptr, may};   // a Root may be copied until the very end
  const auto root = gc::acquire_root();
  if (!root) return root;
  gc::note_displacement(static_cast<std::size_t>(offset_from_base(object)));
  gc::store_traced(root.value, const_cast<void*>(object));
  return root;
}

void** new_root(const void* object) { return unwrap(try_new_root(object)); }

void drop_root(void** root) noexcept { gc::release_root(root); }

Result<void*> allocate_object(std::size_t bytes) noexcept {
  if (const Status ready = node::ready(); ready != Status::ok) return {nullptr, ready};
  void* memory = gc::allocate(bytes);
  return {memory, memory != nullptr ? Status::ok : Status::no_memory};
}

Status destroy_later(void* object, CallbackQueue& queue, void (*destroy)(Event& event)) noexcept {
  const Status status = finalize_object({.obj = object}, queue, nullptr, destroy);
  if (status == Status::ok) return status;
  clear_now({.obj = object});
  Event event;   // no one else would destroy it
  event.object = object;
  destroy(event);
  return status;
}

}  // namespace internal
}  // namespace mayfly
