// ALL glue between the interpreter and mayfly. Built with -fno-exceptions -fno-rtti.
#include "lang.hpp"
#include <unistd.h>
using namespace mayfly;
namespace lang {
namespace {
// --- 1. host table: errors are values already pending in Thread --------------------------------------------------------------
Answer host_equal(void*, void* a, void* b) {
  Value r = vm_equal(current(), Value(a), Value(b));
  return r == 0 ? Answer::error : r == TRUE_ ? Answer::yes : Answer::no;
}
Status host_hash(void*, void* o, std::uint64_t* out) { return vm_hash(current(), Value(o), out) ? Status::ok : Status::host_error; }
const char* host_type(void*, void* o) { return static_cast<Obj*>(o)->type->name; }
constexpr Host kHost{.equal = host_equal, .hash = host_hash, .type_name = host_type};   // no .call: this VM pulls
constinit CallbackQueue queue{&kHost};                                                  // no static-init order, no destructor

// --- 2. one door from my objects to mayfly's ---------------------------------------------------------------------------------
Referent referent(Obj* o) {
  bool fixed = o->type->flags & kIsStatic;                                              // builtin types, functions in .data
  return {.obj = o, .cell = (o->type->flags & kNoCellWord) ? nullptr : &o->cell,
          .life = fixed ? Referent::Life::immortal : Referent::Life::collected};
}
bool fail(Status s, Obj* o) {                                                           // mayfly status -> my error value
  Thread* t = current();
  switch (s) {
    case Status::ok: return false;
    case Status::host_error: return true;                                               // pending already: do not touch it
    case Status::no_memory: set_error(t, Err::memory, "out of memory"); break;
    case Status::dead: set_error(t, Err::reference, "%s", message(s)); break;
    case Status::not_weakrefable:
    case Status::not_collectable: set_error(t, Err::type, "cannot create weak reference to '%s' object", o->type->name); break;
    default: set_error(t, Err::runtime, "%s", message(s)); break;
  }
  return true;
}
void wake(void*) { raise_eval_breaks(); }                                               // runs in the collector: flags only
void after_callback(Thread* t, bool failed, Value fn) {                                 // VM calls it when the frame returns
  if (failed) print_unraisable(t, take_error(t), "weakref callback", fn);
  restore_error(t, t->saved_error);                                                     // S16
  t->delivering = false;
  t->eval_break = true;                                                                 // look for the next one
}
}  // namespace

// --- 3. ref(obj, callback=None), for `ref` and for user classes derived from it -----------------------------------------------
Value ref_new(Type* cls, Value target, Value callback) {
  if (!is_obj(target)) return set_error(current(), Err::type, "cannot create weak reference to 'int' object"), 0;
  Obj* o = reinterpret_cast<Obj*>(target);
  if (!(o->type->flags & kWeakRefable)) return fail(Status::not_weakrefable, o), 0;
  const bool exact = cls->flags & kExactRef, plain = callback == NONE;
  if (exact && plain)
    if (RefNode* n = canonical(referent(o), RefKind::ref)) return Value(holder(*n));
  auto* r = static_cast<RefObj*>(GC_malloc(cls->size));                                 // may collect; `o` is on my stack
  if (!r) return fail(Status::no_memory, o), 0;
  r->type = cls;
  auto b = bind(r->node, referent(o), queue, plain ? nullptr : reinterpret_cast<void*>(callback), exact ? RefKind::ref : RefKind::subclass);
  return fail(b.status, o) ? 0 : Value(holder(*b.value));                               // another thread's canonical may have won
}
Value ref_call(RefObj* r) { void* o = get(r->node); return o ? Value(o) : NONE; }
Value ref_eq(RefObj* a, RefObj* b) {
  Answer r = equal(a->node, b->node, kHost);
  return r == Answer::error ? 0 : r == Answer::yes ? TRUE_ : FALSE_;
}
bool ref_hash(RefObj* r, std::uint64_t* out) {
  Status s = hash(r->node, kHost, out);
  if (s == Status::dead) return set_error(current(), Err::type, "weak object has gone away"), false;
  return !fail(s, r);
}
Value ref_list(Obj* o) {                                                                // getweakrefs
  Value list = list_new();
  Status s = each(referent(o), [](void* l, RefNode& n) { list_append(Value(l), Value(holder(n))); }, reinterpret_cast<void*>(list));
  return fail(s, o) ? 0 : list;
}

// --- 4. finalize(obj, fn, *args): the payload is one of my closures -------------------------------------------------------------
bool finalize_init(FinalizeObj* f, Obj* o, Closure* bound) {
  auto reg = finalize_raw(referent(o), queue, bound, AtExit::yes);
  if (fail(reg.status, o)) return false;
  f->id = reg.value;
  return true;
}
bool finalize_call(Thread* t, FinalizeObj* f) {                                         // f(): at most once, errors go to the caller
  auto* c = static_cast<Closure*>(detach(f->id));
  return !c || push_frame(t, c, NONE, nullptr);
}

// --- 5. safepoint: pull ONE event per frame; callbacks are ordinary frames: they may yield, switch fibers, raise, exit ------------
void deliver(Thread* t) {
  t->eval_break = false;
  Event e;
  while (!t->delivering && t->frames_free > 4 && queue.take(e)) {                       // the flag keeps order and stops nesting
    if (e.run) { e.run(e); continue; }                                                  // ~T() of C++ objects
    t->saved_error = take_error(t);
    t->delivering = push_frame(t, static_cast<Closure*>(e.payload), e.holder ? Value(e.holder) : NONE, after_callback);
    if (!t->delivering) { queue.put_back(e); restore_error(t, t->saved_error); break; }
  }
}
void vm_loop(Thread* t) {
  while (vm_run_step(t))
    if (t->eval_break || (!t->delivering && queue.pending())) deliver(t);
}
bool gc_collect_step(Thread* t) { bool more = queue.collect(); deliver(t); return more; }  // re-run by the gc.collect() frame, max 8

// --- 6. explicit release, threads, fork, exit -------------------------------------------------------------------------------------
void release_buffer(Obj* o) { clear_now(referent(o)); GC_free(o); }                     // else: probes/p2_free.c
void thread_main(void (*body)(Thread*), Thread* t) { ThreadScope reg; gil_acquire(); body(t); gil_release(); }
void wait_for_io(void (*f)(void*), void* a) { gil_release(); blocking(f, a); gil_acquire(); }
long lang_fork() {                                                                      // GIL held -> mayfly -> bdwgc's atfork
  before_fork();
  long pid = ::fork();
  after_fork(pid == 0 ? ForkSide::child : ForkSide::parent);
  return pid;
}
bool lang_init() {
  Options o{.finalizers = Options::Finalizers::host, .exit = Options::Exit::host, .fork = Options::Fork::host};
  if (init(o) != Status::ok) return false;
  return queue.set_wake(wake, nullptr) == Status::ok;
}
void lang_exit(Thread* t) {                                                             // other threads joined, modules still there
  queue.begin_exit();
  while (queue.pending() && !t->exit_requested) { deliver(t); vm_run_until_idle(t); }
  if (auto left = queue.shutdown()) warn("%zu finalizers not run", left);
}
}  // namespace lang
