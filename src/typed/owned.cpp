// What Root and make need out of line. The only layer that throws.
#include "gc_integration/primitives.hpp"
#include "gc_integration/roots.hpp"
#include "src/node/guard.hpp"

#include <mayfly/make.hpp>
#include <mayfly/node.hpp>
#include <mayfly/root.hpp>
#include <mayfly/weak.hpp>

#include <new>
#include <stdexcept>

namespace mayfly::internal {
namespace {

void expect_ok(Status status) {
  if (status == Status::no_memory) throw std::bad_alloc();
  if (status != Status::ok) throw std::runtime_error(message(status));
}

}  // namespace

void** new_root(void* object) {
  expect_ok(node::ready());
  const auto root = gc::acquire_root();
  expect_ok(root.status);
  gc::note_displacement(static_cast<std::size_t>(offset_from_base(object)));
  *root.value = object;
  return root.value;
}

void drop_root(void** root) noexcept { gc::release_root(root); }

void* allocate_object(std::size_t bytes) {
  expect_ok(node::ready());
  void* memory = gc::allocate(bytes);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

void destroy_later(void* object, CallbackQueue& queue, void (*destroy)(Event& event)) {
  Status status = finalize_object({.obj = object}, queue, nullptr, destroy);
  if (status == Status::ok) return;
  Event event;   // no one else would destroy it
  event.object = object;
  destroy(event);
  expect_ok(status);
}

}  // namespace mayfly::internal
