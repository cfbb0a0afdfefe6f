// All glue between the interpreter and mayfly; only the module _weakref calls mayfly besides, for the nodes and tables in its own objects.
//
// Roots. The interpreter's own: threads' stacks (uncollectable memory) and static variables. mayfly adds none for the program.
// Safepoints. `eval_break` is looked at after calls, at function entry and at jumps back. The collector's hint sets kEvents there.
// Delivery. serve() takes one event after the other. Callbacks, __del__ and finalizers that are functions of the program get a frame of the
//   virtual machine, which returns to delivered(); natives are called at once. Never while this thread delivers already.
// Collections. Natives only ask for them (kCollect); they are made at a safepoint, and precisely when no native is in progress.
// Errors. What a callback raises is reported through sys.unraisablehook and goes no further.
// Exit. The finalizers that want it run once, newest first, where atexit has them or behind it; then none is called any more. The other deaths that
//   the end of the program brings (exit.cpp) are delivered by settle_deaths().
#pragma once
#include <mayfly/node.hpp>

#include "runtime/object.hpp"

namespace minipy {

struct Thread;

/// Starts bdwgc and mayfly by `settings`. False: a message was printed.
bool host_start();
/// The end of deliveries.
void host_exit();
/// The table of --stats, on stderr.
void host_print_stats();

/// The object's __del__ is to be called once after its death. False: MemoryError.
bool register_del(Object* object);
/// A suspended generator with try blocks is to be closed after its death. False: MemoryError.
bool register_generator(Generator* generator);

/// For gc.collect(): a collection at the next safepoint, and everything that it kills delivered before the program goes on; in rounds.
void ask_for_collection();
/// At a safepoint of this thread, with bits of eval_break in `why`: collects, delivers. True: a frame was pushed, run it first.
bool serve(Thread& t, unsigned why);
/// A frame with OnReturn::callback ended; its error, if any, is pending. True: another one was pushed.
bool delivered(Thread& t);
/// A collection now, at a safepoint: precise if nothing but the one run() is in progress.
void collect_now(Thread& t);
/// If the heap ran out: what used it up may still lie in stale places of the stacks.
void collect_if_memory_ran_out(Thread& t);

/// While the program ends: collects precisely, and calls what waits for the deaths: callbacks, then __del__ and generators' close() in the order in which
/// their objects were made; again, a few times, for what those drop. Errors are reported.
/// REQUIRES: no frame runs, and no C++ variable is the only pointer to anything. MAY CALL the program.
void settle_deaths();
/// May anything be called when something dies? Never after --no-collect.
bool deaths_matter();

std::uint64_t collections();
/// Those that the collector makes by itself; those that are asked for are made always. For gc.enable() and gc.disable().
bool automatic_collections();
void set_automatic_collections(bool on);

// ---- for the module _weakref ----
/// Of all weak references and finalizers of the interpreter.
extern mayfly::CallbackQueue weak_queue;
/// How mayfly compares, hashes and names values. MAY CALL the program.
extern const mayfly::Host weak_host;
bool supports_weak_refs(Value v);
/// A weak reference has a callback: its referent's death is worth a collection at exit.
void note_callback();
/// The value as mayfly sees it. REQUIRES: supports_weak_refs(v).
mayfly::Referent referent(Value v);
/// The exception for what mayfly answered about `v`, which may be null. REQUIRES: not ok.
Value raise_status(mayfly::Status status, Value v);

/// What a finalizer calls. In collected memory; the payload of its registration.
struct FinalizeCall {
  Value finalizer;
  Value function;
  Tuple* arguments;
  Dict* keywords;  // or null
};
/// Once, for atexit: runs the finalizers that want to run at exit, newest first. Errors are reported and the loop goes on; what is no Exception ends
/// it and is pending: false. Afterwards finalizers are dead letters. MAY CALL the program.
bool run_exit_finalizers();
bool finalizers_ended();

}  // namespace minipy
