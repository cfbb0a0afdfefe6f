// The untyped weak table below WeakValueMap, WeakKeyMap and WeakSet: what an interpreter builds its own containers on.
//
// Place: inside a collected object (G only), where nothing else may take its place while that object lives (so clear_now() before it is freed by hand);
// all-zero is valid: empty, weak keys, default queue. No destructor. Threads: one at a time, or the host's own lock; taking from the table's queue counts as
// use. A forked child may use it unless another thread was inside one of its calls. Hash and equality are the caller's and may be host code: they may fail,
// allocate, collect, take events, and change this very table. Python counterparts: WeakValueDictionary, WeakKeyDictionary, WeakSet
#pragma once
#include <mayfly/node.hpp>
#include <mayfly/weak.hpp>

#include <cstddef>
#include <cstdint>

namespace mayfly {

/// Which side of an entry is weak. The other side is strong and traced; a set has weak keys and null values.
enum class WeakSide : std::uint8_t { key, value };

/// What a table's strong sides are once a collection found the table itself dead. `destroyed`: they have destructors, which then may run before a
/// destructor looks at the table, or its object is resurrected; so it is empty from then on.
enum class StrongSide : std::uint8_t { kept, destroyed };

/// What is looked for.
struct Probe {
  std::uint64_t hash = 0;
  const void* what = nullptr;
  void* self = nullptr;
  Answer (*equal)(void* self, const void* what, void* key) = nullptr;   ///< Null: identity of `what` and the key. Both sides of the entry are held.
};

/// An entry, both sides strong while this lies on the stack.
struct Item {
  void* key = nullptr;
  void* value = nullptr;
};

class WeakTable {
 public:
  constexpr WeakTable() noexcept = default;
  constexpr explicit WeakTable(WeakSide side, CallbackQueue* queue = nullptr, StrongSide strong = StrongSide::kept) noexcept
      : queue_(queue), side_(side), strong_(strong) {}
  WeakTable(const WeakTable&) = delete;
  WeakTable& operator=(const WeakTable&) = delete;

  /// `absent`, or what Probe::equal answered (`host_error`); `changed` when equal() changed the table at each of many attempts. O(1). MAY CALL HOST (equal).
  Result<Item> find(const Probe& probe) const noexcept;
  /// Enters the pair, or gives an equal key the new other side; then the first key stays, and with weak keys its lifetime counts. May collect.
  /// `not_collectable`: the weak side is not bdwgc's, or the table does not lie in a collected object. MAY CALL HOST (equal).
  Status set(const Probe& probe, void* strong, const Referent& weak) noexcept;
  /// The entry that is there, else a new one. As set(). Python: setdefault
  Result<Item> set_default(const Probe& probe, void* strong, const Referent& weak) noexcept;
  /// Removes the entry and answers it. Never collects. MAY CALL HOST (equal).
  Result<Item> pop(const Probe& probe) noexcept;
  /// Removes the newest entry and answers it; `empty`. Never collects. Python: popitem
  Result<Item> pop_newest() noexcept;
  void clear() noexcept;
  /// Living entries. May count entries too that died since the last take or drain. O(1), after a death O(n).
  std::size_t size() const noexcept;

  /// An iteration, oldest entry first. Lies on the stack: it holds its item.
  struct Cursor {
    Item item;
    WeakHandle weak;          ///< Of the weak side's object, which may be dead if `dead` entries are shown.
    std::ptrdiff_t offset = 0;   ///< Of the weak side's pointer from the start of its object.
    std::uint64_t hash = 0;   ///< Probe::hash of the entry, but for its top bit, which tables do not look at.
    std::uint64_t at_ = 0, changes_ = 0;
  };
  enum class Dead { skip, show };
  /// Steps on. `absent`: the end. `changed`: entries were entered or removed since the iteration began; what dies by itself vanishes without harm.
  /// Dead entries that are still there are shown, if wanted, with a weak side that is null. Python: valuerefs(), keyrefs()
  Status next(Cursor& cursor, Dead dead = Dead::skip) const noexcept;
  /// Removes the cursor's item; the iteration goes on. `absent` if it is gone already, `changed` as next().
  Status remove(Cursor& cursor) noexcept;
  /// Enters all that `other` has; other's items win. `equal` compares a key of other (as Probe::what) with one of this table. `hash`: of a key of other, if
  /// that is not what other knows it by. `unsupported`: the other side of its entries is weak. Else failed: some may have been entered. May collect.
  /// MAY CALL HOST (equal, hash).
  Status update(const WeakTable& other, void* self, Answer (*equal)(void* self, const void* what, void* key),
                Status (*hash)(void* self, const void* key, std::uint64_t* out) = nullptr) noexcept;

  CallbackQueue& queue() const noexcept { return queue_ != nullptr ? *queue_ : default_queue(); }
  WeakSide side() const noexcept { return side_; }
  /// What an all-zero table is to be. REQUIRES: it is that, or nothing was entered yet.
  void become(WeakSide side, StrongSide strong = StrongSide::kept) noexcept { side_ = side, strong_ = strong; }

  struct Entry;
  struct Access;              // mayfly's own

 private:
  Entry* entries_ = nullptr;           // insertion order, with gaps
  std::uint32_t* index_ = nullptr;     // open addressing, 1 + position; twice as long as entries_
  CallbackQueue* queue_ = nullptr;
  std::uint32_t capacity_ = 0;         // of entries_
  std::uint32_t used_ = 0;             // entries_ below this were issued
  std::uint32_t indexed_ = 0;          // places of index_ that are not free
  std::uint32_t live_ = 0;             // entries not removed and not known to be dead
  std::uint64_t edits_ = 0;            // changes of entries, but for sweeps: a probe whose equal() made one starts again
  std::uint64_t changes_ = 0;          // entries entered or removed by the program: iterations end
  std::uint64_t deaths_seen_ = 0;
  std::uint64_t anchor_ = 0;           // the handle by which the queue knows this table
  WeakSide side_ = WeakSide::key;
  StrongSide strong_ = StrongSide::kept;
  std::uint8_t turn_ = 0;              // who is at it: nobody, the program, or a sweep by whoever takes from the queue
};

}  // namespace mayfly
