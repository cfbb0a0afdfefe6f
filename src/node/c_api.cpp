// The C face. Plain data has the same layout on both sides, which is asserted; what C calls back goes through functions of the right type.
#include <mayfly/concurrent_weak_set.hpp>
#include <mayfly/mayfly.h>
#include <mayfly/node.hpp>
#include <mayfly/queue.hpp>
#include <mayfly/runtime.hpp>
#include <mayfly/weak.hpp>
#include <mayfly/weak_table.hpp>

#include "gc_integration/pages.hpp"
#include "src/node/guard.hpp"

#include <cstddef>
#include <memory>
#include <new>

using namespace mayfly;

/// A CallbackQueue whose host asks the C host.
struct mayfly_queue {
  mayfly_host c{};
  Host host;
  CallbackQueue queue{&host};
};

namespace {

// ---- layout ----
template <class Cxx, class C>
inline constexpr bool same_shape = sizeof(Cxx) == sizeof(C) && alignof(Cxx) == alignof(C);
static_assert(same_shape<RefNode, mayfly_node> && offsetof(RefNode, yours) == offsetof(mayfly_node, yours));
static_assert(same_shape<MethodNode, mayfly_method> && same_shape<CellWord, mayfly_cell_word>);
static_assert(same_shape<Event, mayfly_event> && offsetof(Event, run) == offsetof(mayfly_event, run) && offsetof(Event, act) == offsetof(mayfly_event, act));
static_assert(sizeof(Event::Act) == sizeof(int) && static_cast<int>(Event::Act::drop) == MAYFLY_DROP);
static_assert(same_shape<WeakTable, mayfly_table> && same_shape<Item, mayfly_item> && same_shape<WeakTable::Cursor, mayfly_cursor>);
static_assert(offsetof(WeakTable::Cursor, hash) == offsetof(mayfly_cursor, hash));
static_assert(same_shape<ConcurrentTable, mayfly_shared_table>);
static_assert(static_cast<int>(Status::changed) == MAYFLY_E_CHANGED && static_cast<int>(RefKind::subclass) == MAYFLY_SUBCLASS);
static_assert(static_cast<int>(Host::Called::stop) == MAYFLY_CALLED_STOP);

RefNode* cxx(mayfly_node* node) noexcept { return reinterpret_cast<RefNode*>(node); }
const RefNode* cxx(const mayfly_node* node) noexcept { return reinterpret_cast<const RefNode*>(node); }
MethodNode* cxx(mayfly_method* method) noexcept { return reinterpret_cast<MethodNode*>(method); }
const MethodNode* cxx(const mayfly_method* method) noexcept { return reinterpret_cast<const MethodNode*>(method); }
WeakTable* cxx(mayfly_table* table) noexcept { return reinterpret_cast<WeakTable*>(table); }
const WeakTable* cxx(const mayfly_table* table) noexcept { return reinterpret_cast<const WeakTable*>(table); }
ConcurrentTable* cxx(mayfly_shared_table* table) noexcept { return reinterpret_cast<ConcurrentTable*>(table); }
const ConcurrentTable* cxx(const mayfly_shared_table* table) noexcept { return reinterpret_cast<const ConcurrentTable*>(table); }
WeakTable::Cursor* cxx(mayfly_cursor* cursor) noexcept { return reinterpret_cast<WeakTable::Cursor*>(cursor); }
mayfly_node* c(RefNode* node) noexcept { return reinterpret_cast<mayfly_node*>(node); }
const mayfly_event* c(const Event& event) noexcept { return reinterpret_cast<const mayfly_event*>(&event); }
mayfly_status c(Status status) noexcept { return static_cast<mayfly_status>(status); }
int c(Answer answer) noexcept { return static_cast<int>(answer); }
Answer answer(int c) noexcept { return c < 0 ? Answer::error : c > 0 ? Answer::yes : Answer::no; }
mayfly_drained c(const Drained& d) noexcept { return {d.ran, d.left, d.stopped, d.busy}; }
AtExit at_exit(int yes) noexcept { return yes != 0 ? AtExit::yes : AtExit::no; }
using Run = void (*)(Event&);
Run cxx(void (*run)(mayfly_event*)) noexcept { return reinterpret_cast<Run>(reinterpret_cast<void (*)()>(run)); }   // a reference is passed as a pointer is

Referent cxx(const mayfly_referent& referent) noexcept {
  return {.obj = referent.obj,
          .cell = reinterpret_cast<CellWord*>(referent.cell),
          .life = referent.immortal != 0 ? Referent::Life::immortal : Referent::Life::collected};
}

// ---- what C calls back ----
mayfly_host& host_of(void* self) noexcept { return static_cast<mayfly_queue*>(self)->c; }
Answer host_equal(void* self, void* a, void* b) { return answer(host_of(self).equal(host_of(self).self, a, b)); }
Status host_hash(void* self, void* object, std::uint64_t* out) { return static_cast<Status>(host_of(self).hash(host_of(self).self, object, out)); }
const char* host_type_name(void* self, void* object) { return host_of(self).type_name(host_of(self).self, object); }
const char* host_object_name(void* self, void* object) { return host_of(self).object_name(host_of(self).self, object); }
Host::Called host_call(void* self, const Event& event) { return static_cast<Host::Called>(host_of(self).call(host_of(self).self, c(event))); }
void host_unraisable(void* self, const Event& event) { host_of(self).unraisable(host_of(self).self, c(event)); }

struct EachCall {
  void (*f)(void*, mayfly_node*);
  void* context;
};
struct EqualCall {
  int (*equal)(void*, const void*, void*);
  void* self;
};
Answer call_equal(void* call, const void* what, void* key) {
  const auto& e = *static_cast<const EqualCall*>(call);
  return answer(e.equal(e.self, what, key));
}

struct UpdateCall : EqualCall {
  mayfly_status (*hash)(void*, const void*, uint64_t*);
};
Status call_hash(void* call, const void* key, std::uint64_t* out) {
  const auto& h = *static_cast<const UpdateCall*>(static_cast<const EqualCall*>(call));
  return static_cast<Status>(h.hash(h.self, key, out));
}

/// Valid while `probe` is.
PureProbe pure(const mayfly_pure_probe& probe) noexcept {
  return {.hash = probe.hash, .what = probe.what, .self = &probe, .equal = [](const void* self, const void* what, const void* object) {
            const auto& p = *static_cast<const mayfly_pure_probe*>(self);
            return p.equal(p.self, what, object) > 0;
          }};
}

/// A probe that asks C's equality.
struct AskingProbe {
  EqualCall call;
  Probe probe;
  explicit AskingProbe(const mayfly_probe& from) noexcept : call{from.equal, from.self} {
    probe = {.hash = from.hash, .what = from.what, .self = &call, .equal = from.equal != nullptr ? call_equal : nullptr};
  }
  AskingProbe(const AskingProbe&) = delete;
  AskingProbe& operator=(const AskingProbe&) = delete;
};

mayfly_status give(const Result<Item>& found, mayfly_item* out) noexcept {
  if (out != nullptr) *out = {found.value.key, found.value.value};
  return c(found.status);
}

}  // namespace

extern "C" {

const char* mayfly_message(mayfly_status status) { return message(static_cast<Status>(status)); }

// ---- the process ----
mayfly_status mayfly_init(uint32_t version, const mayfly_options* options) {
  if (version >> 8 != MAYFLY_VERSION >> 8) return MAYFLY_E_UNSUPPORTED;   // another minor version
  Options chosen;
  if (options != nullptr) {
    if (options->size != sizeof(mayfly_options)) return MAYFLY_E_UNSUPPORTED;
    if (options->one_thread != 0) chosen.threads = Options::Threads::one;
    if (options->host_finalizers != 0) chosen.finalizers = Options::Finalizers::host;
    if (options->host_exit != 0) chosen.exit = Options::Exit::host;
    if (options->host_fork != 0) chosen.fork = Options::Fork::host;
    if (options->finalizers_in_parent != 0) chosen.inherited_finalizers = Options::InheritedFinalizers::parent;
    if (options->clear_by_marks != 0) chosen.clearing = Options::Clearing::marks;
    chosen.zeal = options->zeal;
    if (options->exit_nanoseconds != 0) chosen.exit_nanoseconds = options->exit_nanoseconds;
    chosen.exit_report = options->exit_report;
  }
  return c(init(chosen));
}
const char* mayfly_init_problem(void) { return init_problem(); }
void mayfly_shutdown(void) { shutdown(); }
void mayfly_before_fork(void) { before_fork(); }
void mayfly_after_fork(int in_child) { after_fork(in_child != 0 ? ForkSide::child : ForkSide::parent); }
mayfly_status mayfly_thread_begin(int* ours) {
  const auto begun = node::register_thread();
  *ours = begun.value;
  return c(begun.status);
}
void mayfly_thread_end(int ours) {
  if (ours != 0) node::unregister_thread();
}
void mayfly_blocking(void (*f)(void*), void* argument) { blocking(f, argument); }
mayfly_stats mayfly_get_stats(void) {
  const Stats s = stats();
  return {s.collections, s.cleared, s.cleared_last, s.queued, s.taken, s.settle_ns, s.slots};
}

// ---- delivery ----
mayfly_queue* mayfly_queue_new(const mayfly_host* host) {
  if (host != nullptr && host->size != sizeof(mayfly_host)) return nullptr;
  static_assert(sizeof(mayfly_queue) <= 4096);
  void* page = gc::map_pages(4096);             // not malloc, which a host may have turned into the collector's
  if (page == nullptr) return nullptr;
  auto* queue = ::new (page) mayfly_queue;
  if (host != nullptr) queue->c = *host;
  queue->host.self = queue;
  if (queue->c.equal != nullptr) queue->host.equal = host_equal;
  if (queue->c.hash != nullptr) queue->host.hash = host_hash;
  if (queue->c.type_name != nullptr) queue->host.type_name = host_type_name;
  if (queue->c.object_name != nullptr) queue->host.object_name = host_object_name;
  if (queue->c.call != nullptr) queue->host.call = host_call;
  if (queue->c.unraisable != nullptr) queue->host.unraisable = host_unraisable;
  return queue;
}
int mayfly_queue_pending(const mayfly_queue* queue) { return queue->queue.pending(); }
mayfly_status mayfly_queue_own(mayfly_queue* queue) { return c(queue->queue.own()); }
void mayfly_queue_disown(mayfly_queue* queue) { queue->queue.disown(); }
mayfly_status mayfly_queue_set_wake(mayfly_queue* queue, void (*hint)(void*), void* argument) { return c(queue->queue.set_wake(hint, argument)); }
int mayfly_queue_take(mayfly_queue* queue, mayfly_event* event) { return queue->queue.take(*reinterpret_cast<Event*>(event)); }
void mayfly_queue_put_back(mayfly_queue* queue, const mayfly_event* event) { queue->queue.put_back(*reinterpret_cast<const Event*>(event)); }
mayfly_drained mayfly_queue_drain(mayfly_queue* queue, size_t items, uint64_t nanoseconds) {
  return c(queue->queue.drain({.items = items, .nanoseconds = nanoseconds}));
}
int mayfly_queue_collect(mayfly_queue* queue) { return queue->queue.collect(); }
mayfly_drained mayfly_queue_collect_and_drain(mayfly_queue* queue) { return c(queue->queue.collect_and_drain()); }
void mayfly_queue_begin_exit(mayfly_queue* queue) { queue->queue.begin_exit(); }
size_t mayfly_queue_shutdown(mayfly_queue* queue) { return queue->queue.shutdown(); }
int mayfly_queue_wake_fd(mayfly_queue* queue) { return queue->queue.wake_fd(); }
mayfly_queue_stats mayfly_queue_get_stats(const mayfly_queue* queue) {
  const QueueStats s = queue->queue.stats();
  return {s.waiting, s.oldest_ns, s.ran, s.failed, s.drain_ns};
}
mayfly_status mayfly_start_drainer(mayfly_queue* queue) { return c(start_drainer(queue->queue)); }
void mayfly_stop_drainer(mayfly_queue* queue) { stop_drainer(queue->queue); }
void mayfly_callbacks_off(void) { node::callbacks_off(); }
void mayfly_callbacks_on(void) { node::callbacks_on(); }

// ---- references ----
mayfly_status mayfly_bind(mayfly_node* node, mayfly_referent referent, mayfly_queue* queue, void* callback, mayfly_kind kind, mayfly_node** bound) {
  *bound = nullptr;
  if (kind > MAYFLY_SUBCLASS) return c(Status::unsupported);
  const auto result = bind(*cxx(node), cxx(referent), queue->queue, callback, static_cast<RefKind>(kind));
  *bound = c(result.value);
  return c(result.status);
}
mayfly_node* mayfly_canonical(mayfly_referent referent, mayfly_kind kind) { return c(canonical(cxx(referent), static_cast<RefKind>(kind))); }
void* mayfly_holder(const mayfly_node* node) { return holder(*cxx(node)); }
void* mayfly_get(const mayfly_node* node) { return get(*cxx(node)); }
void* mayfly_callback(const mayfly_node* node) { return callback(*cxx(node)); }
mayfly_kind mayfly_kind_of(const mayfly_node* node) { return static_cast<mayfly_kind>(kind(*cxx(node))); }
int mayfly_equal(const mayfly_node* a, const mayfly_node* b, const mayfly_queue* queue) { return c(equal(*cxx(a), *cxx(b), queue->host)); }
mayfly_status mayfly_hash(mayfly_node* node, const mayfly_queue* queue, uint64_t* out) { return c(hash(*cxx(node), queue->host, out)); }
size_t mayfly_describe(const mayfly_node* node, const mayfly_queue* queue, char* out, size_t size) { return describe(*cxx(node), queue->host, out, size); }
size_t mayfly_describe_non_iterator(const mayfly_node* proxy, const mayfly_queue* queue, char* out, size_t size) {
  return describe_non_iterator(*cxx(proxy), queue->host, out, size);
}
void mayfly_unbind(mayfly_node* node) { unbind(*cxx(node)); }
size_t mayfly_count(mayfly_referent referent) { return count(cxx(referent)); }
mayfly_status mayfly_each(mayfly_referent referent, void (*f)(void*, mayfly_node*), void* context) {
  EachCall call{f, context};
  const auto each_node = [](void* e, RefNode& node) { static_cast<EachCall*>(e)->f(static_cast<EachCall*>(e)->context, c(&node)); };
  return c(each(cxx(referent), each_node, &call));
}
void mayfly_clear_now(mayfly_referent referent) { clear_now(cxx(referent)); }

// ---- bound methods ----
mayfly_status mayfly_bind_method(mayfly_method* method, mayfly_referent object, mayfly_referent function, mayfly_queue* queue, void* callback) {
  return c(bind_method(*cxx(method), cxx(object), cxx(function), queue->queue, callback));
}
int mayfly_get_method(const mayfly_method* method, void** object, void** function) {
  const BoundMethod bound = get(*cxx(method));
  *object = bound.object;
  *function = bound.function;
  return bound.object != nullptr;
}
int mayfly_equal_methods(const mayfly_method* a, const mayfly_method* b, const mayfly_queue* queue) { return c(equal(*cxx(a), *cxx(b), queue->host)); }
void mayfly_unbind_method(mayfly_method* method) { unbind(*cxx(method)); }

// ---- finalizers ----
mayfly_status mayfly_finalize(mayfly_referent referent, mayfly_queue* queue, void* payload, int exit, void (*run)(mayfly_event*), mayfly_registered* out) {
  const auto result = finalize_raw(cxx(referent), queue->queue, payload, at_exit(exit), cxx(run));
  out->id = result.value.id;
  return c(result.status);
}
void* mayfly_detach(mayfly_registered finalizer) { return detach({finalizer.id}); }
int mayfly_peek(mayfly_registered finalizer, void** object, void** payload) {
  const Peeked peeked = peek({finalizer.id});
  *object = peeked.object;
  *payload = peeked.payload;
  return peeked.object != nullptr;
}
int mayfly_alive(mayfly_registered finalizer) { return alive(Registered{finalizer.id}); }
int mayfly_at_exit(mayfly_registered finalizer) { return at_exit(Registered{finalizer.id}) == AtExit::yes; }
void mayfly_set_at_exit(mayfly_registered finalizer, int exit) { set_at_exit({finalizer.id}, at_exit(exit)); }
void mayfly_set_exit_priority(mayfly_registered finalizer, int32_t priority) { set_exit_priority({finalizer.id}, priority); }
size_t mayfly_describe_finalizer(mayfly_registered finalizer, const void* address, const mayfly_queue* queue, char* out, size_t size) {
  return describe(Registered{finalizer.id}, address, queue->host, out, size);
}
mayfly_status mayfly_finalize_object(mayfly_referent referent, mayfly_queue* queue, void* payload, void (*run)(mayfly_event*)) {
  return c(finalize_object(cxx(referent), queue->queue, payload, cxx(run)));
}

// ---- handles ----
mayfly_status mayfly_weak_handle(mayfly_referent referent, mayfly_handle* out) {
  const auto result = weak_handle(cxx(referent));
  out->bits = result.value.bits;
  return c(result.status);
}
void* mayfly_load(mayfly_handle handle) { return load(WeakHandle{handle.bits}); }
ptrdiff_t mayfly_offset_from_base(const void* object) { return offset_from_base(object); }

// ---- tables ----
void mayfly_table_init(mayfly_table* table, int weak_values, mayfly_queue* queue) {
  ::new (table) WeakTable(weak_values != 0 ? WeakSide::value : WeakSide::key, queue != nullptr ? &queue->queue : nullptr);
}
mayfly_status mayfly_table_find(const mayfly_table* table, const mayfly_probe* probe, mayfly_item* out) {
  return give(cxx(table)->find(AskingProbe(*probe).probe), out);
}
mayfly_status mayfly_table_set(mayfly_table* table, const mayfly_probe* probe, void* strong, mayfly_referent weak) {
  return c(cxx(table)->set(AskingProbe(*probe).probe, strong, cxx(weak)));
}
mayfly_status mayfly_table_set_default(mayfly_table* table, const mayfly_probe* probe, void* strong, mayfly_referent weak, mayfly_item* out) {
  return give(cxx(table)->set_default(AskingProbe(*probe).probe, strong, cxx(weak)), out);
}
mayfly_status mayfly_table_pop(mayfly_table* table, const mayfly_probe* probe, mayfly_item* out) {
  return give(cxx(table)->pop(AskingProbe(*probe).probe), out);
}
mayfly_status mayfly_table_pop_newest(mayfly_table* table, mayfly_item* out) { return give(cxx(table)->pop_newest(), out); }
void mayfly_table_clear(mayfly_table* table) { cxx(table)->clear(); }
size_t mayfly_table_size(const mayfly_table* table) { return cxx(table)->size(); }
mayfly_status mayfly_table_next(const mayfly_table* table, mayfly_cursor* cursor, int show_dead) {
  return c(cxx(table)->next(*cxx(cursor), show_dead != 0 ? WeakTable::Dead::show : WeakTable::Dead::skip));
}
mayfly_status mayfly_table_remove(mayfly_table* table, mayfly_cursor* cursor) { return c(cxx(table)->remove(*cxx(cursor))); }
mayfly_status mayfly_table_update(mayfly_table* table, const mayfly_table* other, void* self, int (*equal)(void*, const void*, void*),
                                  mayfly_status (*hash)(void*, const void*, uint64_t*)) {
  UpdateCall call{{equal, self}, hash};
  return c(cxx(table)->update(*cxx(other), static_cast<EqualCall*>(&call), equal != nullptr ? call_equal : nullptr, hash != nullptr ? call_hash : nullptr));
}

// ---- the set that threads share ----
void* mayfly_shared_table_find(const mayfly_shared_table* table, const mayfly_pure_probe* probe) { return cxx(table)->find(pure(*probe)); }
mayfly_status mayfly_shared_table_enter(mayfly_shared_table* table, const mayfly_pure_probe* probe, void* object, void** out) {
  const auto winner = cxx(table)->enter(pure(*probe), object);
  if (out != nullptr) *out = winner.value;
  return c(winner.status);
}
void* mayfly_shared_table_erase(mayfly_shared_table* table, const mayfly_pure_probe* probe) { return cxx(table)->erase(pure(*probe)); }
size_t mayfly_shared_table_size(const mayfly_shared_table* table) { return cxx(table)->size(); }
void mayfly_shared_table_destroy(mayfly_shared_table* table) {
  std::destroy_at(cxx(table));
  *table = {};
}

}  // extern "C"
