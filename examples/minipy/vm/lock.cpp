// The interpreter's lock, the program's threads, fork, and what SIGINT does.
//
// Lock       Held by the one thread that runs the program. Who waits for 5 ms sets kYieldLock; the holder then drops it at a safepoint and may have
// it
//            again only after somebody else had it.
// Waiting    is done in mayfly::blocking(): nothing there touches a value.
// Threads    Arguments lie at the bottom of the new thread's stack, a root, before it begins and until it ends.
// Lifetime   The lock is never destroyed: once the program ends (keep_lock()), daemon threads wait for it for ever.
#include <pthread.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <csignal>
#include <mayfly/runtime.hpp>
#include <mutex>
#include <new>

#include "modules/modules.hpp"
#include "modules/threads.hpp"
#include "runtime/error.hpp"
#include "runtime/stack.hpp"
#include "vm/interpreter.hpp"

namespace minipy {

std::size_t thread_stack_size = 0;

namespace {
constexpr std::chrono::milliseconds kPatience{5};

struct InterpreterLock {
  std::mutex mutex;
  std::condition_variable freed;     // for those who wait
  std::condition_variable switched;  // for who has let others go first
  bool held = false;
  int waiting = 0;
  std::uint64_t takes = 0;
  const Thread* last = nullptr;  // who ends the program: from then on nobody else gets it
  bool is_free() const { return !held && (last == nullptr || last == current_thread_); }
};
InterpreterLock& lock() {
  static auto* const the_lock = new InterpreterLock;
  return *the_lock;
}
/// What `takes` was when this thread dropped the lock because another one wanted it, or 0: it may come back at once.
thread_local std::uint64_t yielded_at = 0;

std::atomic<bool> interrupted{false};
std::atomic<bool> handles_interrupts{false};
pthread_t first_thread;
bool is_first_thread() { return pthread_equal(pthread_self(), first_thread) != 0; }

/// The mutex is held, and the lock is free.
void taken(InterpreterLock& l) {
  l.held = true;
  ++l.takes;
  yielded_at = 0;
  eval_break.fetch_and(~static_cast<unsigned>(kYieldLock), std::memory_order_relaxed);
  l.switched.notify_all();
}

void wait_for_lock(void*) {
  InterpreterLock& l = lock();
  std::unique_lock guard(l.mutex);
  if (yielded_at != 0) l.switched.wait(guard, [&] { return l.takes != yielded_at; });
  ++l.waiting;
  while (!l.is_free()) {
    const std::uint64_t seen = l.takes;
    const bool timed_out = l.freed.wait_for(guard, kPatience) == std::cv_status::timeout;
    if (timed_out && l.held && l.last == nullptr && l.takes == seen) eval_break.fetch_or(kYieldLock, std::memory_order_relaxed);
  }
  --l.waiting;
  taken(l);
}

bool take_free_lock() {
  InterpreterLock& l = lock();
  const std::lock_guard guard(l.mutex);
  if (!l.is_free() || yielded_at != 0) return false;
  taken(l);
  return true;
}
}  // namespace

void take_lock() {
  if (!take_free_lock()) mayfly::blocking(wait_for_lock, nullptr);
  if (interrupted.load(std::memory_order_relaxed) && is_first_thread()) eval_break.fetch_or(kInterrupt, std::memory_order_relaxed);
}

void drop_lock() {
  InterpreterLock& l = lock();
  const std::lock_guard guard(l.mutex);
  l.held = false;
  const bool wanted = l.last == nullptr && (eval_break.load(std::memory_order_relaxed) & kYieldLock) != 0;
  yielded_at = wanted && l.waiting > 0 ? l.takes : 0;
  if (wanted && l.waiting == 0) eval_break.fetch_and(~static_cast<unsigned>(kYieldLock), std::memory_order_relaxed);
  l.freed.notify_one();
}

void keep_lock() {
  InterpreterLock& l = lock();
  const std::lock_guard guard(l.mutex);
  l.last = current_thread_;
  eval_break.fetch_and(~static_cast<unsigned>(kYieldLock), std::memory_order_relaxed);
}

void unlocked(void (*f)(void*), void* argument) {
  drop_lock();
  mayfly::blocking(f, argument);
  take_lock();
}

// ---- SIGINT -------------------------------------------------------------------------------------------------------------------------------

namespace {
/// Async-signal-safe.
void on_interrupt(int) {
  interrupted.store(true, std::memory_order_relaxed);
  eval_break.fetch_or(kInterrupt, std::memory_order_relaxed);
}
}  // namespace

void install_interrupt() {
  first_thread = pthread_self();
  struct sigaction action = {};
  const bool ignored = sigaction(SIGINT, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;  // as shells do for what runs behind
  action = {};
  action.sa_handler = on_interrupt;  // without SA_RESTART: waiting calls end
  handles_interrupts = !ignored && sigaction(SIGINT, &action, nullptr) == 0;
  action.sa_handler = SIG_IGN;
  (void)sigaction(SIGPIPE, &action, nullptr);
}

bool take_interrupt() {
  eval_break.fetch_and(~static_cast<unsigned>(kInterrupt), std::memory_order_relaxed);  // first: a later signal sets it again
  return interrupted.load(std::memory_order_relaxed) && is_first_thread() && interrupted.exchange(false, std::memory_order_relaxed);
}

void interrupt_main() {
  if (handles_interrupts) (void)pthread_kill(first_thread, SIGINT);
}

// ---- threads ------------------------------------------------------------------------------------------------------------------------------

namespace {
std::int64_t running = 0;

/// What lies at the bottom of a new thread's stack.
enum Place : int { kFunction, kArguments, kKeywords, kPlaces };

void put_arguments(Thread& t, Value f, Tuple* args, Dict* keywords) {
  t.stack[kFunction] = f, t.stack[kArguments] = args, t.stack[kKeywords] = keywords;
  t.stack_top = t.stack_high = t.stack + kPlaces;
}

bool is_of_program(Value f) {
  if (is_exact(f, &method_type)) f = as<BoundMethod>(f)->function;
  return is_exact(f, &function_type);
}

void call_function(Thread& t) {
  Value f = t.stack[kFunction];
  const Tuple* args = as_tuple(t.stack[kArguments]);
  if (!is_of_program(f)) ++t.natives;  // without a frame of its own it may have all that it uses in C variables
  if (call_with_dict(f, args->items, args->size, t.stack[kKeywords]) != nullptr) return;
  if (!clear_error_if(exc::SystemExit)) report_unraisable("in thread started by", f);
}

void* thread_main(void* argument) {
  const mayfly::ThreadScope scope;
  if (scope.status() != mayfly::Status::ok) return nullptr;  // the program is ending, or out of memory: the thread never begins
  auto* t = static_cast<Thread*>(argument);
  note_stack();
  current_thread_ = t;
  take_lock();
  call_function(*t);
  leave_locals(*t);
  current_thread_ = nullptr;
  thread_delete(t);
  --running;
  drop_lock();
  return nullptr;
}

bool begin_thread(Thread* t) {
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0) return false;
  (void)pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  if (thread_stack_size != 0) (void)pthread_attr_setstacksize(&attributes, thread_stack_size);
  pthread_t thread;
  const bool begun = pthread_create(&thread, &attributes, thread_main, t) == 0;
  (void)pthread_attr_destroy(&attributes);
  return begun;
}
}  // namespace

std::uint64_t start_thread(Value f, Tuple* args, Dict* keywords) {
  if (ending()) return raise(exc::RuntimeError, "can't create new thread at interpreter shutdown"), 0;
  Thread* t = thread_new();
  if (t == nullptr) return 0;
  put_arguments(*t, f, args, keywords);
  const std::uint64_t ident = t->ident;
  ++running;
  if (begin_thread(t)) return ident;
  --running;
  thread_delete(t);
  return raise(exc::RuntimeError, "can't start new thread"), 0;
}

std::int64_t running_threads() { return running; }

int fork_process() {
  InterpreterLock& l = lock();
  l.mutex.lock();  // nobody is within it when the child gets its copy
  const int child = fork();
  if (child != 0) return l.mutex.unlock(), child;
  new (&l) InterpreterLock;  // nobody waits here
  l.held = true;
  first_thread = pthread_self();
  keep_only(current_thread_);
  running = 0;
  return 0;
}

}  // namespace minipy
