// The primitives on bdwgc: the product. This folder alone sees <gc.h>.
#define GC_THREADS 1
#define GC_NO_THREAD_REDIRECTS 1
#include <gc.h>
#include <gc/javaxfc.h>

#include "gc_integration/bdwgc/start.hpp"
#include "gc_integration/primitives.hpp"
#include "gc_integration/zeal.hpp"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <mutex>

#pragma weak GC_allow_register_threads   // absent from a libgc that was built without threads

// bdwgc's counter itself: public, though the header would rather have the function called, which costs twice what the rest of a weak load does.
extern "C" GC_word counter_of_bdwgc __asm__("GC_gc_no") __attribute__((weak));

namespace mayfly::gc {
namespace {

constexpr GC_word kOldestVersion = (8u << 16) | (0u << 8) | 4u;
constexpr std::size_t kScrubBytes = 64 * 1024;
constexpr std::size_t kScrubMargin = 16 * 1024;      // of a stack's far end: signals need some

constinit std::mutex g_mutex;
constinit std::atomic<bool> g_started{false};
constinit const char* g_problem = "";
constinit bool g_interior = true;
constinit bool g_many_threads = false;
static_assert(sizeof(GC_word) == sizeof(std::uint64_t));

struct Call {
  void (*function)(void*);
  void* argument;
};
void* forward(void* call) {
  const auto& c = *static_cast<const Call*>(call);
  c.function(c.argument);
  return nullptr;
}

void no_finalizer(void*, void*) {}       // what set_finalizer() would find only if bdwgc wrote nothing

// ---- collections without this thread's stack ---------------------------------------------------------------------------------------------
// bdwgc scans a thread from its stack pointer up to its stack bottom, and pushes the registers below that bottom. So the bottom moves down to a
// frame in which nothing is left of the callers: they saved their registers further up.

struct StackBottom {
  void* thread;
  GC_stack_base base;
};
void* set_stack_bottom(void* bottom) {
  const auto& b = *static_cast<const StackBottom*>(bottom);
  GC_set_stackbottom(b.thread, &b.base);   // the main thread's is a variable of its own; bdwgc knows
  return nullptr;
}

/// bdwgc still has the block of the free list that it marked last in a register when it pushes its registers, so the first object of that block lives
/// on. It goes through the lists of a thread by size: the last one shall be of objects that nobody needs, and not be empty.
void fill_largest_free_list() noexcept {
  constexpr std::size_t kLargest = 24 * 16 - 1;   // what a thread has lists for, less the byte behind each object
  for (int i = 0; i < 16; ++i) asm volatile("" : : "r"(GC_malloc(kLargest)));   // the first ones come without a list
}

[[gnu::noinline]] bool collect_from_here_down() noexcept {
  StackBottom whole{};
  whole.thread = GC_get_my_stackbottom(&whole.base);   // takes the lock itself
  StackBottom here = whole;
  here.base.mem_base = __builtin_frame_address(0);
  GC_call_with_alloc_lock(set_stack_bottom, &here);    // others may collect from now on: they too scan from here down
  const bool done = GC_try_to_collect(GC_get_stop_func()) != 0;
  GC_call_with_alloc_lock(set_stack_bottom, &whole);
  return done;
}

#if defined(__x86_64__) || defined(__aarch64__)
constexpr bool kCleansRegisters = true;
#else
constexpr bool kCleansRegisters = false;
#endif

/// With zero in the registers that calls preserve; the frame pointer has this frame's address.
[[gnu::noinline]] bool collect_with_clean_registers() noexcept {
  asm volatile("" : : "r"(__builtin_frame_address(0)));   // asks for a frame pointer
#if defined(__x86_64__)
  asm volatile("xor %%ebx, %%ebx\n\txor %%r12d, %%r12d\n\txor %%r13d, %%r13d\n\txor %%r14d, %%r14d\n\txor %%r15d, %%r15d"
               :
               :
               : "rbx", "r12", "r13", "r14", "r15", "cc", "memory");
#elif defined(__aarch64__)
  asm volatile("mov x19, xzr\n\tmov x20, xzr\n\tmov x21, xzr\n\tmov x22, xzr\n\tmov x23, xzr\n\tmov x24, xzr\n\tmov x25, xzr\n\t"
               "mov x26, xzr\n\tmov x27, xzr\n\tmov x28, xzr\n\tfmov d8, xzr\n\tfmov d9, xzr\n\tfmov d10, xzr\n\tfmov d11, xzr\n\t"
               "fmov d12, xzr\n\tfmov d13, xzr\n\tfmov d14, xzr\n\tfmov d15, xzr"
               :
               :
               : "x19", "x20", "x21", "x22", "x23", "x24", "x25", "x26", "x27", "x28", "d8", "d9", "d10", "d11", "d12", "d13", "d14", "d15", "memory");
#endif
  const bool done = collect_from_here_down();
  asm volatile("" : : : "memory");                        // no tail call: it would give the callers' registers back first
  return done;
}

}  // namespace

Status refuse(const char* why) noexcept {
  g_problem = why;
  return Status::unsupported;
}

std::uint64_t ask_collection_number() noexcept { return GC_get_gc_no(); }

Status start(Threads threads) noexcept {
  if (g_started.load(std::memory_order_acquire)) return Status::ok;
  const std::lock_guard lock(g_mutex);
  if (g_started.load(std::memory_order_relaxed)) return Status::ok;
  if (GC_get_version() < kOldestVersion) return refuse("mayfly needs bdwgc 8.0.4 or later");
  if (threads == Threads::many && GC_allow_register_threads == nullptr) return refuse("this libgc was built without thread support");
  if (GC_is_init_called() == 0) {
    GC_set_handle_fork(1);
    GC_INIT();
  }
  if (GC_get_find_leak() != 0) return refuse("bdwgc runs in find-leak mode, in which links and finalizers do not work");
  GC_set_java_finalization(1);           // protects what a finalizable object reaches
  g_many_threads = threads == Threads::many;
  if (g_many_threads) GC_allow_register_threads();
  g_interior = GC_get_all_interior_pointers() != 0;
#ifdef NDEBUG                            // else each load comes in, and its thread is checked
  const GC_word* counter = &counter_of_bdwgc;
  if (counter != nullptr && *counter == GC_get_gc_no()) internal::numbers.counter = reinterpret_cast<const std::uint64_t*>(counter);
#endif
  g_started.store(true, std::memory_order_release);
  return Status::ok;
}

bool has_memory_for_tables() noexcept {
  void* probe = GC_malloc_atomic(std::size_t{1} << 14);
  GC_free(probe);
  return probe != nullptr;
}

Status make_tables() noexcept {          // of links and of finalizers
  static constinit std::atomic<bool> made{false};
  if (made.load(std::memory_order_relaxed)) return Status::ok;
  if (!has_memory_for_tables()) return Status::no_memory;
  void* object = GC_malloc(1);
  void* word = object;
  if (object == nullptr || GC_general_register_disappearing_link(&word, object) == GC_NO_MEMORY) return Status::no_memory;
  GC_unregister_disappearing_link(&word);
  GC_register_finalizer_no_order(object, no_finalizer, nullptr, nullptr, nullptr);
  GC_register_finalizer_no_order(object, nullptr, nullptr, nullptr, nullptr);
  made.store(true, std::memory_order_relaxed);
  return Status::ok;
}

const char* start_problem() noexcept { return g_problem; }

void* allocate(std::size_t bytes) noexcept { return zeal::before_allocation() ? nullptr : GC_malloc(bytes); }
void* allocate_untraced(std::size_t bytes) noexcept { return zeal::before_allocation() ? nullptr : GC_malloc_atomic(bytes); }
void* allocate_roots(std::size_t bytes) noexcept {
  return zeal::before_allocation() ? nullptr : GC_malloc_uncollectable(bytes);   // zeroed, as it is traced
}
void* base_of(const void* address) noexcept { return GC_base(const_cast<void*>(address)); }
bool was_freed(const void* base) noexcept { return GC_is_heap_ptr(base) != 0 && GC_base(const_cast<void*>(base)) != base; }
void store_traced(void** where, void* value) noexcept { GC_ptr_store_and_dirty(where, value); }
void note_displacement(std::size_t offset) noexcept {
  constexpr std::size_t kTooFar = 4096;                    // bdwgc ends the process for offsets of a block and more
  if (!g_interior && offset < kTooFar) GC_register_displacement(offset);
}
void note_kept(const void* pointer) noexcept {
  if (g_interior) return;
  const auto* base = static_cast<const char*>(GC_base(const_cast<void*>(pointer)));
  if (base != nullptr) note_displacement(static_cast<std::size_t>(static_cast<const char*>(pointer) - base));
}

void with_allocation_lock(void (*f)(void*), void* argument) noexcept {
  Call call{f, argument};
  GC_call_with_alloc_lock(forward, &call);
}

namespace {
/// How much of the stack below the caller may be written to. Of a stack that is not the thread's own (a fiber's), whose end nobody knows: nothing.
std::size_t dead_stack_bytes() noexcept {
  struct Stack {
    char* low;
    std::size_t bytes;
  };
  static thread_local constinit Stack stack{};
  pthread_attr_t attributes;
  if (stack.bytes == 0 && ::pthread_getattr_np(::pthread_self(), &attributes) == 0) {
    void* low = nullptr;
    if (::pthread_attr_getstack(&attributes, &low, &stack.bytes) == 0) stack.low = static_cast<char*>(low);
    (void)::pthread_attr_destroy(&attributes);
  }
  const auto room = static_cast<std::size_t>(static_cast<char*>(__builtin_frame_address(0)) - stack.low);   // of another stack: anything
  return room < stack.bytes && room > kScrubMargin ? std::min(kScrubBytes, room - kScrubMargin) : 0;
}
}  // namespace

[[gnu::noinline]] void scrub_dead_stack() noexcept {
  const std::size_t bytes = dead_stack_bytes();
  if (bytes == 0) return;
  void* dead = __builtin_alloca(bytes);
  std::memset(dead, 0, bytes);
  asm volatile("" : : "r"(dead) : "memory");
}

Collected collect() noexcept {
  if (sweep_runs_low()) keep_sweeping();
  scrub_dead_stack();
  if (GC_try_to_collect(GC_get_stop_func()) != 0) return Collected::done;   // the host's stop function: one of ours would disable parallel marking
  return GC_is_disabled() != 0 ? Collected::disabled : Collected::busy;
}
bool collect_without_stack() noexcept {
  if (!kCleansRegisters) return (void)collect(), false;
  if (sweep_runs_low()) keep_sweeping();
  fill_largest_free_list();
  scrub_dead_stack();
  return collect_with_clean_registers();
}
void pause() noexcept { GC_disable(); }
void resume() noexcept { GC_enable(); }

Status link(std::uint64_t* word, void* base) noexcept {
  if (zeal::before_allocation()) return Status::no_memory;
  return GC_general_register_disappearing_link(reinterpret_cast<void**>(word), base) == GC_NO_MEMORY ? Status::no_memory : Status::ok;
}
void unlink(std::uint64_t* word) noexcept { GC_unregister_disappearing_link(reinterpret_cast<void**>(word)); }

Result<FinalizerSlot> set_finalizer(void* base, FinalizerSlot finalizer) noexcept {
  if (finalizer.function != nullptr && zeal::before_registration()) return {{}, Status::no_memory};
  FinalizerSlot before{no_finalizer, nullptr};
  GC_register_finalizer_no_order(base, finalizer.function, finalizer.data, &before.function, &before.data);
  if (before.function == no_finalizer) return {{}, Status::no_memory};   // bdwgc leaves them unchanged then
  return {before, Status::ok};
}
bool finalizers_are_due() noexcept { return GC_should_invoke_finalizers() != 0; }
void invoke_finalizers() noexcept {
  if (finalizers_are_due()) GC_invoke_finalizers();
}

bool this_thread_is_registered() noexcept { return GC_thread_is_registered() != 0; }
bool threads_may_register() noexcept { return g_many_threads; }
Status register_this_thread() noexcept {
  if (!g_many_threads) return Status::unknown_thread;      // bdwgc would end the process
  GC_stack_base base;
  if (GC_get_stack_base(&base) != GC_SUCCESS) return Status::unsupported;
  const int answer = GC_register_my_thread(&base);
  return answer == GC_SUCCESS || answer == GC_DUPLICATE ? Status::ok : Status::unknown_thread;
}
void unregister_this_thread() noexcept { GC_unregister_my_thread(); }
void blocking(void (*f)(void*), void* argument) noexcept {
  Call call{f, argument};
  GC_do_blocking(forward, &call);
}

}  // namespace mayfly::gc
