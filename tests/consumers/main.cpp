#include <mayfly/node.hpp>
#include <mayfly/runtime.hpp>

#include <cstdio>

int main() {
  const mayfly::Status status = mayfly::init();
  std::puts(mayfly::message(status));
  return status == mayfly::Status::ok && !mayfly::default_queue().pending() ? 0 : 1;
}
