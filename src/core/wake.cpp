#include "src/core/wake.hpp"

#include "gc_integration/primitives.hpp"
#include "gc_integration/zeal.hpp"
#include "src/core/event_queue.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

namespace mayfly::core {
namespace {

constexpr int kSentinels = 4;

constinit std::atomic<int> g_sentinels{0};
constinit std::atomic<std::uint64_t> g_rung{0};           // the collection of the latest hint

void ring(void* sentinel, void* armed_at);

/// False: no memory.
bool arm(void* sentinel) noexcept { return gc::set_finalizer(sentinel, {ring, reinterpret_cast<void*>(gc::collection_number())}).status == Status::ok; }

/// A sentinel's collector finalizer. May run inside any allocation. Called without a collection since it was armed, it is GC_finalize_all() that calls, again
/// and again until no finalizer is left: then there shall be none, until somebody calls set_wake() again. So it is when there is no memory.
void ring(void* sentinel, void* armed_at) {
  const gc::zeal::Exempt exempt;
  const std::uint64_t number = gc::collection_number();
  g_sentinels.fetch_sub(1);                               // first: arm() may never return (longjmp)
  if (reinterpret_cast<std::uintptr_t>(armed_at) != number && arm(sentinel)) g_sentinels.fetch_add(1);
  if (g_rung.exchange(number) == number) return;          // another sentinel's turn was first
  for (EventQueue* queue = all_queues(); queue != nullptr; queue = queue->next) queue->wake_up.now();
}

/// In a frame of its own, which is gone afterwards.
[[gnu::noinline]] bool make_sentinel() noexcept {
  void* sentinel = gc::allocate(1);
  return sentinel != nullptr && arm(sentinel);
}

}  // namespace

bool arm_wake() noexcept {
  while (g_sentinels.load() < kSentinels) {               // two threads at once may make one too many: it does no harm
    if (!make_sentinel()) return g_sentinels.load() != 0;
    g_sentinels.fetch_add(1);
  }
  gc::scrub_dead_stack();
  return true;
}

void Wake::set_hint(void (*hint)(void*), void* argument) noexcept {
  const std::lock_guard lock(mutex_);
  hint_ = hint;
  argument_ = argument;
  look_again();
}

int Wake::fd(Fd user) noexcept {
  const std::lock_guard lock(mutex_);
  if (fds_[user] < 0) fds_[user] = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  look_again();
  return fds_[user];
}

void Wake::forget(Fd user) noexcept {
  const std::lock_guard lock(mutex_);
  if (fds_[user] >= 0) (void)::close(fds_[user]);
  fds_[user] = -1;
  look_again();
}

void Wake::look_again() noexcept { wanted_ = hint_ != nullptr || fds_[host] >= 0 || fds_[drainer] >= 0; }

void Wake::now() noexcept {
  if (!wanted_.load(std::memory_order_relaxed)) return;
  const std::lock_guard lock(mutex_);
  if (hint_ != nullptr) hint_(argument_);
  const int error = errno;                                // whoever allocates or drains just now does not expect it to change
  for (const int fd : fds_) {
    const std::uint64_t one = 1;
    if (fd >= 0) (void)!::write(fd, &one, sizeof one);
  }
  errno = error;
}

}  // namespace mayfly::core
