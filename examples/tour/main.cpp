// mayfly_tour [DIR]: weak references at work on real files. Reads every file below DIR (default /usr/share/doc) and shows what lived, died and was called.
// Exit status: 0 when what it promises held, 1 when it did not, 2 when DIR cannot be read.
#include "examples/tour/corpus.hpp"
#include "examples/tour/progress.hpp"
#include "examples/tour/scratch.hpp"

#include <fmt/format.h>
#include <gc.h>

#include <exception>
#include <filesystem>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

namespace {

namespace fs = std::filesystem;
using tour::Corpus;
using tour::Nanoseconds;

struct Unreadable {
  std::vector<std::string> named;
  void add(const std::string& path, const char* why) { named.push_back(fmt::format("{}: {}", path, why)); }
};

/// All files below the directory, in the order of the file system.
std::vector<std::string> files_below(const fs::path& directory, Unreadable& unreadable) {
  std::vector<std::string> files;
  std::error_code error;
  fs::recursive_directory_iterator at(directory, error);
  if (error) throw fs::filesystem_error("cannot read", directory, error);
  while (at != fs::recursive_directory_iterator()) {
    std::error_code ignored;
    if (at->is_regular_file(ignored) && !at->is_symlink(ignored)) files.push_back(at->path().string());
    if (at->is_directory(ignored) && !at->is_symlink(ignored)) {
      fs::directory_iterator(at->path(), ignored);                // asked first: increment() would end at it
      if (ignored) {
        unreadable.add(at->path().string(), ignored.message().c_str());
        at.disable_recursion_pending();
      }
    }
    at.increment(error);
    if (error) throw fs::filesystem_error("cannot go on reading", directory, error);
  }
  return files;
}

/// Opens every file, and now and then one that was open before, as users do.
void read_all(const std::vector<std::string>& files, Corpus& corpus, Unreadable& unreadable) {
  tour::Progress progress(files.size());
  std::string before;                      // one that could be opened
  for (std::size_t i = 0; i < files.size(); ++i) {
    try {
      corpus.open(files[i]);
      if (i % 4 == 0) before = files[i];
      if (i % 4 == 3 && !before.empty()) corpus.open(before);
    } catch (const std::system_error& e) {
      unreadable.add(files[i], e.code().message().c_str());
    }
    mayfly::safepoint();                   // dead contents leave the containers, callbacks and finalizers run
    progress.at(i + 1);
  }
}

/// Calls `f` on a thread of its own and waits: no stale pointer is left on a stack.
template <class F>
void on_thread(F f) {
  std::thread([&] {
    const mayfly::ThreadScope scope;
    if (scope.status() != mayfly::Status::ok) std::terminate();
    f();
  }).join();
}

double ms(Nanoseconds time) { return std::chrono::duration<double, std::milli>(time).count(); }

struct Collected {
  std::size_t before = 0, after = 0;       // contents alive
  Nanoseconds time{};
};

Collected collect(const Corpus& corpus) {
  Collected collected;
  collected.before = corpus.alive();
  const auto start = std::chrono::steady_clock::now();
  (void)mayfly::default_queue().collect_and_drain();
  collected.time = std::chrono::steady_clock::now() - start;
  collected.after = corpus.alive();
  return collected;
}

void print_table(const Corpus& corpus, const Collected& collected, const Unreadable& unreadable) {
  const tour::Tally& t = corpus.tally();
  const mayfly::Stats stats = mayfly::stats();
  const auto row = [](const char* what, std::size_t n, double time, const char* note = "") {
    fmt::print("  {:<28}{:>12}{:>12.1f} ms{}{}\n", what, n, time, *note != 0 ? "   " : "", note);
  };
  const auto plain = [](const char* what, std::size_t n) { fmt::print("  {:<28}{:>12}\n", what, n); };
  row("files read", t.files, ms(t.reading));
  plain("  of them unreadable", unreadable.named.size());
  plain("bytes", t.bytes);
  plain("distinct contents", t.distinct);
  plain("found in the cache", t.hits);
  plain("alive before collecting", collected.before);
  row("alive after collecting", collected.after, ms(collected.time), "the forced collection and its drain");
  row("callbacks", t.callbacks, ms(t.callback_time));
  row("finalizers", t.finalizers, ms(t.finalizer_time));
  row("collections", stats.collections, static_cast<double>(GC_get_full_gc_total_time()), "in bdwgc, stopped or marking");
  row("weak words cleared", stats.cleared, static_cast<double>(stats.settle_ns) / 1e6, "settling");
  for (const std::string& name : unreadable.named) fmt::print("  unreadable: {}\n", name);
}

/// Answers the exit status.
int run(const fs::path& directory) {
  Unreadable unreadable;
  const std::vector<std::string> files = files_below(directory, unreadable);
  fmt::print("Reading {} files below {}\n", files.size(), directory.string());

  const tour::NewScratch kept = tour::make_scratch();   // its directory goes at exit
  Corpus corpus;
  fs::path forgotten;                                   // the directory of an owner that nobody keeps
  std::exception_ptr failure;
  Collected collected;
  const auto work = [&] {
    try {
      forgotten = tour::make_scratch().path;
      read_all(files, corpus, unreadable);
    } catch (...) {
      failure = std::current_exception();
    }
  };
  on_thread(work);
  if (failure) std::rethrow_exception(failure);
  on_thread([&] { collected = collect(corpus); });

  print_table(corpus, collected, unreadable);
  std::vector<std::string> broken = corpus.broken_invariants();
  if (fs::exists(forgotten)) broken.push_back(forgotten.string() + " should have gone with its owner");
  if (!fs::exists(kept.path)) broken.push_back(kept.path.string() + " went before its owner");
  mayfly::reachable_here(kept.owner);
  fmt::print("  temporary directory {} went with its owner\n  temporary directory {} goes at exit\n", forgotten.string(), kept.path.string());
  for (const std::string& what : broken) fmt::print(stderr, "mayfly_tour: {}\n", what);
  fmt::print("{}\n", broken.empty() ? "Every dead content left all three containers; nothing alive was lost." : "Not everything held: see above.");
  return broken.empty() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 2 || (argc == 2 && argv[1][0] == '-')) {
    fmt::print(stderr, "usage: mayfly_tour [DIR]\n");
    return 2;
  }
  if (const auto status = mayfly::init(); status != mayfly::Status::ok) {
    fmt::print(stderr, "mayfly_tour: {} {}\n", mayfly::message(status), mayfly::init_problem());
    return 1;
  }
  GC_start_performance_measurement();
  try {
    return run(argc == 2 ? argv[1] : "/usr/share/doc");
  } catch (const fs::filesystem_error& e) {
    fmt::print(stderr, "mayfly_tour: {}\n", e.what());
    return 2;
  } catch (const std::exception& e) {
    fmt::print(stderr, "mayfly_tour: {}\n", e.what());
    return 1;
  }
}
