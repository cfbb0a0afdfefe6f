#include "src/core/wake.hpp"

#include "gc_integration/primitives.hpp"
#include "src/core/event_queue.hpp"
#include "src/core/settle.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

namespace mayfly::core {

constinit std::atomic<bool> wakes_to_arm{false};

namespace {

constexpr int kSentinels = 4;

constinit std::atomic<int> g_sentinels{0};                // armed
constexpr std::uint64_t kNone = UINT64_MAX;
constinit std::atomic<std::uint64_t> g_told{kNone};       // the number of the collection that all queues were told of last

void tell_all() noexcept {
  const std::uint64_t number = gc::collection_number();
  if (g_told.exchange(number) == number) return;
  for (EventQueue* queue = all_queues(); queue != nullptr; queue = queue->next) queue->wake_up.now();
}

/// A sentinel's collector finalizer. May run inside any allocation, so it allocates nothing: who drains next makes another sentinel.
void ring(void*, void*) {
  g_sentinels.fetch_sub(1);
  if (!wakes_to_arm.exchange(true)) g_told.store(kNone);    // the first one since they were armed: told again, also of the same collection
  tell_all();
}

/// In a frame of its own, which is gone afterwards.
[[gnu::noinline]] bool make_sentinel() noexcept {
  void* sentinel = gc::allocate(1);
  return sentinel != nullptr && gc::set_finalizer(sentinel, {ring, nullptr}).status == Status::ok;
}

}  // namespace

bool arm_wake() noexcept {
  wakes_to_arm.store(true);                               // for others, if this thread never comes back
  while (g_sentinels.load() < kSentinels) {               // two threads at once may make one too many: it does no harm
    if (!make_sentinel()) {                               // the rest another time
      gc::scrub_dead_stack();
      return g_sentinels.load() != 0;
    }
    g_sentinels.fetch_add(1);
  }
  wakes_to_arm.store(false);
  if (g_sentinels.load() < kSentinels) wakes_to_arm.store(true);   // one rang between
  gc::scrub_dead_stack();
  if (gc::collection_number() != settled_number()) tell_all();   // it came while there were too few
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
