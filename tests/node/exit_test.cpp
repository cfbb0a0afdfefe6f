// How processes end: exit_program in child processes.
#include <gtest/gtest.h>

#include <csignal>
#include <cstdio>
#include <string>
#include <sys/wait.h>

namespace {

struct Ended {
  std::string printed;
  int status;
};

Ended run(const std::string& way, const std::string& setting = "") {
  std::FILE* out = ::popen((setting + " exec " EXIT_PROGRAM " " + way + " 2>/dev/null").c_str(), "r");
  if (out == nullptr) return {"popen failed", -1};
  Ended ended;
  for (int c; (c = std::fgetc(out)) != EOF;) ended.printed += static_cast<char>(c);
  ended.status = ::pclose(out);
  return ended;
}

void expect(const char* way, const char* printed, int status) {
  const Ended ended = run(way);
  EXPECT_EQ(ended.printed, printed) << way;
  EXPECT_TRUE(WIFEXITED(ended.status)) << way;
  EXPECT_EQ(WEXITSTATUS(ended.status), status) << way;
}

TEST(Exit, ReturnFromMainRunsFinalizersNewestFirst) { expect("return", "cba", 0); }   // S45 T8
TEST(Exit, TheHostMayKeepTheExitToItself) { expect("host", "", 0); }
TEST(Exit, InsideACallbackTheOthersStillRun) { expect("exit-in-callback", "decba", 7); }   // S45
TEST(Exit, FinalizersMadeMeanwhileRunToo) { expect("made-at-exit", "lmcba", 0); }   // S45
TEST(Exit, WhatAFinalizerThrowsStopsNoOther) { expect("throws-at-exit", "cba", 0); }   // S44
TEST(Exit, ShutdownTwiceRunsThemOnce) { expect("shutdown-twice", "cba", 0); }
TEST(Exit, EventsThatNobodyCanCallAreDroppedAndReported) { expect("dropped", "cba1", 0); }
TEST(Exit, ADeadlineEndsItAndWhatWasNotRunIsReported) { expect("deadline", "3", 0); }
TEST(Exit, WithADeadlineItWaitsForWhoeverIsSettling) {
  for (int round = 0; round < 5; ++round) expect("beside-settling", "cba", 0);
}
TEST(Exit, OneEventsLackOfMemoryKeepsNoOtherBack) { expect("without-memory", "ocba", 0); }
TEST(Exit, NorWhatIsQueuedMeanwhile) { expect("drain-without-memory", "pfwcba1", 0); }
TEST(Exit, NorDoesItForGood) { expect("without-memory-for-good", "pcba1", 0); }
TEST(Exit, WhatACallbackElsewhereMakesRunsToo) { expect("beside-a-callback-that-makes-one", "cban", 0); }
TEST(Exit, AForkDuringItLeavesAHostsOwnBeginningAlone) { expect("begin-exit-fork", "qqcba", 0); }
TEST(Exit, AForkedChildStartsADrainerOfItsOwn) { expect("drainer-fork", "kpcba", 0); }
TEST(Exit, OnTheDrainersThread) { expect("drainer", "dcba", 0); }
TEST(Exit, UnderscoreExitRunsNone) { expect("_exit", "", 3); }   // T8
TEST(Exit, QuickExitRunsNone) { expect("quick_exit", "", 3); }   // T8
TEST(Exit, AQueueThatAnotherThreadOwnsIsEmptiedToo) { expect("owned", "cba", 0); }
TEST(Exit, AForkBesideADrainLeavesTheChildAbleToDrain) { expect("drain-fork", "kcba", 0); }
TEST(Exit, AForkInACallbackIsStillInsideItsDrain) {
  const std::string printed = run("callback-fork").printed;       // parent and child at once
  EXPECT_TRUE(printed == "kpcba" || printed == "pkcba") << printed;
}
TEST(Exit, AForkBesideASweepLeavesTheChildItsContainers) { expect("sweep-fork", "kcba", 0); }
TEST(Exit, WaitsForAnotherThreadsCallback) { expect("beside-a-callback", "dcba", 0); }
TEST(Exit, DoesNotWaitForACallbackThatNeverReturns) { expect("beside-an-endless-callback", "cba", 0); }
TEST(Exit, DoesNotWaitForADrainerThatNeverReturns) { expect("drainer-in-an-endless-callback", "cba", 0); }
TEST(Exit, DoesNotWaitForADrainerThatWaitsForIt) { expect("shutdown-on-the-drainer-too", "cba", 0); }
TEST(Exit, MayBeginOnAThreadThatTheCollectorDoesNotKnow) { expect("exit-on-a-stranger", "cba", 7); }
TEST(Exit, AChildOfTheDrainersCallbackEndsToo) { expect("drainers-callback-fork", "cba|cba", 0); }
TEST(Exit, AChildOfADrainerThatIsBeingStoppedMayStopItToo) { expect("stopped-drainer-fork", "scba|cba", 0); }
TEST(Exit, FinalizersMadeMeanwhileInAnotherQueueRunToo) { expect("made-at-exit-elsewhere", "cban", 0); }   // S45
TEST(Exit, AForkBehindItLeavesTheChildItsCollector) { expect("shutdown-then-fork", "cba|", 0); }
TEST(Exit, AForkDuringItLeavesTheChildOneOfItsOwn) { expect("exit-fork", "cba|cba", 0); }
TEST(Exit, NoCollectionComesInTheMidstOfIt) { expect("garbage-at-exit", "ycba", 0); }   // S45
TEST(Exit, ForcedTroubleLosesNone) {
  for (const char* zeal : {"MAYFLY_ZEAL=seed:8,skip-drain=2", "MAYFLY_ZEAL=seed:7,split-drain=2"}) EXPECT_EQ(run("return", zeal).printed, "cba") << zeal;
}
TEST(Exit, OneOfTwoThreadsWaitsForTheOther) { expect("shutdown-on-two-threads", "scba|", 0); }
TEST(Exit, InsideAFinalizerOfShutdownTheOthersStillRun) { expect("exit-in-shutdown", "ecba", 5); }
TEST(Exit, AFinalizerThatIsWantedThereLaterRunsToo) { expect("changed-to-at-exit", "y", 0); }
TEST(Exit, AThousandForksBesideRunningThreads) { expect("thousand-forks", "kcba", 0); }
TEST(Exit, BothSidesOfAForkRunThem) { expect("fork-both", "ncba|cba", 0); }   // T8
TEST(Exit, AForkedChildMayLeaveThemToItsParent) { expect("fork-parent", "n|cba", 0); }   // T8

TEST(Exit, AHostMayForkWithoutOurHandlers) { expect("host-fork", "kcba|kcba|cba", 0); }
TEST(Exit, AHostThatForksMayLeaveThemToTheParent) { expect("host-fork-parent", "k|k|cba", 0); }

TEST(Exit, AnExceptionOutOfMainRunsNone) {   // T8
  for (const char* way : {"exception", "abort"}) {
    const Ended ended = run(way);
    EXPECT_EQ(ended.printed, "") << way;
    EXPECT_TRUE(WIFSIGNALED(ended.status) && WTERMSIG(ended.status) == SIGABRT) << way;
  }
}

}  // namespace
