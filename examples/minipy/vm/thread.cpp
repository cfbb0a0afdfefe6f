// The threads' own memory: roots, made before a thread begins and freed when it has ended.
#include "runtime/thread.hpp"

#include <gc/gc.h>

#include "vm/interpreter.hpp"

namespace minipy {

thread_local Thread* current_thread_ = nullptr;
Thread* all_threads = nullptr;
std::atomic<unsigned> eval_break{0};
std::int64_t recursion_limit = 1000;

namespace {
std::uint64_t last_ident = 0;  // never used twice: what one thread kept by its number is no other's

void free_memory(Thread* t) {
  for (void* part : {static_cast<void*>(t->stack), static_cast<void*>(t->frames), static_cast<void*>(t)})
    if (part != nullptr) GC_FREE(part);
}
}  // namespace

Thread* thread_new() {
  auto* t = static_cast<Thread*>(allocate_root(sizeof(Thread)));
  if (t == nullptr) return nullptr;
  t->frames = static_cast<Frame*>(allocate_root(usize(kMostFrames) * sizeof(Frame)));
  t->stack = t->frames == nullptr ? nullptr : static_cast<Value*>(allocate_root(usize(kStackValues) * sizeof(Value)));
  if (t->stack == nullptr) return free_memory(t), nullptr;
  t->stack_top = t->stack_high = t->stack;
  t->stack_end = t->stack + kStackValues;
  t->ident = ++last_ident;
  t->next = all_threads;
  all_threads = t;
  return t;
}

void thread_delete(Thread* thread) {
  Thread** place = &all_threads;
  while (*place != nullptr && *place != thread) place = &(*place)->next;
  if (*place != nullptr) *place = thread->next;
  free_memory(thread);
}

void keep_only(Thread* thread) {
  while (Thread* other = all_threads == thread ? thread->next : all_threads) thread_delete(other);
}

}  // namespace minipy
