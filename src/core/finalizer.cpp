#include "src/core/finalizer.hpp"

#include "gc_integration/check.hpp"
#include "gc_integration/primitives.hpp"
#include "gc_integration/roots.hpp"

#include <algorithm>
#include <new>
#include <utility>

namespace mayfly::core {
namespace {

using State = RegisteredFinalizer::State;

constexpr unsigned kGenerationShift = 48;
constexpr std::uint64_t kOneGeneration = std::uint64_t{1} << kGenerationShift;

void set_id(RegisteredFinalizer& record, std::uint64_t id) noexcept { std::atomic_ref(record.own.bits).store(id, std::memory_order_release); }
bool worn_out(const RegisteredFinalizer& record) noexcept { return record.own.bits < kOneGeneration; }

/// For the rest of its life it is a record of this queue. Its first word is the pool's while it is free.
RegisteredFinalizer* record_in(void* block, EventQueue& queue) noexcept {
  auto* record = static_cast<RegisteredFinalizer*>(block);
  if (record->own.empty()) {                     // zeroed memory
    record = ::new (block) RegisteredFinalizer;
    record->queue = &queue;
    record->kind = WatcherKind::finalizer;
    set_id(*record, kOneGeneration | reinterpret_cast<std::uint64_t>(block));
  }
  return record;
}

}  // namespace

void Registry::List::insert(RegisteredFinalizer& record, RegisteredFinalizer* older) noexcept {
  record.newer = older != nullptr ? older->newer : oldest;
  record.older = older;
  (record.newer != nullptr ? record.newer->older : newest) = &record;
  (older != nullptr ? older->newer : oldest) = &record;
}

void Registry::List::remove(RegisteredFinalizer& record) noexcept {
  (record.newer != nullptr ? record.newer->older : newest) = record.older;
  (record.older != nullptr ? record.older->newer : oldest) = record.newer;
}

void Registry::insert(RegisteredFinalizer& record) noexcept {
  RegisteredFinalizer* older = registered_.newest;
  while (older != nullptr && older->priority > record.priority) older = older->older;
  registered_.insert(record, older);
  if (record.at_exit == AtExit::yes && exit_from_ != nullptr && record.priority >= exit_from_->priority) exit_from_ = &record;
}

RegisteredFinalizer* Registry::enter(EventQueue& queue, void* referent, AtExit at_exit) noexcept {
  void* block = pool_.take();
  if (block == nullptr) return nullptr;
  RegisteredFinalizer& record = *record_in(block, queue);
  record.set_referent(referent);
  record.state = State::armed;
  record.priority = 0;
  record.at_exit = at_exit;
  for_exit_.add(record.is_for_exit());
  insert(record);
  return &record;
}

void Registry::remove(RegisteredFinalizer& record) noexcept {
  if (exit_from_ == &record) exit_from_ = record.older;
  registered_.remove(record);
}

void Registry::set_priority(RegisteredFinalizer& record, std::int32_t priority) noexcept {
  remove(record);
  record.priority = priority;
  insert(record);
}

void Registry::set_at_exit(RegisteredFinalizer& record, AtExit at_exit) noexcept {
  for_exit_.take_off(record.is_for_exit());
  record.at_exit = at_exit;
  for_exit_.add(record.is_for_exit());
  if (at_exit == AtExit::yes) exit_from_ = nullptr;
}

RegisteredFinalizer* Registry::newest_for_exit() noexcept {
  RegisteredFinalizer* record = exit_from_ != nullptr ? exit_from_ : registered_.newest;
  while (record != nullptr && !record->is_for_exit()) record = record->older;
  exit_from_ = record;
  return record;
}

void Registry::drop_returned() noexcept {
  for (Watcher* waiting = first_due_; waiting != nullptr; waiting = waiting->next) {
    auto& record = static_cast<RegisteredFinalizer&>(*waiting);
    if (record.state == State::returned) (void)retire(record, State::dropped);
  }
}

void Registry::queue(RegisteredFinalizer& record, std::uint32_t behind) noexcept {
  for_exit_.take_off(record.is_for_exit());
  record.state = State::queued;
  record.behind = behind;
  record.next = nullptr;
  if (first_due_ != nullptr) {
    last_due_->next = &record;
  } else {
    first_due_ = &record;
  }
  last_due_ = &record;
  ++due_;
}

RegisteredFinalizer* Registry::take_due(std::uint32_t left_chain) noexcept {
  if (first_due_ == nullptr || static_cast<std::int32_t>(left_chain - first_due_->behind) < 0) return nullptr;
  --due_;
  return std::exchange(first_due_, static_cast<RegisteredFinalizer*>(first_due_->next));
}

std::size_t Registry::close_gap(std::uint32_t place) noexcept {
  std::size_t in_front = 0;
  for (Watcher* waiting = first_due_; waiting != nullptr; waiting = waiting->next) {
    std::uint32_t& behind = static_cast<RegisteredFinalizer&>(*waiting).behind;
    if (static_cast<std::int32_t>(behind - place) > 0) {
      --behind;
    } else {
      ++in_front;
    }
  }
  return in_front;
}

void* Registry::retire(RegisteredFinalizer& record, State now) noexcept {
  if (record.registered()) {                     // else it was put back: its id has died before
    remove(record);
    set_id(record, record.own.bits + kOneGeneration);
  }
  for_exit_.take_off(record.is_for_exit());
  record.state = now;
  if (record.root == nullptr) return nullptr;
  return std::exchange(*record.root, nullptr);
}

void Registry::set_free(RegisteredFinalizer& record) noexcept {
  gc::release_root(std::exchange(record.root, nullptr));
  record.state = State::free;
  if (!worn_out(record)) pool_.give(&record);
}

void Registry::set_spent(RegisteredFinalizer& record) noexcept {
  record.state = State::spent;
  RegisteredFinalizer* oldest = std::exchange(spent_[spent_at_], &record);
  spent_at_ = (spent_at_ + 1) % kReturnable;
  if (oldest != nullptr) set_free(*oldest);
}

bool Registry::put_back(std::uint64_t next_id, void* payload, std::uint32_t left_chain) noexcept {
  RegisteredFinalizer& record = record_of(next_id);
  if (record.state != State::spent || record.own.bits != next_id) return false;
  *std::find(spent_, spent_ + kReturnable, &record) = nullptr;
  if (record.root != nullptr) gc::store_traced(record.root, payload);
  record.state = State::returned;
  record.behind = left_chain;
  record.next = first_due_;
  if (first_due_ == nullptr) last_due_ = &record;
  first_due_ = &record;
  ++due_;
  return true;
}

void Registry::check_invariants() const noexcept {
  std::size_t due = 0;
  for (const Watcher* record = first_due_; record != nullptr; record = record->next) ++due;
  MAYFLY_CHECK(due == due_, ".finalizer: the count of those that wait is wrong");
  const RegisteredFinalizer* newer = nullptr;
  std::size_t for_exit = 0;
  for (const RegisteredFinalizer* record = registered_.newest; record != nullptr; newer = record, record = record->older) {
    MAYFLY_CHECK(record->newer == newer, ".finalizer: the registry does not lead back");
    MAYFLY_CHECK(newer == nullptr || newer->priority >= record->priority, ".finalizer: the registry is not in the order of priorities");
    for_exit += record->is_for_exit();
    MAYFLY_CHECK(record->registered(), ".finalizer: one that is done is registered");
    MAYFLY_CHECK(record->kind == WatcherKind::finalizer && &record_of(record->id()) == record, ".finalizer.id: the id names another record");
  }
  MAYFLY_CHECK(for_exit == for_exit_.load(), ".finalizer.exit: the count of those that run at exit is wrong");
  for (const RegisteredFinalizer* record = registered_.newest; exit_from_ != nullptr && record != exit_from_; record = record->older) {
    MAYFLY_CHECK(!record->is_for_exit(), ".finalizer.exit: one that runs at exit would be passed over");
  }
  for (const RegisteredFinalizer* record : spent_) {
    if (record == nullptr) continue;
    MAYFLY_CHECK(record->state == State::spent && record->slot.empty(), ".finalizer.spent: one that is not spent is among them");
    MAYFLY_CHECK(record->root == nullptr || *record->root == nullptr, ".finalizer.spent: a payload is held");
  }
}

}  // namespace mayfly::core
