#include "src/core/event_queue.hpp"
#include "tests/scripted_world.hpp"

#include <mayfly/weak_table.hpp>

#include <atomic>
#include <cstring>
#include <functional>
#include <map>
#include <random>
#include <thread>
#include <vector>

namespace mayfly::world {
namespace {

struct TableObject {
  CellWord cell;
  WeakTable table;
};

WeakTable& table_in(CallbackQueue& queue, WeakSide side = WeakSide::key) {
  auto* o = static_cast<TableObject*>(gc::allocate(sizeof(TableObject)));
  return (new (o) TableObject{{}, WeakTable(side, &queue)})->table;
}

/// A probe whose equality is a function of the test.
struct HostProbe {
  std::function<Answer(void* key)> equal;
  Probe operator()(std::uint64_t hash) {
    return {hash, nullptr, this, [](void* self, const void*, void* key) { return static_cast<HostProbe*>(self)->equal(key); }};
  }
};

Probe identity(const void* key) { return {.hash = reinterpret_cast<std::uint64_t>(key), .what = key}; }

TEST(WeakTable, IsEmptyWhenAllZero) {
  auto& table = *static_cast<WeakTable*>(gc::allocate(sizeof(WeakTable)));
  Object* o = object();
  EXPECT_EQ(table.find(identity(o)).status, Status::absent);
  EXPECT_EQ(table.pop_newest().status, Status::empty);
  EXPECT_EQ(table.size(), 0u);
  EXPECT_EQ(table.set(identity(o), token(1), {.obj = o}), Status::ok);
  EXPECT_EQ(table.find(identity(o)).value.value, token(1));
}

TEST(WeakTable, AQueueTakenFromByAnotherThreadSweepsOnlyBetweenUses) {
  auto& queue = *new CallbackQueue;
  WeakTable& table = table_in(queue);
  WeakTable& copy = table_in(queue);
  std::atomic<bool> stop{false};
  std::thread taker([&] {
    const ThreadScope scope;
    for (Event event; !stop;) (void)queue.take(event);
  });
  std::vector<Object*> alive;
  for (int i = 0; i < 400; ++i) {
    Object* o = object();
    ASSERT_EQ(table.set(identity(o), token(1), {.obj = o}), Status::ok);
    if (i % 40 == 0) {
      alive.push_back(o);
    } else {
      kill_and_collect(o);
    }
    EXPECT_EQ(table.find(identity(alive.back())).status, Status::ok);
    ASSERT_EQ(copy.update(table, nullptr, nullptr), Status::ok);
  }
  stop = true;
  taker.join();
  (void)queue.drain();
  for (WeakTable* t : {&table, &copy}) {
    EXPECT_EQ(t->size(), alive.size());
    for (Object* o : alive) EXPECT_EQ(t->find(identity(o)).status, Status::ok);
  }
}

TEST(WeakTable, ASweepBesideADeathByHandMissesNothing) {
  auto& queue = *new CallbackQueue;
  WeakTable& table = table_in(queue);
  std::atomic<bool> stop{false};
  std::thread taker([&] {
    const ThreadScope scope;
    for (Event event; !stop;) (void)queue.take(event);
  });
  for (int round = 0; round < 10; ++round) {
    Object* o = object();
    for (int i = 0; i < 5000; ++i) bound({.obj = o}, queue, nullptr, RefKind::subclass);   // which a death takes its time for
    ASSERT_EQ(table.set(identity(o), token(1), {.obj = o}), Status::ok);
    clear_now({.obj = o});
    Event event;
    (void)queue.take(event);
    EXPECT_EQ(table.size(), 0u) << round;
  }
  stop = true;
  taker.join();
}

/// With one entry. Its holder was found dead, and lives on.
WeakTable& resurrected_table(CallbackQueue& queue, Object* entry) {
  WeakTable& table = table_in(queue);
  void* holder = gc::base_of(&table);
  EXPECT_EQ(table.set(identity(entry), token(1), {.obj = entry}), Status::ok);
  EXPECT_EQ(finalize_object({.obj = holder}, queue, nullptr), Status::ok);
  kill_and_collect(holder);
  EXPECT_EQ(take_all(queue).size(), 1u);
  return table;
}
int shown_entries(const WeakTable& table) {
  int shown = 0;
  for (WeakTable::Cursor cursor; table.next(cursor, WeakTable::Dead::show) == Status::ok;) ++shown;
  return shown;
}

TEST(WeakTable, OneThatWasResurrectedIsSweptAgain) {   // S18
  auto& queue = *new CallbackQueue;
  WeakTable& table = resurrected_table(queue, object());
  Object* second = object();
  ASSERT_EQ(table.set(identity(second), token(2), {.obj = second}), Status::ok);
  kill_and_collect(second);
  EXPECT_TRUE(take_all(queue).empty());
  EXPECT_EQ(shown_entries(table), 1);
}

TEST(WeakTable, OneThatWasResurrectedLetsGoWhenItsSizeIsAsked) {   // S18
  auto& queue = *new CallbackQueue;
  Object* first = object();
  WeakTable& table = resurrected_table(queue, first);
  kill_and_collect(first);
  EXPECT_TRUE(take_all(queue).empty());
  EXPECT_EQ(table.size(), 0u);
  EXPECT_EQ(shown_entries(table), 0);
}

TEST(WeakTable, ItsQueueIsPendingThoughAnotherOneSettledTheDeath) {   // S19
  auto& queue = *new CallbackQueue;
  auto& other = *new CallbackQueue;
  WeakTable& table = table_in(queue);
  Object* o = object();
  ASSERT_EQ(table.set(identity(o), token(1), {.obj = o}), Status::ok);
  bound({.obj = object()}, other, token(1));
  EXPECT_TRUE(take_all(queue).empty());
  kill_and_collect(o);
  EXPECT_TRUE(take_all(other).empty());
  EXPECT_TRUE(queue.pending());
  EXPECT_TRUE(take_all(queue).empty());
  EXPECT_FALSE(queue.pending());
}

TEST(WeakTable, ItsQueueForgetsItWhenItDied) {
  auto& queue = *new CallbackQueue;
  Object* o = object();
  WeakTable& table = table_in(queue);
  ASSERT_EQ(table.set(identity(o), token(1), {.obj = o}), Status::ok);
  EXPECT_TRUE(take_all(queue).empty());                    // sweeps for what others let die
  EXPECT_NE(core::EventQueue::peek(queue)->anchors, nullptr);
  kill_and_collect(gc::base_of(&table));
  EXPECT_TRUE(take_all(queue).empty());
  EXPECT_EQ(core::EventQueue::peek(queue)->anchors, nullptr);
}

/// A stale pointer to memory that the table has left behind shall keep nothing else alive.
TEST(WeakTable, WhatItLeavesBehindIsEmpty) {
  auto& queue = *new CallbackQueue;
  WeakTable& table = table_in(queue);
  const auto entries = [&table] {
    void* first;                                           // the first member
    std::memcpy(&first, static_cast<const void*>(&table), sizeof first);
    return static_cast<const unsigned char*>(first);
  };
  const auto fill_and_look = [&](auto leave) {
    Object* o = object();
    ASSERT_EQ(table.set(identity(o), token(1), {.obj = o}), Status::ok);
    const unsigned char* old = entries();
    leave();
    ASSERT_NE(entries(), old);
    for (int i = 0; i < 32; ++i) EXPECT_EQ(old[i], 0) << i;   // an entry
  };
  fill_and_look([&] { table.clear(); });
  fill_and_look([&] {
    for (int i = 0; i < 8; ++i) {
      Object* o = object();
      ASSERT_EQ(table.set(identity(o), token(1), {.obj = o}), Status::ok);
    }
  });
}

TEST(WeakTable, ASweepThatMetTheTableInUseComesAgainAtTheNextTake) {   // .table.turn
  auto& queue = *new CallbackQueue;
  WeakTable& table = table_in(queue);
  Object* alive = object();
  ASSERT_EQ(table.set(identity(alive), token(1), {.obj = alive}), Status::ok);
  for (int round = 0; round < 300; ++round) {
    Object* dead = object();
    ASSERT_EQ(table.set(identity(dead), token(1), {.obj = dead}), Status::ok);
    clear_now({.obj = dead});
    std::atomic<bool> began{false}, stop{false};
    std::thread user([&] {
      const ThreadScope scope;
      for (began = true; !stop;) EXPECT_EQ(table.find(identity(alive)).status, Status::ok);
    });
    while (!began) std::this_thread::yield();
    Event event;
    EXPECT_FALSE(queue.take(event));
    stop = true;
    user.join();
    EXPECT_FALSE(queue.take(event));
    int shown = 0;
    for (WeakTable::Cursor cursor; table.next(cursor, WeakTable::Dead::show) == Status::ok;) ++shown;
    ASSERT_EQ(shown, 1) << round;
  }
}

TEST(WeakTable, ADeadEntryIsAbsentBeforeAnyDrainAndItsStrongSideIsLetGoAtTheDrain) {   // S31 S35
  auto& queue = *new CallbackQueue;
  WeakTable& table = table_in(queue);
  Object* key = object();
  Object* other = object();
  ASSERT_EQ(table.set(identity(key), token(1), {.obj = key, .cell = &key->cell}), Status::ok);
  ASSERT_EQ(table.set(identity(other), token(2), {.obj = other}), Status::ok);
  kill_and_collect(key);
  EXPECT_EQ(table.find(identity(key)).status, Status::absent);
  EXPECT_EQ(table.pop(identity(key)).status, Status::absent);
  WeakTable::Cursor shown;
  ASSERT_EQ(table.next(shown, WeakTable::Dead::show), Status::ok);
  EXPECT_EQ(shown.item.key, nullptr);
  EXPECT_EQ(shown.item.value, token(1));   // not yet let go
  (void)queue.drain();
  WeakTable::Cursor rest;
  ASSERT_EQ(table.next(rest, WeakTable::Dead::show), Status::ok);
  EXPECT_EQ(rest.item.key, other);
  EXPECT_EQ(table.size(), 1u);
}

TEST(WeakTable, AReusedAddressDoesNotFindTheDeadEntry) {   // S20 S31
  auto& queue = *new CallbackQueue;
  WeakTable& table = table_in(queue);
  void* key = object();
  ASSERT_EQ(table.set(identity(key), token(1), {.obj = key}), Status::ok);
  kill_and_collect(key);
  void* again = scripted::reuse(key);
  ASSERT_EQ(again, key);
  EXPECT_EQ(table.find(identity(again)).status, Status::absent);
  ASSERT_EQ(table.set(identity(again), token(2), {.obj = again}), Status::ok);
  (void)queue.drain();                     // the late removal of the first must not hit the second
  EXPECT_EQ(table.find(identity(again)).value.value, token(2));
  EXPECT_EQ(table.size(), 1u);
}

TEST(WeakTable, DeathByHandRemoves) {   // T6
  auto& queue = *new CallbackQueue;
  WeakTable& table = table_in(queue);
  Object* with_word = object();
  Object* without = object();
  (void)table.set(identity(with_word), token(1), {.obj = with_word, .cell = &with_word->cell});
  (void)table.set(identity(without), token(1), {.obj = without});
  clear_now({.obj = with_word, .cell = &with_word->cell});
  clear_now({.obj = without});
  EXPECT_EQ(table.size(), 0u);
}

TEST(WeakTable, ClearNowFindsTheSlotOfWhoeverDidNotKnowTheWord) {   // T6
  Object* o = object();
  const WeakHandle without = weak_handle({.obj = o}).value;
  const WeakHandle with_word = weak_handle({.obj = o, .cell = &o->cell}).value;
  clear_now({.obj = o, .cell = &o->cell});
  EXPECT_EQ(load(without), nullptr);
  EXPECT_EQ(load(with_word), nullptr);
}

TEST(WeakTable, AFailingEqualityIsAnsweredAndChangesNothing) {
  auto& queue = *new CallbackQueue;
  WeakTable& table = table_in(queue);
  Object* key = object();
  HostProbe yes{[](void*) { return Answer::yes; }}, error{[](void*) { return Answer::error; }};
  ASSERT_EQ(table.set(yes(1), token(1), {.obj = key}), Status::ok);
  EXPECT_EQ(table.find(error(1)).status, Status::host_error);
  EXPECT_EQ(table.set(error(1), token(2), {.obj = object()}), Status::host_error);
  EXPECT_EQ(table.pop(error(1)).status, Status::host_error);
  EXPECT_EQ(table.find(yes(1)).value.value, token(1));
  EXPECT_EQ(table.find(error(2)).status, Status::absent);   // another hash: never asked
}

TEST(WeakTable, AnEqualityThatChangesTheTableIsAskedAgain) {
  auto& queue = *new CallbackQueue;
  WeakTable& table = table_in(queue);
  Object* first = object();
  HostProbe yes{[](void*) { return Answer::yes; }};
  ASSERT_EQ(table.set(yes(1), token(1), {.obj = first}), Status::ok);
  int calls = 0;
  std::vector<Object*> grown;
  HostProbe growing{[&](void*) {
    if (++calls == 1) {
      for (int i = 0; i < 100; ++i) {
        grown.push_back(object());
        (void)table.set(identity(grown.back()), token(9), {.obj = grown.back()});
      }
    }
    return Answer::yes;
  }};
  EXPECT_EQ(table.find(growing(1)).value.value, token(1));
  EXPECT_EQ(calls, 2);
  EXPECT_EQ(table.size(), 101u);

  calls = 0;
  HostProbe removing{[&](void*) {
    ++calls;
    (void)table.pop(yes(1));
    return Answer::yes;
  }};
  EXPECT_EQ(table.find(removing(1)).status, Status::absent);
  EXPECT_EQ(calls, 1);
}

TEST(WeakTable, AnEqualityThatAlwaysChangesTheTableEndsInAStatus) {
  auto& queue = *new CallbackQueue;
  WeakTable& table = table_in(queue);
  HostProbe yes{[](void*) { return Answer::yes; }};
  Object* first = object();
  ASSERT_EQ(table.set(yes(1), token(1), {.obj = first}), Status::ok);
  HostProbe hostile{[&](void*) {
    Object* o = object();
    (void)table.set(identity(o), token(2), {.obj = o});
    return Answer::no;
  }};
  EXPECT_EQ(table.find(hostile(1)).status, Status::changed);
  EXPECT_EQ(table.find(yes(1)).value.value, token(1));
}

TEST(WeakTable, AnEqualityMayCollectAndTakeEvents) {
  auto& queue = *new CallbackQueue;
  WeakTable& table = table_in(queue);
  Object* dying = object();
  Object* other = object();
  HostProbe never{[](void*) { return Answer::no; }};
  ASSERT_EQ(table.set(never(1), token(1), {.obj = dying}), Status::ok);
  ASSERT_EQ(table.set(never(1), token(2), {.obj = other}), Status::ok);
  HostProbe collecting{[&](void* key) {
    if (key == dying) {
      kill_and_collect(dying);
      EXPECT_TRUE(take_all(queue).empty());
    }
    return key == other ? Answer::yes : Answer::no;
  }};
  EXPECT_EQ(table.find(collecting(1)).value.key, other);
  EXPECT_EQ(table.size(), 1u);
}

TEST(WeakTable, ADeathDuringEqualityDoesNotStartTheLookUpAgain) {
  auto& queue = *new CallbackQueue;
  WeakTable& table = table_in(queue);
  Object* wanted = object();
  Object* dying = object();
  ASSERT_EQ(table.set(identity(dying), token(1), {.obj = dying}), Status::ok);
  ASSERT_EQ(table.set(identity(wanted), token(2), {.obj = wanted}), Status::ok);
  int calls = 0;
  HostProbe collecting{[&](void* key) {
    if (++calls == 1) {
      kill_and_collect(dying);
      EXPECT_TRUE(take_all(queue).empty());                  // sweeps
      EXPECT_EQ(table.size(), 1u);
    }
    return key == wanted ? Answer::yes : Answer::no;
  }};
  EXPECT_EQ(table.find(collecting(identity(wanted).hash)).value.value, token(2));
  EXPECT_EQ(calls, 1);
}

TEST(WeakTable, IterationSeesChangesAsAnErrorAndDeathsAsNothing) {   // S33
  auto& queue = *new CallbackQueue;
  WeakTable& table = table_in(queue);
  std::vector<Object*> keys;
  for (int i = 0; i < 20; ++i) {
    keys.push_back(object());
    (void)table.set(identity(keys.back()), token(1), {.obj = keys.back()});
  }
  WeakTable::Cursor at;
  ASSERT_EQ(table.next(at), Status::ok);
  EXPECT_EQ(at.item.key, keys[0]);
  scripted::kill(keys[1]);
  scripted::kill(keys[2]);
  scripted::run_cycle();
  (void)queue.drain();                                       // sweeps, which is no change of the program's
  ASSERT_EQ(table.next(at), Status::ok);
  EXPECT_EQ(at.item.key, keys[3]);
  ASSERT_EQ(table.set(identity(keys[3]), token(7), {.obj = keys[3]}), Status::ok);   // the same size
  ASSERT_EQ(table.next(at), Status::ok);
  ASSERT_EQ(table.remove(at), Status::ok);
  EXPECT_EQ(table.remove(at), Status::absent);
  ASSERT_EQ(table.next(at), Status::ok);
  (void)table.pop(identity(keys[9]));
  EXPECT_EQ(table.next(at), Status::changed);
}

TEST(WeakTable, GivingOldKeysSomethingNewDoesNotDisturbAnIteration) {   // S33 .table.moves
  auto& queue = *new CallbackQueue;
  WeakTable& table = table_in(queue);
  std::vector<Object*> keys;
  for (int i = 0; i < 8; ++i) {                              // full, with a gap at the front
    keys.push_back(object());
    ASSERT_EQ(table.set(identity(keys.back()), token(1), {.obj = keys.back()}), Status::ok);
  }
  ASSERT_EQ(table.pop(identity(keys[0])).status, Status::ok);
  WeakTable::Cursor at;
  for (std::size_t i = 1; i < 8; ++i) {
    ASSERT_EQ(table.next(at), Status::ok);
    EXPECT_EQ(at.item.key, keys[i]);
    ASSERT_EQ(table.set(identity(keys[i]), token(2), {.obj = keys[i]}), Status::ok);
    ASSERT_TRUE(table.set_default(identity(keys[i]), token(3), {.obj = keys[i]}));
    if (i == 4) {
      ASSERT_EQ(table.remove(at), Status::ok);               // this one, and no other
    }
  }
  EXPECT_EQ(table.next(at), Status::absent);
  EXPECT_EQ(table.find(identity(keys[4])).status, Status::absent);
  EXPECT_EQ(table.size(), 6u);
}

TEST(WeakTable, EveryFailingAllocationLeavesItAsItWas) {
  auto& queue = *new CallbackQueue;
  WeakTable& table = table_in(queue);
  std::vector<Object*> keys;
  for (int i = 0; i < 30; ++i) {
    Object* key = object();
    for (std::uint64_t n = 1;; ++n) {
      ASSERT_LT(n, 20u);
      gc::zeal::fail_nth(n);
      const Status status = table.set(identity(key), token(1), {.obj = key});
      gc::zeal::fail_nth(0);
      if (status == Status::ok) break;
      ASSERT_EQ(status, Status::no_memory);
      ASSERT_EQ(table.size(), keys.size());
      ASSERT_EQ(table.find(identity(key)).status, Status::absent);
    }
    keys.push_back(key);
    for (Object* k : keys) ASSERT_EQ(table.find(identity(k)).status, Status::ok);
  }
}

TEST(WeakTable, MemoryRefusedForHalfOfAGrowthChangesNothing) {
  auto& queue = *new CallbackQueue;
  WeakTable& table = table_in(queue);
  std::vector<Object*> keys;
  for (int i = 0; i < 9; ++i) {                              // eight fit; all have their slots, so that growing alone asks for memory
    keys.push_back(object());
    ASSERT_TRUE(weak_handle({.obj = keys.back()}));
    if (i < 8) {
      ASSERT_EQ(table.set(identity(keys.back()), token(1), {.obj = keys.back()}), Status::ok);
    }
  }
  for (const std::uint64_t n : {1u, 2u}) {                   // the entries, the index
    gc::zeal::fail_nth(n);
    EXPECT_EQ(table.set(identity(keys[8]), token(1), {.obj = keys[8]}), Status::no_memory);
    gc::zeal::fail_nth(0);
    EXPECT_EQ(table.size(), 8u);
    for (std::size_t i = 0; i < 9; ++i) EXPECT_EQ(table.find(identity(keys[i])).status, i < 8 ? Status::ok : Status::absent);
  }
  EXPECT_EQ(table.set(identity(keys[8]), token(1), {.obj = keys[8]}), Status::ok);
  EXPECT_EQ(table.size(), 9u);
}

TEST(WeakTable, ATableThatCannotBeMadeKnownToItsQueueTakesNothing) {
  auto& queue = *new CallbackQueue;
  WeakTable& table = table_in(queue);
  (void)use_up_blocks({.obj = &table}, queue);
  Object* key = object();
  gc::zeal::fail_nth(1);
  EXPECT_EQ(table.set(identity(key), token(1), {.obj = key}), Status::no_memory);
  gc::zeal::fail_nth(0);
  EXPECT_EQ(table.size(), 0u);
  EXPECT_EQ(table.find(identity(key)).status, Status::absent);
  ASSERT_EQ(table.set(identity(key), token(1), {.obj = key}), Status::ok);
  kill_and_collect(key);
  (void)take_all(queue);                                     // which sweeps it
  WeakTable::Cursor at;
  EXPECT_EQ(table.next(at, WeakTable::Dead::show), Status::absent);
  clear_now({.obj = &table});
}

TEST(WeakTable, ACursorRemovesOnlyWhatItStandsOn) {
  auto& queue = *new CallbackQueue;
  WeakTable& table = table_in(queue);
  WeakTable::Cursor nowhere;
  ASSERT_EQ(table.next(nowhere), Status::absent);
  EXPECT_EQ(table.remove(nowhere), Status::absent);          // at the start of an empty table
  Object* key = object();
  ASSERT_EQ(table.set(identity(key), token(1), {.obj = key}), Status::ok);
  EXPECT_EQ(table.remove(nowhere), Status::changed);
  EXPECT_EQ(table.size(), 1u);
  WeakTable::Cursor at;
  ASSERT_EQ(table.next(at), Status::ok);
  kill_and_collect(key);
  EXPECT_EQ(table.pop_newest().status, Status::empty);       // lets the dead one go: no change of the program's
  EXPECT_EQ(table.remove(at), Status::absent);
  EXPECT_EQ(table.next(at), Status::absent);
}

TEST(WeakTable, AnUpdateEndsAtTheFirstTrouble) {   // S34
  auto& queue = *new CallbackQueue;
  WeakTable& from = table_in(queue);
  WeakTable& to = table_in(queue);
  std::vector<Object*> keys;
  for (int i = 0; i < 3; ++i) {
    keys.push_back(object());
    ASSERT_EQ(from.set({.hash = 1, .what = keys.back()}, token(1), {.obj = keys.back()}), Status::ok);
  }
  Object* there = object();
  ASSERT_EQ(to.set({.hash = 1, .what = there}, token(2), {.obj = there}), Status::ok);
  const auto fails = [](void*, const void*, void*) { return Answer::error; };
  EXPECT_EQ(to.update(from, nullptr, fails), Status::host_error);
  EXPECT_EQ(to.size(), 1u);
  const auto changes = [](void* table, const void*, void*) {
    EXPECT_EQ(static_cast<WeakTable*>(table)->pop_newest().status, Status::ok);
    return Answer::no;
  };
  EXPECT_EQ(to.update(from, &from, changes), Status::changed);
  EXPECT_EQ(to.size(), 2u);                                  // what came before it stays
  EXPECT_EQ(from.size(), 2u);
  WeakTable on_stack(WeakSide::key, &queue);
  EXPECT_EQ(on_stack.update(from, nullptr, nullptr), Status::not_collectable);
  EXPECT_EQ(on_stack.size(), 0u);
  EXPECT_EQ(to.update(to, nullptr, fails), Status::ok);      // itself: nothing is asked
}

TEST(WeakTable, RefusesBadPlacesAndBadReferents) {
  auto& queue = *new CallbackQueue;
  WeakTable& table = table_in(queue);
  int local = 0;
  EXPECT_EQ(table.set(identity(&local), token(1), {.obj = &local}), Status::not_collectable);
  EXPECT_EQ(table.set(identity(nullptr), token(1), {.obj = nullptr}), Status::not_collectable);
  EXPECT_EQ(table.find(identity(&local)).status, Status::absent);
  WeakTable on_stack(WeakSide::key, &queue);
  Object* key = object();
  EXPECT_EQ(on_stack.set(identity(key), token(1), {.obj = key}), Status::not_collectable);
}

TEST(WeakTable, ATableThatDiedIsForgottenByItsQueue) {
  auto& queue = *new CallbackQueue;
  WeakTable& table = table_in(queue);
  WeakTable& second = table_in(queue);
  Object* key = object();
  (void)table.set(identity(key), token(1), {.obj = key});
  (void)second.set(identity(key), token(2), {.obj = key});
  scripted::kill(holder(*reinterpret_cast<RefNode*>(&table)));
  kill_and_collect(key);                                     // both die, and the dead table's memory is poisoned
  (void)queue.drain();
  EXPECT_EQ(second.size(), 0u);
}

TEST(WeakTable, BehavesLikeAMapUnderRandomUse) {   // S31 S32
  const auto seed = std::random_device{}();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::mt19937 random(seed);
  auto& queue = *new CallbackQueue;
  WeakTable& table = table_in(queue, WeakSide::value);
  std::map<std::uintptr_t, Object*> model;                   // strong number -> weak object
  std::vector<std::uintptr_t> order;
  const auto forget = [&](std::uintptr_t key) {
    model.erase(key);
    std::erase(order, key);
  };
  for (int step = 0; step < 20'000; ++step) {
    const std::uintptr_t key = random() % 300 + 1;
    const Probe probe{.hash = key % 40, .what = token(key)}; // many of an equal hash
    switch (random() % 8) {
      case 0: case 1: case 2: {
        Object* value = object();
        ASSERT_EQ(table.set(probe, token(key), {.obj = value}), Status::ok);
        if (!model.contains(key)) order.push_back(key);
        model[key] = value;
        break;
      }
      case 3: {
        ASSERT_EQ(table.pop(probe).status, model.contains(key) ? Status::ok : Status::absent);
        forget(key);
        break;
      }
      case 4: {
        if (!model.contains(key)) break;
        kill_and_collect(model[key]);
        forget(key);
        if (random() % 2 == 0) (void)queue.drain();
        break;
      }
      case 5: {
        const auto item = table.pop_newest();
        ASSERT_EQ(item.status, order.empty() ? Status::empty : Status::ok);
        if (order.empty()) break;
        ASSERT_EQ(item.value.key, token(order.back()));
        forget(order.back());
        break;
      }
      default: {
        const auto item = table.find(probe);
        ASSERT_EQ(item.status, model.contains(key) ? Status::ok : Status::absent);
        ASSERT_TRUE(!item || item.value.value == model[key]);
      }
    }
    if (step % 500 != 0) continue;
    WeakTable::Cursor at;
    for (const std::uintptr_t expected : order) {
      ASSERT_EQ(table.next(at), Status::ok);
      ASSERT_EQ(at.item.key, token(expected));
    }
    ASSERT_EQ(table.next(at), Status::absent);
    (void)queue.drain();
    ASSERT_EQ(table.size(), order.size());
  }
}

}  // namespace
}  // namespace mayfly::world
