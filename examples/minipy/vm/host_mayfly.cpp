#include "vm/host_mayfly.hpp"

#include <fmt/format.h>
#include <gc/gc.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <mayfly/runtime.hpp>
#include <mayfly/testing.hpp>
#include <utility>

#include "modules/modules.hpp"
#include "runtime/error.hpp"
#include "runtime/names.hpp"
#include "runtime/ops.hpp"
#include "runtime/thread.hpp"
#include "vm/interpreter.hpp"
#include "vm/vm.hpp"

namespace minipy {

// ---- how mayfly compares, hashes and names ---------------------------------------------------------------------------------------------------

namespace {
Value value_of(void* object) { return static_cast<Value>(object); }

mayfly::Answer host_equal(void*, void* a, void* b) {
  return static_cast<mayfly::Answer>(compare_truth(CompareOp::eq, value_of(a), value_of(b)));  // -1, 0, 1 for both
}
mayfly::Status host_hash(void*, void* object, std::uint64_t* out) {
  return hash_value(value_of(object), out) ? mayfly::Status::ok : mayfly::Status::host_error;
}
const char* host_type_name(void*, void* object) { return type_name(value_of(object)); }
const char* host_object_name(void*, void* object) {
  Value name = find_attr(value_of(object), names::__name__);
  if (name == nullptr) clear_error();
  return name != nullptr && is_str(name) ? as_str(name)->data : nullptr;
}
}  // namespace

constexpr mayfly::Host weak_host = {.equal = host_equal, .hash = host_hash, .type_name = host_type_name, .object_name = host_object_name};
constinit mayfly::CallbackQueue weak_queue{&weak_host};  // no .call: the virtual machine takes events itself

bool supports_weak_refs(Value v) { return (type_of(v)->flags & kWeakRefable) != 0; }
mayfly::Referent referent(Value v) {
  const bool fixed = is_type(v) && !is_heap_type(as_type(v));  // the types of C++ lie in static memory
  return {.obj = v, .cell = cell_of(v), .life = fixed ? mayfly::Referent::Life::immortal : mayfly::Referent::Life::collected};
}
Value raise_status(mayfly::Status status, Value v) {
  switch (status) {
    case mayfly::Status::host_error:
      return nullptr;  // pending already
    case mayfly::Status::no_memory:
      return raise_no_memory();
    case mayfly::Status::dead:
      return raise_text(exc::ReferenceError, mayfly::message(status));
    case mayfly::Status::not_weakrefable:
    case mayfly::Status::not_collectable:
      return raise(exc::TypeError, "cannot create weak reference to '{}' object", v != nullptr ? type_name(v) : "NULL");
    default:
      return raise_text(exc::RuntimeError, mayfly::message(status));
  }
}

// ---- registrations ---------------------------------------------------------------------------------------------------------------------------

namespace {
std::uintptr_t births = 0;  // of objects with finalizers; numbers, as payloads, that are no addresses
bool anything_watched = false;

bool finalize(Object* object) {
  anything_watched = true;
  auto* birth = reinterpret_cast<void*>(++births << 1 | 1);
  const mayfly::Status status = mayfly::finalize_object({.obj = object}, weak_queue, birth);  // a text's cell has no place yet
  return status == mayfly::Status::ok || (raise_status(status, object), false);
}
}  // namespace

void note_callback() { anything_watched = true; }
bool deaths_matter() { return anything_watched && !settings.collect_never; }

bool register_del(Object* object) { return finalize(object); }
bool register_generator(Generator* generator) { return finalize(generator); }

// ---- collections -----------------------------------------------------------------------------------------------------------------------------

namespace {
constexpr int kMoreRounds = 7;  // beside the first

struct Counts {
  std::uint64_t callbacks = 0, finalizers = 0, dels = 0, forced = 0, precise = 0;
  std::chrono::nanoseconds collecting{0};
} counts;
bool automatic = true;
}  // namespace

std::uint64_t collections() { return mayfly::stats().collections; }
bool automatic_collections() { return automatic; }
void set_automatic_collections(bool on) {
  if (on != automatic) on ? GC_enable() : GC_disable();
  automatic = on;
}

void ask_for_collection() {
  if (settings.collect_never) return;
  this_thread().rounds = kMoreRounds;
  eval_break.fetch_or(kCollect, std::memory_order_relaxed);
}

namespace {
void collect(Thread& t, bool precisely) {
  if (settings.collect_never) return;
  const auto start = std::chrono::steady_clock::now();
  if (!automatic) GC_enable();
  wipe_stack(t);
  if (precisely)
    counts.precise += mayfly::test::unsafe_collect_precise();
  else
    (void)weak_queue.collect();
  if (!automatic) GC_disable();
  if (weak_queue.pending()) eval_break.fetch_or(kEvents, std::memory_order_relaxed);
  ++counts.forced;
  counts.collecting += std::chrono::steady_clock::now() - start;
}
}  // namespace

void collect_now(Thread& t) { collect(t, t.runs == 1 && t.natives == 0); }
void collect_if_memory_ran_out(Thread& t) {
  if (std::exchange(memory_ran_out, false)) [[unlikely]]
    collect_now(t);
}

// ---- delivery --------------------------------------------------------------------------------------------------------------------------------

namespace {
bool exit_over = false;  // the exit finalizers have run: no finalizer is called any more

/// The call that an event asks for.
struct Delivery {
  Value function = nullptr;  // null: none
  Value self = nullptr;      // its only argument, or null
  const FinalizeCall* finalizer = nullptr;
  Value blamed = nullptr;  // in reports
  const Value* arguments() const { return finalizer != nullptr ? finalizer->arguments->items : &self; }
  std::int64_t count() const { return finalizer != nullptr ? finalizer->arguments->size : self != nullptr; }
  Value keywords() const { return finalizer != nullptr ? finalizer->keywords : nullptr; }
};

Delivery delivery_to_object(Value object) {
  const bool generator = is_exact(object, &generator_type);
  Value method = type_lookup(type_of(object), generator ? names::close : names::__del__);
  if (method == nullptr || (generator && as<Generator>(object)->frame == nullptr)) return {};
  counts.dels += !generator;
  if (is_exact(method, &function_type) || is_exact(method, &native_method_type))
    return {.function = method, .self = object, .blamed = generator ? object : method};
  return {.function = bind_descriptor(method, object, type_of(object)), .blamed = method};
}

Delivery delivery_of(mayfly::Event& event) {
  if (event.run != nullptr) return event.run(event), Delivery{};
  if (event.object != nullptr) return delivery_to_object(value_of(event.object));
  if (event.ref != nullptr) {
    ++counts.callbacks;
    return {.function = value_of(event.payload), .self = value_of(event.holder), .blamed = value_of(event.payload)};
  }
  if (exit_over) return {};
  ++counts.finalizers;
  const auto* call = static_cast<const FinalizeCall*>(event.payload);
  return {.function = call->function, .finalizer = call, .blamed = call->finalizer};
}

void begin_delivery(Thread& t) {  // callbacks see no error of the program that they interrupt
  t.delivering = true;
  t.saved_error = take_error();
  t.saved_handled = t.handled;
  t.handled = nullptr;
}
void end_delivery(Thread& t) {
  t.delivering = false;
  t.rounds = 0;
  restore_error(t.saved_error);
  t.handled = t.saved_handled;
  t.saved_error = t.saved_handled = nullptr;
}

/// The next event; if none waits and gc.collect() is in progress, after another collection, until one kills nothing.
bool next_event(Thread& t, mayfly::Event& event) {
  if (weak_queue.take(event)) return true;
  if (t.rounds == 0) return false;
  --t.rounds;
  collect_now(t);
  return weak_queue.take(event);
}

/// Calls until one has a frame (true), or nothing is left.
bool deliver(Thread& t) {
  for (mayfly::Event event; next_event(t, event);) {
    const Delivery d = delivery_of(event);
    t.delivered_to = d.blamed;
    const Pushed how = d.function != nullptr ? push_callback(d.function, d.arguments(), d.count(), d.keywords())
                       : error_pending()     ? Pushed::failed
                                             : Pushed::done;
    if (how == Pushed::frame) return true;
    if (how == Pushed::failed) report_unraisable(nullptr, t.delivered_to);
    t.delivered_to = nullptr;
  }
  end_delivery(t);
  return false;
}
}  // namespace

bool serve(Thread& t, unsigned why) {
  eval_break.fetch_and(~(why & (kEvents | kCollect)), std::memory_order_relaxed);
  if ((why & kCollect) != 0) collect_now(t);
  if (t.delivering) return false;  // when the callback ends, the rest is taken
  if (!weak_queue.pending()) return t.rounds = 0, false;
  begin_delivery(t);
  return deliver(t);
}

bool delivered(Thread& t) {
  if (error_pending()) report_unraisable(nullptr, t.delivered_to);
  t.delivered_to = nullptr;
  return deliver(t);
}

// ---- start and end ---------------------------------------------------------------------------------------------------------------------------

namespace {
constexpr std::size_t kFirstHeap = std::size_t{64} << 20;  // in a small heap, stray numbers look like pointers more often

void wake(void*) { eval_break.fetch_or(kEvents, std::memory_order_relaxed); }  // inside the collector: a flag, no more

/// False: what is no Exception is pending.
bool deliver_at_exit(mayfly::Event& event) {
  const Delivery d = delivery_of(event);
  const bool failed = d.function == nullptr ? error_pending() : call_with_dict(d.function, d.arguments(), d.count(), d.keywords()) == nullptr;
  if (!failed) return true;
  if (d.finalizer == nullptr) return report_unraisable(nullptr, d.blamed), true;
  if (!error_is(exc::Exception)) return false;
  (void)report_fatal();
  return true;
}
}  // namespace

bool host_start() {
  using mayfly::Options;
  const auto clearing = settings.clear_by_marks ? Options::Clearing::marks : Options::Clearing::links;
  mayfly::Status status = mayfly::init({.exit = Options::Exit::host, .clearing = clearing, .zeal = settings.zeal});
  if (status == mayfly::Status::ok) status = weak_queue.set_wake(wake, nullptr);
  if (status != mayfly::Status::ok) {
    const char* problem = mayfly::init_problem();
    fmt::print(stderr, "minipy: mayfly does not start: {}\n", *problem != '\0' ? problem : mayfly::message(status));
    return false;
  }
  GC_set_warn_proc(GC_ignore_warn_proc);  // a program is told of memory that it does not get by MemoryError
  (void)GC_expand_hp(kFirstHeap);
  if (settings.collect_never) GC_disable();
  return true;
}

bool finalizers_ended() { return exit_over; }

bool run_exit_finalizers() {
  if (exit_over) return true;
  Thread& t = this_thread();
  const bool was_automatic = automatic, was_delivering = t.delivering;
  set_automatic_collections(false);
  ++t.natives;          // events are held here
  t.delivering = true;  // by this loop alone
  weak_queue.begin_exit();
  bool going = true;
  for (mayfly::Event event; going && weak_queue.take(event);) going = deliver_at_exit(event);
  exit_over = true;
  t.delivering = was_delivering;
  --t.natives;
  set_automatic_collections(was_automatic);
  return going;
}

namespace {
constexpr int kExitRounds = 64;

/// What one collection killed, in the order in which it is called.
struct Dead {
  struct Entry {
    mayfly::Event event;
    std::uintptr_t birth;  // 0: a callback, before all objects
    std::int64_t taken;
    bool operator<(const Entry& other) const { return birth != other.birth ? birth < other.birth : taken < other.taken; }
  };
  Entry* entries = nullptr;  // in collected memory
  std::int64_t size = 0, capacity = 0;
};
Dead dead;  // a static variable: a root

bool keep_dead(const mayfly::Event& event) {
  if (dead.size == dead.capacity) {
    auto* more = allocate_array<Dead::Entry>(dead.capacity * 2 + 16);
    if (more == nullptr) return clear_error(), false;
    std::copy(dead.entries, dead.entries + dead.size, more);
    dead.entries = more, dead.capacity = dead.capacity * 2 + 16;
  }
  dead.entries[dead.size] = {event, event.object == nullptr ? 0 : reinterpret_cast<std::uintptr_t>(event.payload), dead.size};
  ++dead.size;
  return true;
}

/// Here nobody waits for an answer: errors are reported.
void deliver_last(Thread& t, mayfly::Event& event) {
  const Delivery d = delivery_of(event);
  t.delivered_to = d.blamed;  // not only in a C++ variable: the program may collect
  const int native = d.function == nullptr || is_exact(d.function, &function_type) ? 0 : 1;
  t.natives += native;
  if (d.function != nullptr) (void)call_with_dict(d.function, d.arguments(), d.count(), d.keywords());
  t.natives -= native;
  if (error_pending()) report_unraisable(nullptr, t.delivered_to);
  t.delivered_to = nullptr;
  event = {};
}
}  // namespace

void settle_deaths() {
  Thread& t = this_thread();
  t.delivering = true;
  for (int round = 0; round < kExitRounds; ++round) {
    collect(t, true);
    for (mayfly::Event event; weak_queue.take(event);)
      if (!keep_dead(event)) deliver_last(t, event);
    if (dead.size == 0) break;
    std::sort(dead.entries, dead.entries + dead.size);
    for (std::int64_t i = 0; i < dead.size; ++i) deliver_last(t, dead.entries[i].event);
    dead = {};
  }
  t.delivering = false, t.rounds = 0;
}

void host_exit() {
  (void)weak_queue.shutdown();
  mayfly::shutdown();
}

void host_print_stats() {
  const mayfly::Stats s = mayfly::stats();
  const mayfly::QueueStats q = weak_queue.stats();
  const auto milliseconds = [](auto nanoseconds) { return static_cast<double>(nanoseconds) / 1e6; };
  const auto line = [](const char* what, const auto& value) { fmt::print(stderr, "{:<28} {:>12}\n", what, value); };
  line("collections", s.collections);
  line("  asked for, or by policy", counts.forced);
  line("  of these precise", counts.precise);
  line("  their time, ms", fmt::format("{:.2f}", milliseconds(counts.collecting.count())));
  line("deaths settled", s.cleared);
  line("  settling, ms", fmt::format("{:.2f}", milliseconds(s.settle_ns)));
  line("events", s.queued);
  line("  taken", s.taken);
  line("  waiting", q.waiting);
  line("weak callbacks", counts.callbacks);
  line("finalizers", counts.finalizers);
  line("__del__", counts.dels);
  line("slots in use", s.slots);
}

}  // namespace minipy
