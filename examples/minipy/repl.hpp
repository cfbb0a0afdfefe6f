// The REPL: reads statements, with line editing on a terminal, runs them in __main__, prints values.
#pragma once

namespace minipy {

/// Until the end of input or exit(). False: SystemExit is pending.
bool run_repl();

}  // namespace minipy
