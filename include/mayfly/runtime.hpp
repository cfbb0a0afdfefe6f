// The process: start, threads, end, fork, figures.
#pragma once
#include <mayfly/status.hpp>

#include <cstddef>
#include <cstdint>

namespace mayfly {

struct Options {
  enum class Threads { many, one } threads = Threads::many;                 ///< one: other threads can never register; saves 40 % per GC_malloc.
  enum class Finalizers { mayfly, host } finalizers = Finalizers::mayfly;   ///< host: somebody else calls GC_invoke_finalizers.
  enum class Exit { atexit, host } exit = Exit::atexit;                     ///< host: no atexit handler; call begin_exit() or shutdown() yourself.
  enum class Fork { atfork, host } fork = Fork::atfork;                     ///< host: no pthread_atfork; call before_fork() and after_fork().
  /// How a collection clears the weak words of what died. links: each weakly referenced object and each ref object is registered with bdwgc as a
  /// disappearing link. marks: in each collection mayfly looks at bdwgc's marks for all of them. Then a first reference takes no lock of bdwgc's, and it and
  /// the collection cost a fraction (bench/README.md); but this process may neither mark incrementally, nor let a collection follow on
  /// GC_finalize_all(), which is noticed and ends the process; and somebody must invoke bdwgc's finalizers, as each collection makes one due: after some hundreds
  /// in a row without that, bdwgc prints a warning in each further one. What only another component's ordered
  /// finalizers (GC_register_finalizer) still reach may be found dead a collection later than with links. init() answers unsupported where it cannot work.
  enum class Clearing { links, marks } clearing = Clearing::links;
  /// Who calls the finalizers that exist when the process forks. parent: the child forgets those it inherited; its weak callbacks, the destructors of its
  /// objects and the finalizers that it makes itself are its own all the same; the closures that it forgets are not destroyed. Python: both
  enum class InheritedFinalizers { both, parent } inherited_finalizers = InheritedFinalizers::both;
  /// Bounds shutdown(), and so the end of the process: when that many nanoseconds are over, no further callback or finalizer is begun.
  std::uint64_t exit_nanoseconds = UINT64_MAX;
  /// Called by shutdown() when events or finalizers with at_exit were not run: how many. Not from within any lock. Null: nothing.
  void (*exit_report)(std::size_t not_run) = nullptr;
  /// Forced trouble for tests, a seeded string such as "seed:7" or "seed:7,collect-alloc=50,collect-safepoint=10"; overrides the environment's
  /// MAYFLY_ZEAL. About one in N: collect-alloc (before an allocation or registration that mayfly makes), collect-safepoint (in take), collect-load (after
  /// a weak read), skip-drain (a drain calls nothing), split-drain (a drain ends after an event), reorder (deaths of one collection), yield (before a
  /// lock); fail-alloc: the N-th fails. A seed alone: collect-alloc=100,collect-safepoint=20. Then contracts are checked too: weak reads on threads that may
  /// not, or of what was freed by hand, and two threads in one weak container abort with a place and a reason. A string that is not understood: init()
  /// answers unsupported.
  const char* zeal = nullptr;
};

/// Starts mayfly, and bdwgc if nobody did: then on the thread that lives longest, which bdwgc takes for the main one from then on. Idempotent: any library
/// may call it, and the first options win. Allocates; installs no hook of bdwgc.
/// `unsupported`: this process's collector cannot carry mayfly, see init_problem(). `no_memory`: none for pthread_atfork(), or marks and
/// bdwgc has less than some tens of KiB left; may be repeated. `unknown_thread`: marks and Threads::one, on a thread that bdwgc does not know; with
/// Threads::many that is registered meanwhile, and an out-of-memory handler may not leave by longjmp. Every registering call starts mayfly with default options.
Status init(const Options& options = {}) noexcept;
/// Why init() answered unsupported, or an empty string. Static text.
const char* init_problem() noexcept;

/// Every queue: its drainer is stopped, exit finalizers run newest first, then silence. Idempotent; loads still work afterwards. Threads that are inside
/// callbacks are waited for, one second at most, as they may be waiting for this one; then finalizers run beside them, as they do beside a thread that was
/// about to begin one. Called on two threads, the second one waits
/// for the first. MAY CALL HOST.
void shutdown() noexcept;

enum class ForkSide { parent, child };
/// Around fork(), in this order, when Options::fork is host. Take your own locks first.
void before_fork() noexcept;
void after_fork(ForkSide side) noexcept;

/// Registers the calling thread with bdwgc if nobody did, and undoes only that. Threads that bdwgc does not know may not call mayfly. `unknown_thread`:
/// it is not registered, and after Threads::one cannot be. A thread that calls GC_unregister_my_thread() itself is taken for registered afterwards.
class ThreadScope {
 public:
  ThreadScope() noexcept;
  ~ThreadScope();
  ThreadScope(const ThreadScope&) = delete;
  ThreadScope& operator=(const ThreadScope&) = delete;
  Status status() const noexcept { return status_; }

 private:
  Status status_;
  bool ours_ = false;
};

/// Calls `f` while collections need not wait for this thread. `f` must not load, allocate or throw.
void blocking(void (*f)(void*), void* argument) noexcept;

struct Stats {
  std::uint64_t collections;   ///< of bdwgc, in this process
  std::uint64_t cleared;       ///< weak words whose deaths were settled
  std::uint64_t cleared_last;  ///< of the collection that was settled last
  std::uint64_t queued;        ///< events
  std::uint64_t taken;         ///< events handed to a taker
  std::uint64_t settle_ns;
  std::size_t slots;           ///< in use: 16 bytes each
};
Stats stats() noexcept;

}  // namespace mayfly
