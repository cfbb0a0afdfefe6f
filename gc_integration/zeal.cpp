#include "gc_integration/zeal.hpp"

#include "gc_integration/check.hpp"
#include "gc_integration/primitives.hpp"

#include <sched.h>

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace mayfly::gc {
namespace zeal {

constinit std::atomic<bool> armed{false};
constinit std::atomic<bool> checking{false};

namespace {

constexpr std::size_t kTextRoom = 200;
constexpr std::string_view kName = "MAYFLY_ZEAL=";

constinit std::atomic<std::uint64_t> g_state{0};            // of the random sequence
struct Rates {                                              // one in so many; 0: never
  std::uint64_t collect_alloc = 0, collect_safepoint = 0, collect_load = 0, skip_drain = 0, split_drain = 0, reorder = 0, yield = 0;
  friend bool operator==(const Rates&, const Rates&) = default;
};
constinit Rates g_rates;
constinit std::atomic<std::uint64_t> g_fail_in{0};
constinit std::atomic<void (*)()> g_on_failure{nullptr};
constinit std::atomic<bool> g_forcing{false};
thread_local bool t_collecting = false;                     // a forced collection allocates nothing, but runs finalizers that may
thread_local unsigned t_exempt = 0;
constinit char g_replay[kTextRoom + kName.size() + 1] = "";
constinit char g_problem[kTextRoom + 100] = "";

/// SplitMix64 (Steele, Lea, Flood 2014): any thread may step the one sequence.
std::uint64_t random() noexcept {
  std::uint64_t z = g_state.fetch_add(0x9E3779B97F4A7C15u, std::memory_order_relaxed) + 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

bool one_in(std::uint64_t n) noexcept { return n != 0 && random() % n == 0; }

void collect_one_in(std::uint64_t n) noexcept {
  if (t_collecting || !one_in(n)) return;
  t_collecting = true;
  (void)collect();
  t_collecting = false;
}

bool number(std::string_view text, std::uint64_t& out) noexcept {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size();
}

/// What a string says. Nothing of it is in force before all of it was understood.
struct Settings {
  Rates rates{};
  std::uint64_t seed = 0, fail = 0;
};

/// One word of the string; false: not understood.
bool apply(std::string_view word, Settings& to) noexcept {
  const auto value_of = [&](std::string_view name, std::uint64_t& out) { return word.starts_with(name) && number(word.substr(name.size()), out); };
  Rates& rates = to.rates;
  return value_of("seed:", to.seed) || value_of("collect-alloc=", rates.collect_alloc) || value_of("collect-safepoint=", rates.collect_safepoint) ||
         value_of("fail-alloc=", to.fail) || value_of("collect-load=", rates.collect_load) || value_of("skip-drain=", rates.skip_drain) ||
         value_of("split-drain=", rates.split_drain) || value_of("reorder=", rates.reorder) || value_of("yield=", rates.yield);
}

}  // namespace

Status start(const char* text) noexcept {
  if (text == nullptr || *text == 0) return Status::ok;
  const std::string_view all(text, ::strnlen(text, kTextRoom + 1));
  Settings settings{.seed = g_state.load()};
  bool seed_alone = true;
  for (std::string_view rest = all; !rest.empty();) {
    const std::string_view word = rest.substr(0, rest.find(','));
    rest.remove_prefix(word.size() == rest.size() ? word.size() : word.size() + 1);
    seed_alone = seed_alone && word.starts_with("seed:");
    if (all.size() <= kTextRoom && apply(word, settings)) continue;
    std::snprintf(g_problem, sizeof g_problem,
                  "zeal: \"%.*s\" is none of seed:N, collect-alloc=N, collect-safepoint=N, fail-alloc=N, collect-load=N, skip-drain=N, split-drain=N, "
                  "reorder=N, yield=N",
                  static_cast<int>(word.size() < kTextRoom ? word.size() : kTextRoom), word.data());
    return Status::unsupported;
  }
  if (seed_alone) settings.rates = {.collect_alloc = 100, .collect_safepoint = 20};
  g_rates = settings.rates;
  g_state.store(settings.seed);
  std::snprintf(g_replay, sizeof g_replay, "%s%s", kName.data(), text);
  g_forcing.store(true);
  checking.store(true);
  g_fail_in.store(settings.fail);
  armed.store(true);
  return Status::ok;
}

const char* problem() noexcept { return g_problem; }
const char* replay() noexcept { return g_replay; }

void fail_nth(std::uint64_t n) noexcept {
  g_fail_in.store(n);
  armed.store(n != 0 || g_forcing.load());
}

bool fails_now() noexcept {
  std::uint64_t left = g_fail_in.load();
  while (left != 0 && !g_fail_in.compare_exchange_weak(left, left - 1)) {}
  return left == 1;
}

Exempt::Exempt() noexcept { ++t_exempt; }
Exempt::~Exempt() { --t_exempt; }

bool act_before_allocation() noexcept {
  if (t_exempt != 0) return false;
  if (g_forcing.load(std::memory_order_relaxed)) collect_one_in(g_rates.collect_alloc);
  return act_before_registration();
}

bool act_before_registration() noexcept {
  if (t_exempt != 0 || !fails_now()) return false;
  if (void (*handler)() = g_on_failure.load()) handler();
  return true;
}

void act_after_load() noexcept { collect_one_in(g_rates.collect_load); }
bool act_skip_drain() noexcept { return one_in(g_rates.skip_drain); }
bool act_end_drain() noexcept { return one_in(g_rates.split_drain); }
bool act_reorder() noexcept { return one_in(g_rates.reorder); }
void act_at_lock() noexcept {
  if (one_in(g_rates.yield)) (void)::sched_yield();
}

void on_failure(void (*handler)()) noexcept { g_on_failure.store(handler); }

void act_at_safepoint() noexcept {
  if (g_forcing.load(std::memory_order_relaxed)) collect_one_in(g_rates.collect_safepoint);
}

}  // namespace zeal

namespace {
thread_local unsigned t_blocking = 0;
}
void enter_blocking() noexcept { ++t_blocking; }
void leave_blocking() noexcept { --t_blocking; }

void check_thread(const char* file, int line) noexcept {
  if (t_blocking != 0) contract_broken(file, line, "a weak read inside blocking(): read before it, or after");
  if (!this_thread_is_registered()) contract_broken(file, line, "a weak read on a thread that the collector does not know: use mayfly::ThreadScope");
}

void check_referent(const void* base, const char* file, int line) noexcept {
  if (was_freed(base)) contract_broken(file, line, "a weak read of an object that was freed by hand: call clear_now() first");
}

// ---- one thread at a time --------------------------------------------------------------------------------------------------------------------

struct Use {                                   // which thread uses what: places are claimed, and given back
  std::atomic<const void*> what{nullptr};
  std::atomic<const void*> who{nullptr};       // a thread's own variable
  unsigned depth = 0;                          // of that thread's uses
};

namespace {
constexpr std::size_t kUses = 256;             // at the same time; more are not watched
thread_local const char t_self = 0;            // its address names the thread
constinit Use g_uses[kUses];

bool contracts_are_checked() noexcept {
#ifdef NDEBUG
  return zeal::checking.load(std::memory_order_relaxed);
#else
  return true;
#endif
}

/// The place of `what`, claimed if need be; null: all are taken.
Use* claim(const void* what) noexcept {
  const std::size_t first = reinterpret_cast<std::uintptr_t>(what) / 16;
  for (std::size_t i = 0; i < kUses; ++i) {
    Use& use = g_uses[(first + i) % kUses];
    const void* there = use.what.load(std::memory_order_acquire);
    if (there == what || (there == nullptr && use.what.compare_exchange_strong(there, what))) return &use;
    if (there == what) return &use;            // claimed just now by another thread
  }
  return nullptr;
}
}  // namespace

void OneThread::begin() const noexcept {
  if (!contracts_are_checked()) return;
  use_ = claim(what_);
  if (use_ == nullptr) return;
  const void* nobody = nullptr;
  if (!use_->who.compare_exchange_strong(nobody, &t_self) && nobody != &t_self) {
    contract_broken(__FILE__, __LINE__, "two threads use a weak container at the same time: give each one of its own, or a lock to both");
  }
  ++use_->depth;
}

void OneThread::end() const noexcept {
  if (use_ == nullptr || --use_->depth != 0) return;
  use_->who.store(nullptr);
  use_->what.store(nullptr, std::memory_order_release);
  use_ = nullptr;
}

void contract_broken(const char* file, int line, const char* what) noexcept {
  std::fprintf(stderr, "%s:%d: mayfly contract broken: %s\n%s\n", file, line, what, zeal::replay());
  std::abort();
}

}  // namespace mayfly::gc
