// How a finalizer gets in, and out: with the lock of its referent's shard and then that of its queue held, so both sides see it at once.
#pragma once
#include "src/core/finalizer.hpp"
#include "src/core/side_table.hpp"

#include <cstdint>

namespace mayfly::core {

/// What is registered: `root` holds the payload, if there is one.
struct NewFinalizer {
  void** root = nullptr;
  AtExit at_exit = AtExit::no;
  void (*run)(Event&) = nullptr;
};
/// A finalizer of the target; its id. As publish(), or `shut_down`. The root is the record's if ok. Holds no lock.
Result<std::uint64_t> enlist(Claim claim, const Target& target, EventQueue& queue, const NewFinalizer& wanted) noexcept;
/// Out of everything; the payload, to one caller. Any id, also a dead one or zero.
struct Withdrawn {
  void* payload = nullptr;
  AtExit at_exit = AtExit::no;
  void (*run)(Event&) = nullptr;
};
Withdrawn withdraw(std::uint64_t id) noexcept;
/// The referent and the payload, both null when dead. Any id.
Peeked look_at(std::uint64_t id) noexcept;
/// What pop_at_exit() answered watches its referent no longer.
void leave(std::uint64_t next_id) noexcept;

}  // namespace mayfly::core
