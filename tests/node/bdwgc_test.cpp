// On the real collector: reachability decides. At most max(8, N/200) of N dropped objects may be seen alive by a conservative stack.
#include "gc_integration/primitives.hpp"

#include <mayfly/node.hpp>
#include <mayfly/runtime.hpp>
#include <mayfly/testing.hpp>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <thread>

namespace mayfly {
namespace {

constexpr std::size_t kN = 2000;
constexpr std::size_t kMinDead = kN - std::max<std::size_t>(8, kN / 200);

struct Ref {
  void* header;
  RefNode node;
};

using test::on_fresh_thread;

struct BdwgcTest : ::testing::Test {
  void SetUp() override { ASSERT_EQ(init(), Status::ok); }
  CallbackQueue& queue = *new CallbackQueue;
};

std::size_t taken(CallbackQueue& queue) {
  std::size_t n = 0;
  for (Event event; queue.take(event);) ++n;
  return n;
}

TEST_F(BdwgcTest, DroppedObjectsDieAndKeptOnesNever) {
  auto** refs = static_cast<Ref**>(gc::allocate_roots(kN * sizeof(void*)));
  auto** kept = static_cast<void**>(gc::allocate_roots(kN * sizeof(void*)));
  on_fresh_thread([&] {
    for (std::size_t i = 0; i < kN; ++i) {
      auto* r = static_cast<Ref*>(gc::allocate(sizeof(Ref)));
      void* o = gc::allocate(48);
      ASSERT_EQ(bind(r->node, {.obj = o}, queue, refs).status, Status::ok);
      refs[i] = r;
      if (i % 2 == 0) kept[i] = o;
    }
  });
  (void)queue.collect();
  std::size_t dead = 0;
  for (std::size_t i = 0; i < kN; ++i) {
    if (i % 2 == 0) {
      EXPECT_EQ(get(refs[i]->node), kept[i]);
    } else {
      dead += get(refs[i]->node) == nullptr;
    }
  }
  EXPECT_GE(dead, kN / 2 - 8);
  EXPECT_EQ(taken(queue), dead);
}

TEST_F(BdwgcTest, DroppedRefsGetNoCallback) {     // S15
  on_fresh_thread([&] {
    for (std::size_t i = 0; i < kN; ++i) {
      auto* r = static_cast<Ref*>(gc::allocate(sizeof(Ref)));
      ASSERT_EQ(bind(r->node, {.obj = gc::allocate(48)}, queue, r).status, Status::ok);
    }
  });
  (void)queue.collect();
  EXPECT_LE(taken(queue), kN - kMinDead);
}

TEST_F(BdwgcTest, FinalizersComeAndKeepTheirPayload) {   // S41
  on_fresh_thread([&] {
    for (std::size_t i = 0; i < kN; ++i) {
      auto* payload = static_cast<std::uint64_t*>(gc::allocate(64));
      *payload = i + 1;
      ASSERT_EQ(finalize_raw({.obj = gc::allocate(48)}, queue, payload, AtExit::no).status, Status::ok);
    }
  });
  for (int i = 0; i < 3; ++i) (void)queue.collect();
  std::vector<bool> seen(kN + 1);
  std::size_t n = 0;
  for (Event event; queue.take(event); ++n) {
    const std::uint64_t value = *static_cast<std::uint64_t*>(event.payload);
    ASSERT_TRUE(value >= 1 && value <= kN);
    EXPECT_FALSE(seen[value]);
    seen[value] = true;
  }
  EXPECT_GE(n, kMinDead);
}

TEST_F(BdwgcTest, ObjectFinalizersGetTheirObjectWhole) {   // S18
  struct Node {
    Node* child;
    std::uint64_t canary;
  };
  on_fresh_thread([&] {
    for (std::size_t i = 0; i < kN; ++i) {
      auto* parent = static_cast<Node*>(gc::allocate(sizeof(Node)));
      parent->child = static_cast<Node*>(gc::allocate(sizeof(Node)));
      parent->child->canary = 77;
      ASSERT_EQ(finalize_object({.obj = parent}, queue, nullptr), Status::ok);
    }
  });
  (void)queue.collect();
  std::size_t n = 0;
  for (Event event; queue.take(event); ++n) EXPECT_EQ(static_cast<Node*>(event.object)->child->canary, 77u);
  EXPECT_GE(n, kMinDead);
}

TEST_F(BdwgcTest, AThreadThatTheCollectorDoesNotKnowIsRefused) {
  void* o = gc::allocate(48);
  auto* r = static_cast<Ref*>(gc::allocate(sizeof(Ref)));
  Status status = Status::ok;
  std::thread([&] { status = bind(r->node, {.obj = o}, queue).status; }).join();
  EXPECT_EQ(status, Status::unknown_thread);
  EXPECT_EQ(get(r->node), nullptr);
}

// ---- exit, in child processes: what they print is what ran ----

/// Runs `body` in a child and answers what it wrote to descriptor 3's stand-in, and its exit status.
template <class F>
std::string in_child(F body, int expected_status) {
  int ends[2];
  if (::pipe(ends) != 0) return "no pipe";
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::close(ends[0]);
    body(ends[1]);
    std::exit(expected_status);
  }
  ::close(ends[1]);
  std::string out;
  char buffer[64];
  for (ssize_t n; (n = ::read(ends[0], buffer, sizeof buffer)) > 0;) out.append(buffer, static_cast<std::size_t>(n));
  ::close(ends[0]);
  int status = 0;
  ::waitpid(pid, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == expected_status) << status;
  return out;
}

int g_out;
void write_letter(Event& event) { (void)!::write(g_out, event.payload, 1); }

void* letter(char c) {
  auto* payload = static_cast<char*>(gc::allocate(1));
  *payload = c;
  return payload;
}

TEST_F(BdwgcTest, FinalizersRunAtExitNewestFirst) {   // S45 T8
  void* o = gc::allocate(48);
  EXPECT_EQ(in_child(
                [&](int out) {
                  g_out = out;
                  for (const char c : {'a', 'b', 'c'}) (void)finalize_raw({.obj = o}, queue, letter(c), AtExit::yes, write_letter).status;
                  (void)finalize_raw({.obj = o}, queue, letter('x'), AtExit::no, write_letter).status;
                },
                7),
            "cba");
}

TEST_F(BdwgcTest, ExitInsideACallbackStillRunsTheOthers) {   // S45
  void* o = gc::allocate(48);
  EXPECT_EQ(in_child(
                [&](int out) {
                  g_out = out;
                  (void)finalize_raw({.obj = o}, queue, letter('a'), AtExit::yes, write_letter).status;
                  void* dying = gc::allocate(48);
                  (void)finalize_raw({.obj = dying}, queue, letter('b'), AtExit::no, [](Event& event) {
                    write_letter(event);
                    std::exit(7);
                  }).status;
                  clear_now({.obj = dying});
                  (void)queue.drain();
                },
                7),
            "ba");
}

TEST_F(BdwgcTest, EventsThatNobodyCanCallAreDroppedAtExit) {
  void* o = gc::allocate(48);
  EXPECT_EQ(in_child(
                [&](int out) {
                  g_out = out;
                  (void)finalize_raw({.obj = o}, queue, letter('a'), AtExit::yes, write_letter).status;
                  (void)finalize_raw({.obj = o}, queue, letter('b'), AtExit::yes).status;   // a host's payload, and no Host::call
                  (void)finalize_raw({.obj = o}, queue, letter('c'), AtExit::yes, write_letter).status;
                },
                0),
            "ca");
}

TEST_F(BdwgcTest, QueuesAndLocksWorkInAForkedChild) {   // T8
  EXPECT_EQ(in_child(
                [&](int out) {
                  g_out = out;
                  void* o = gc::allocate(48);
                  (void)finalize_raw({.obj = o}, queue, letter('f'), AtExit::no, write_letter).status;
                  clear_now({.obj = o});
                  (void)queue.collect_and_drain();
                  (void)queue.drain();
                },
                0),
            "f");
}

}  // namespace
}  // namespace mayfly
