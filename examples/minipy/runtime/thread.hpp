// What belongs to one thread of a program, and what the virtual machine's frames look like.
//
// A Thread and its stacks are roots: uncollectable memory. The value stack holds locals and temporaries of one frame after the other; frames of
// generators lie in collected objects of their own. What lies above a frame's `sp` is stale and is wiped before a precise collection.
#pragma once
#include <atomic>

#include "runtime/object.hpp"

namespace minipy {

struct GenericFrame;

/// What becomes of a frame's result.
enum class OnReturn : std::uint8_t {
  push,        // onto the caller's stack
  leave,       // run() answers it
  construct,   // dropped; `extra`, the new instance, is pushed
  drop,        // dropped
  for_iter,    // a generator's: yields are pushed, the end jumps
  next,        // a generator's: the end raises StopIteration, or pushes `extra` if there is one
  yield_from,  // a generator's: yields are yielded on, the end is the value of the expression
  callback,    // dropped, an error is reported; then the next event is looked for
};

struct Frame {
  Code* code;
  const std::uint32_t* pc;
  Value* locals;
  Value* sp;  // the first free place
  Dict* globals;
  Dict* names;  // of class bodies and exec; else null
  Tuple* closure;
  Generator* generator;  // or null
  Value extra;           // see OnReturn
  Value entry_handled;   // what was being handled when the frame was entered
  Frame* back;
  Value* saved_top;  // the thread's stack_top without this frame
  OnReturn on_return;
  bool observed;  // policies: the collection before the next instruction was made
};

constexpr std::int64_t kMostFrames = 3000;
constexpr std::int64_t kStackValues = 1 << 16;
constexpr int kMostRuns = 250;  // natives that call the program that calls natives...

struct Thread {
  Value error;    // the pending exception, or null
  Value handled;  // the one whose handler runs: sys.exc_info()
  Frame* frame;
  Frame* frames;
  Value* stack;
  Value* stack_top;
  Value* stack_end;
  Value* stack_high;  // nothing above was written since the last wipe
  std::int64_t frames_used;
  std::int64_t depth;  // of frames, generators' included
  int runs;            // activations of run()
  int natives;         // natives at work that hold values in C variables, beside those that run() counts
  bool may_push;       // the virtual machine itself calls a native that may push a frame
  bool reraised;       // the pending exception has this frame's entry in its traceback already
  bool delivering;     // a callback runs
  int rounds;          // collections that gc.collect() may still make
  Value saved_error;   // pending when delivery began
  Value saved_handled; // being handled then
  Value delivered_to;  // whom an error of the callback that runs is reported of
  Value repr_guard;    // objects whose repr is being made: list
  std::uint64_t ident;
  Thread* next;
  Value locals;  // the _thread._local objects that it has used: list of weak references
};

extern thread_local Thread* current_thread_;
inline Thread& this_thread() { return *current_thread_; }
/// The interpreter's lock is held for all of these, but for the first thread's.
extern Thread* all_threads;  // linked by `next`
Thread* thread_new();        // null: MemoryError, in a thread that has a Thread already
void thread_delete(Thread* thread);
void keep_only(Thread* thread);  // after fork

/// Bits of `eval_break`: reasons to leave the loop for a moment. Any thread, also signal handlers and the collector's hint.
enum EvalBreak : unsigned { kEvents = 1, kCollect = 2, kInterrupt = 4, kYieldLock = 8 };
extern std::atomic<unsigned> eval_break;
extern std::int64_t recursion_limit;

}  // namespace minipy
