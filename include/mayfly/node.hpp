// The node layer: what an interpreter embeds. All noexcept, with statuses; usable without exceptions and RTTI.
//
// Places: S stack, G collected memory, M malloc, static or thread-local memory. An all-zero RefNode, CellWord or Registered is valid and empty, and
// none has a destructor. Threads: any that bdwgc knows. Python counterparts are those of the `weakref` module.
#pragma once
#include <mayfly/queue.hpp>
#include <mayfly/slot.hpp>
#include <mayfly/status.hpp>

#include <cstddef>
#include <cstdint>

namespace mayfly {

/// Keeps the object alive up to here, whatever the optimiser thinks of its last use. Costs nothing. bdwgc: GC_reachable_here
inline void reachable_here(const void* object) noexcept { asm volatile("" : : "g"(object) : "memory"); }

/// One word in the header of your objects that makes weak references to them faster. Zero at birth; verified against its object, so cloning an object
/// by memcpy is safe. Refer to an object always with its word, or never: else it has two lists of references.
struct CellWord {
  std::uint64_t word = 0;
};

/// Who is referred to.
struct Referent {
  void* obj = nullptr;                                     ///< A pointer that bdwgc gave you, or one into such an object; kept alive by you.
  CellWord* cell = nullptr;                                ///< The word in its header, or null: mayfly's side table.
  enum class Life : std::uint8_t { collected, immortal } life = Life::collected;   ///< immortal: static data; never dies.
};

/// ref and proxy without callback are canonical: one per referent. subclass never is.
enum class RefKind : std::uint8_t { ref, proxy, subclass };

/// A weak reference object's part: embed it in a collected object of yours. G only. Trivially destructible. An object whose memory is scanned precisely
/// (GC_malloc_explicitly_typed, a mark procedure) has to have `callback` and `cell_` scanned.
struct RefNode {
  void* callback = nullptr;       ///< Traced. Set by bind(), let go by take(); read it by callback().
  std::uint64_t cell_ = 0;        ///< Traced: what waits in a queue is a chain through these.
  std::uint64_t hash_ = 0;
  std::uint32_t bits_ = 0;
  std::uint32_t yours = 0;        ///< For the host; mayfly never touches it.
};
namespace internal {
inline constexpr unsigned kOffsetShift = 8;   // in RefNode::bits_: of the referent's pointer from its base
}

/// Makes `node` a weak reference to `referent`, or answers the canonical node that exists already (then `node` is unchanged). The callback is called
/// once, after the referent died, if the node is alive then; the node lets go of it when its event is taken. `not_collectable` also for a pointer more than
/// 16 MB into its object. May collect. Failed: nothing changed. Python: weakref.ref(o, cb)
Result<RefNode*> bind(RefNode& node, const Referent& referent, CallbackQueue& queue, void* callback = nullptr, RefKind kind = RefKind::ref) noexcept;
/// A callback that knows how to run itself: begins a collected object of yours, and the events of refs bound to it come with `run` set.
struct Closure {
  void (*run)(Event& event);   ///< event.payload is the closure; see Event::act.
};
/// bind() with such a callback, which the node keeps. For C++ closures.
Result<RefNode*> bind_closure(RefNode& node, const Referent& referent, CallbackQueue& queue, Closure& callback, RefKind kind = RefKind::ref) noexcept;
/// The live canonical node of that kind, or null: ask before you allocate one. Never collects.
RefNode* canonical(const Referent& referent, RefKind kind) noexcept;
/// The collected object that embeds the node, as GC_base() answers.
void* holder(const RefNode& node) noexcept;
/// The referent, strong from now on, or null. Never collects; O(1), lock-free. Python: ref()
inline void* get(const RefNode& node) noexcept {
  auto* base = static_cast<char*>(internal::load(__atomic_load_n(&node.cell_, __ATOMIC_RELAXED)));
  return base != nullptr ? base + (__atomic_load_n(&node.bits_, __ATOMIC_RELAXED) >> internal::kOffsetShift) : nullptr;
}
/// The callback while the referent lives, else null. Python: ref.__callback__
void* callback(const RefNode& node) noexcept;
RefKind kind(const RefNode& node) noexcept;
/// Both alive: the host's equality of the referents, both held. Either dead: identity of the nodes. MAY CALL HOST.
Answer equal(const RefNode& a, const RefNode& b, const Host& host) noexcept;
/// The referent's hash, cached at first use; afterwards it survives death. First asked after death: `dead`. MAY CALL HOST.
Status hash(RefNode& node, const Host& host, std::uint64_t* out) noexcept;
/// Forgets the referent silently: get() is null, no callback comes unless it was taken already. REQUIRED before the node's memory is freed by hand. May wait
/// for another thread's settling; O(watchers of the referent), of a referent that died O(events that wait).
void unbind(RefNode& node) noexcept;
/// Live nodes of the referent. Python: weakref.getweakrefcount
std::size_t count(const Referent& referent) noexcept;
/// Calls `f` for each live node, canonical ref, canonical proxy, then newest first, from a snapshot. MAY CALL HOST (f). `no_memory`: nothing was called.
Status each(const Referent& referent, void (*f)(void* context, RefNode& node), void* context) noexcept;
/// Death by hand, REQUIRED before a referent is freed or reallocated by hand: clears all weak references and queues their callbacks and finalizers;
/// forgets the object's own finalizer, also one that waits as an event already. O(events that wait) while object finalizers are among them.
/// REQUIRES: bdwgc has not found the object dead, or has called the finalizer that it held for it (take() and drain() have it do so; another one's collector
/// finalizer may come before).
void clear_now(const Referent& referent) noexcept;

/// A weak bound method's part: two references with one callback, which comes when the first of both referents dies. Embed it in a collected object of
/// yours; G only; all-zero is unbound. Python: weakref.WeakMethod
struct MethodNode {
  RefNode object;
  RefNode function;
};
/// As bind(). The event names the node whose referent died first; the other one's death is silent.
Status bind_method(MethodNode& node, const Referent& object, const Referent& function, CallbackQueue& queue, void* callback = nullptr) noexcept;
struct BoundMethod {
  void* object = nullptr;
  void* function = nullptr;
};
/// Both, strong from now on, or both null when either is dead. The host makes a fresh bound method of them. Python: WeakMethod()
BoundMethod get(const MethodNode& node) noexcept;
/// All four alive: the host's equality of the objects and of the functions. Else identity of the nodes. The hash is that of `object`. MAY CALL HOST.
Answer equal(const MethodNode& a, const MethodNode& b, const Host& host) noexcept;
void unbind(MethodNode& node) noexcept;

/// Python's repr() of a weak reference, such as `<weakref at 0x7f..; to 'A' at 0x7f.. (name)>`, with Host::type_name and Host::object_name. Writes at
/// most `size` bytes with the final zero and answers the length it would have liked to write, like snprintf. A dead proxy's says `dead` like a ref's; Python
/// 3.11 says `to NoneType`. Python: repr(ref). MAY CALL HOST.
std::size_t describe(const RefNode& node, const Host& host, char* out, std::size_t size) noexcept;

/// What Python says when next() meets a proxy whose referent is no iterator, as describe(). MAY CALL HOST.
std::size_t describe_non_iterator(const RefNode& proxy, const Host& host, char* out, std::size_t size) noexcept;

/// A registered finalizer. S, G, M; a stale one is harmless.
struct Registered {
  std::uint64_t id = 0;
};
enum class AtExit : std::uint8_t { no, yes };

/// `payload` (traced until taken or detached) becomes an event when the referent has died, or at exit. A payload that reaches the referent keeps it
/// alive to exit. `run` is for C++ closures, see Event::act. `not_collectable` also for a pointer more than 4 GB into its object. May collect. Python: weakref.finalize
Result<Registered> finalize_raw(const Referent& referent, CallbackQueue& queue, void* payload, AtExit at_exit = AtExit::yes,
                                void (*run)(Event&) = nullptr) noexcept;
/// The payload, to exactly one caller; else null. Python: finalize.detach; and finalize.__call__ is detach, then call.
void* detach(Registered finalizer) noexcept;
struct Peeked {
  void* object = nullptr;
  void* payload = nullptr;
};
/// The object and the payload, both null when dead. Python: finalize.peek
Peeked peek(Registered finalizer) noexcept;
bool alive(Registered finalizer) noexcept;
/// Python's repr() of a finalizer whose object lies at `address`, such as `<finalize object at 0x7f..; dead>`; as describe() of a node. MAY CALL HOST.
std::size_t describe(Registered finalizer, const void* address, const Host& host, char* out, std::size_t size) noexcept;
AtExit at_exit(Registered finalizer) noexcept;
void set_at_exit(Registered finalizer, AtExit at_exit) noexcept;   ///< Ignored when dead.
/// At exit, finalizers of higher priority run first; all are born with 0. Among equals the newest is first, and one whose priority is set counts as new.
/// Ignored when dead. O(finalizers of higher priority).
void set_exit_priority(Registered finalizer, std::int32_t priority) noexcept;

/// The object's own finalizer: an event with the object itself, after the weak callbacks of its death, at most once; it may resurrect the object, whose
/// weak references stay dead. A payload that reaches the object keeps it alive. A finalizer that bdwgc held for the object before is put back when the event
/// is taken. `run`: see Event::act. May collect. Python: __del__
Status finalize_object(const Referent& referent, CallbackQueue& queue, void* payload, void (*run)(Event&) = nullptr) noexcept;

}  // namespace mayfly
