#include <mayfly/weak_ref.hpp>

namespace mayfly::internal {
namespace {

/// The object behind a WeakRef.
struct RefObject {
  RefNode node;
};

Result<RefObject*> new_ref_object() noexcept {
  const auto memory = allocate_object(sizeof(RefObject));
  return {static_cast<RefObject*>(memory.value), memory.status};   // zeroed, and all-zero is unbound
}

/// The ref died without being called, or after that. As the finalizer's payload the closure would be held, and what it captures.
void drop_callback(Event& event) noexcept {
  const auto& node = static_cast<RefObject*>(event.object)->node;
  if (node.callback != nullptr) static_cast<CollectedClosure*>(node.callback)->finish(CollectedClosure::Act::drop);
}

}  // namespace

Result<Root<RefNode>> shared_ref(const Referent& referent, CallbackQueue& queue) noexcept {
  if (const Status may = may_look(); may != Status::ok) return {{}, may};
  if (RefNode* shared = canonical(referent, RefKind::ref)) return Root<RefNode>::of(shared);
  const auto object = new_ref_object();
  if (!object) return {{}, object.status};
  const auto bound = bind(object.value->node, referent, queue);
  if (!bound) return {{}, bound.status};
  return Root<RefNode>::of(bound.value);   // failed: garbage
}

Result<Root<RefNode>> ref_with(CollectedClosure& callback, bool has_destructor, const Referent& referent, CallbackQueue& queue) noexcept {
  Root<RefNode> root;
  const auto attempt = [&]() -> Status {
    const auto object = new_ref_object();
    if (!object) return object.status;
    auto rooted = Root<RefNode>::of(&object.value->node);
    if (!rooted) return rooted.status;
    const auto bound = bind_closure(object.value->node, referent, queue, callback);
    if (!bound) return bound.status;
    const Status watched = has_destructor ? finalize_object({.obj = object.value}, queue, nullptr, drop_callback) : Status::ok;
    if (watched != Status::ok) unbind(object.value->node);
    root = std::move(rooted.value);
    return watched;
  };
  const Status status = attempt();
  if (status == Status::ok) return {std::move(root), status};
  callback.finish(CollectedClosure::Act::drop);
  return {{}, status};
}

}  // namespace mayfly::internal
