// The module _thread: locks, and threads as threading starts them.
//
// A lock's state is a semaphore within the object: it needs no destruction, and a signal ends the waiting for it.
#include <pthread.h>
#include <semaphore.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <ctime>

#include "modules/modules.hpp"
#include "modules/threads.hpp"
#include "runtime/error.hpp"
#include "runtime/str.hpp"
#include "types/types.hpp"
#include "vm/interpreter.hpp"

namespace minipy {

namespace {
constexpr double kLongestWait = 4294967.0;

struct Lock : Object {
  mayfly::CellWord cell;
  sem_t semaphore;
  std::uint64_t owner;  // of RLock: the thread's number
  std::int64_t count;   // how often it is held
};

Value lock_of_type(Type* type) {
  Value v = allocate_instance(type);
  if (v != nullptr) (void)sem_init(&as<Lock>(v)->semaphore, 0, 1);
  return v;
}

// ---- waiting ------------------------------------------------------------------------------------------------------------------------------

/// How long acquire() waits. Seconds are negative for ever.
struct Patience {
  bool blocking = true;
  bool interruptible = true;
  double seconds = -1;
};

bool read_patience(Value blocking, Value timeout, Patience* out) {
  if (blocking != nullptr) {
    const int t = truth(blocking);
    if (t < 0) return false;
    out->blocking = t != 0;
  }
  if (timeout != nullptr && !float_of(timeout, &out->seconds)) return false;
  if (std::isnan(out->seconds)) return raise(exc::ValueError, "Invalid value NaN (not a number)"), false;
  if (!out->blocking && out->seconds != -1) return raise(exc::ValueError, "can't specify a timeout for a non-blocking call"), false;
  if (out->seconds < 0 && out->seconds != -1) return raise(exc::ValueError, "timeout value must be a non-negative number"), false;
  if (out->seconds > kLongestWait) return raise(exc::OverflowError, "timeout value is too large"), false;
  return true;
}

struct Wait {
  sem_t* semaphore;
  const timespec* until;  // null: for ever
  int error;
};
void wait_for_semaphore(void* argument) {
  auto* w = static_cast<Wait*>(argument);
  const int failed = w->until == nullptr ? sem_wait(w->semaphore) : sem_clockwait(w->semaphore, CLOCK_MONOTONIC, w->until);
  w->error = failed == 0 ? 0 : errno;
}

/// 1: got it, 0: time is up, -1: an exception.
int acquire(Lock* lock, const Patience& patience) {
  if (sem_trywait(&lock->semaphore) == 0) return 1;
  if (!patience.blocking) return 0;
  const timespec until = patience.seconds < 0 ? timespec{} : moment_in(patience.seconds);
  Wait wait = {&lock->semaphore, patience.seconds < 0 ? nullptr : &until, 0};
  do {
    unlocked(wait_for_semaphore, &wait);
    if (wait.error == EINTR && patience.interruptible && !may_go_on()) return -1;
  } while (wait.error == EINTR);
  return wait.error == 0 ? 1 : 0;
}

/// The arguments of acquire(), without self. False: an exception.
bool read_arguments(Args args, Patience* out) {
  Value a[2];
  return unpack_args(Args{args.values + 1, args.count - 1, args.names}, "acquire", {"blocking", "timeout"}, 0, a) && read_patience(a[0], a[1], out);
}

// ---- lock ---------------------------------------------------------------------------------------------------------------------------------

Value lock_acquire(Args args) {
  Patience patience;
  if (!read_arguments(args, &patience)) return nullptr;
  const int got = acquire(as<Lock>(args[0]), patience);
  if (got > 0) as<Lock>(args[0])->count = 1;
  return yes_no(got);
}
Value lock_release(Args a) {
  auto* lock = as<Lock>(a[0]);
  if (lock->count == 0) return raise(exc::RuntimeError, "release unlocked lock");
  lock->count = 0;
  (void)sem_post(&lock->semaphore);
  return none();
}
Value lock_enter(Args a) { return lock_acquire(Args{a.values, 1}); }
Value lock_exit(Args a) { return lock_release(Args{a.values, 1}); }
Value lock_locked(Args a) { return boolean(as<Lock>(a[0])->count != 0); }
Value lock_reset(Args a) {  // in a forked child
  auto* lock = as<Lock>(a[0]);
  lock->count = 0, lock->owner = 0;
  (void)sem_init(&lock->semaphore, 0, 1);
  return none();
}
Value lock_repr(Value v) {
  return str_new(
      fmt::format("<{} _thread.lock object at {:#x}>", as<Lock>(v)->count != 0 ? "locked" : "unlocked", reinterpret_cast<std::uintptr_t>(v)));
}

// ---- RLock --------------------------------------------------------------------------------------------------------------------------------

bool is_mine(const Lock* lock) { return lock->count > 0 && lock->owner == this_thread().ident; }

Value rlock_construct(Type* cls, Args) { return lock_of_type(cls); }
Value rlock_acquire(Args args) {
  Patience patience;
  if (!read_arguments(args, &patience)) return nullptr;
  auto* lock = as<Lock>(args[0]);
  if (is_mine(lock)) return ++lock->count, boolean(true);
  const int got = acquire(lock, patience);
  if (got > 0) lock->owner = this_thread().ident, lock->count = 1;
  return yes_no(got);
}
Value rlock_release(Args a) {
  auto* lock = as<Lock>(a[0]);
  if (!is_mine(lock)) return raise(exc::RuntimeError, "cannot release un-acquired lock");
  if (--lock->count == 0) lock->owner = 0, (void)sem_post(&lock->semaphore);
  return none();
}
Value rlock_enter(Args a) { return rlock_acquire(Args{a.values, 1}); }
Value rlock_exit(Args a) { return rlock_release(Args{a.values, 1}); }
Value rlock_is_owned(Args a) { return boolean(is_mine(as<Lock>(a[0]))); }
/// Lets go of it entirely; the answer is for _acquire_restore().
Value rlock_release_save(Args a) {
  auto* lock = as<Lock>(a[0]);
  if (lock->count == 0) return raise(exc::RuntimeError, "cannot release un-acquired lock");
  Tuple* state = tuple_of({small_int(lock->count), small_int(static_cast<std::int64_t>(lock->owner))});
  if (state == nullptr) return nullptr;
  lock->count = 0, lock->owner = 0;
  (void)sem_post(&lock->semaphore);
  return state;
}
Value rlock_acquire_restore(Args a) {
  auto* lock = as<Lock>(a[0]);
  std::int64_t count = 0, owner = 0;
  if (!is_instance(a[1], &tuple_type) || as_tuple(a[1])->size != 2)
    return raise(exc::TypeError, "argument 1 must be 2-item tuple, not {}", type_name(a[1]));
  Value* state = as_tuple(a[1])->items;
  if (!index_of(state[0], &count) || !index_of(state[1], &owner)) return nullptr;
  (void)acquire(lock, {.interruptible = false});
  lock->count = count, lock->owner = static_cast<std::uint64_t>(owner);
  return none();
}
Value rlock_repr(Value v) {
  const auto* lock = as<Lock>(v);
  return str_new(fmt::format("<{} {}.{} object owner={} count={} at {:#x}>", lock->count != 0 ? "locked" : "unlocked", type_of(v)->module->view(),
                             type_name(v), lock->owner, lock->count, reinterpret_cast<std::uintptr_t>(v)));
}

constexpr Slots kLock = {.repr = lock_repr, .hash = address_hash};
constexpr Slots kRLock = {.construct = rlock_construct, .repr = rlock_repr, .hash = address_hash};
constexpr Shape kLockShape = {.flags = kNoSubclass | kNotConstructible | kWeakRefable, .size = sizeof(Lock), .cell_offset = offsetof(Lock, cell)};
constexpr Shape kRLockShape = {.flags = kWeakRefable, .size = sizeof(Lock), .cell_offset = offsetof(Lock, cell)};
Type lock_type = builtin_type("lock", &kLock, kLockShape);
Type rlock_type = builtin_type("RLock", &kRLock, kRLockShape);

bool ready_lock_types() {
  lock_type.module = rlock_type.module = intern("_thread");
  ready_type(lock_type), ready_type(rlock_type);
  return define_natives(lock_type, {{"acquire", lock_acquire, 1, 3, kMethod | kNames},
                                    {"acquire_lock", lock_acquire, 1, 3, kMethod | kNames},
                                    {"release", lock_release, 1, 1, kMethod},
                                    {"release_lock", lock_release, 1, 1, kMethod},
                                    {"locked", lock_locked, 1, 1, kMethod},
                                    {"locked_lock", lock_locked, 1, 1, kMethod},
                                    {"__enter__", lock_enter, 1, 1, kMethod},
                                    {"__exit__", lock_exit, 1, -1, kMethod},
                                    {"_at_fork_reinit", lock_reset, 1, 1, kMethod}}) &&
         define_natives(rlock_type, {{"acquire", rlock_acquire, 1, 3, kMethod | kNames},
                                     {"release", rlock_release, 1, 1, kMethod},
                                     {"__enter__", rlock_enter, 1, 1, kMethod},
                                     {"__exit__", rlock_exit, 1, -1, kMethod},
                                     {"_is_owned", rlock_is_owned, 1, 1, kMethod},
                                     {"_release_save", rlock_release_save, 1, 1, kMethod},
                                     {"_acquire_restore", rlock_acquire_restore, 2, 2, kMethod},
                                     {"_at_fork_reinit", lock_reset, 1, 1, kMethod}});
}

// ---- threads ------------------------------------------------------------------------------------------------------------------------------

Value allocate_lock(Args) { return lock_of_type(&lock_type); }
Value start_new_thread(Args a) {
  if (!is_callable(a[0])) return raise(exc::TypeError, "first arg must be callable");
  if (!is_instance(a[1], &tuple_type)) return raise(exc::TypeError, "2nd arg must be a tuple");
  if (a.count > 2 && !is_instance(a[2], &dict_type)) return raise(exc::TypeError, "optional 3rd arg must be a dictionary");
  const std::uint64_t ident = start_thread(a[0], as_tuple(a[1]), a.count > 2 ? as_dict(a[2]) : nullptr);
  return ident == 0 ? nullptr : small_int(static_cast<std::int64_t>(ident));
}
Value get_ident(Args) { return small_int(static_cast<std::int64_t>(this_thread().ident)); }
Value get_native_id(Args) { return small_int(syscall(SYS_gettid)); }
Value count_threads(Args) { return small_int(running_threads()); }
Value exit_thread(Args) { return raise_exception(exception_new(exc::SystemExit, "")); }
Value interrupt_main_thread(Args) {
  interrupt_main();
  return none();
}
Value stack_size(Args a) {
  std::int64_t bytes = 0;
  if (a.count > 0 && !index_of(a[0], &bytes)) return nullptr;
  if (bytes < 0) return raise(exc::ValueError, "size must be 0 or a positive value");
  if (bytes != 0 && bytes < 128 * 1024) return raise(exc::ValueError, "size not valid: {} bytes", bytes);
  const auto old = static_cast<std::int64_t>(thread_stack_size);
  if (a.count > 0) thread_stack_size = usize(bytes);
  return small_int(old);
}
}  // namespace

bool may_go_on() {
  if (!take_interrupt()) return true;
  raise_exception(exception_new(exc::KeyboardInterrupt, ""));
  return false;
}

timespec moment_in(double seconds) {
  timespec moment = {};
  (void)clock_gettime(CLOCK_MONOTONIC, &moment);
  double whole = 0;
  const double part = std::modf(seconds, &whole);
  moment.tv_sec += static_cast<time_t>(whole);
  moment.tv_nsec += static_cast<long>(std::ceil(part * 1e9));
  if (moment.tv_nsec >= 1'000'000'000) moment.tv_nsec -= 1'000'000'000, ++moment.tv_sec;
  return moment;
}

bool fill_thread(Module* module) {
  if (!ready_lock_types()) return false;
  ready_local_type();
  return define(module, {{"start_new_thread", start_new_thread, 2, 3},
                         {"start_new", start_new_thread, 2, 3},
                         {"allocate_lock", allocate_lock, 0, 0},
                         {"allocate", allocate_lock, 0, 0},
                         {"exit", exit_thread, 0, 0},
                         {"exit_thread", exit_thread, 0, 0},
                         {"get_ident", get_ident, 0, 0},
                         {"get_native_id", get_native_id, 0, 0},
                         {"interrupt_main", interrupt_main_thread, 0, 0},
                         {"stack_size", stack_size, 0, 1},
                         {"_count", count_threads, 0, 0}}) &&
         define(module, "LockType", &lock_type) && define(module, "RLock", &rlock_type) && define(module, "_local", &local_type) &&
         define(module, "error", &exc::RuntimeError) && define(module, "TIMEOUT_MAX", float_new(kLongestWait));
}

}  // namespace minipy
