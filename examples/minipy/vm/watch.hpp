// The policies `observe` and `stress`: collections before certain instructions.
#pragma once
#include "runtime/thread.hpp"

namespace minipy {

/// Do the settings ask for any?
bool watching();
/// Before an instruction, with the frame saved: collects if the policy wants it. True: frames of callbacks may have been pushed; run them first.
bool watch(Thread& t);

}  // namespace minipy
