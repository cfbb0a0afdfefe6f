/* The weak load, the re-use of slots and settle, for spin. slots.hpp has the words; cmake/check_model.cmake runs it, and its mutants, which must fail:
 *   CHECK_FIRST     load() compares the number before it reads the word, not after it revealed the pointer
 *   VERIFIED_LAST   load() reads `verified` after it revealed the pointer, not before it reads the word
 *   RAW_POLL        settle takes the collector's number without proof that its links are cleared
 *   NO_GENERATION   a handle does not say which tenant of its slot it means
 * Two objects share one slot, one after the other: A, then B. Readers hold handles of A. */
#define READERS 2
#ifndef ROUNDS
#define ROUNDS 1               /* loads of each reader */
#endif
#ifndef CYCLES
#define CYCLES 2
#endif
#define A 1
#define B 2

byte number = 1;                 /* of collections; moves while the world is stopped */
byte verified = 0;               /* .slot.verified */
byte settled = 1;
bool locked = false;             /* the allocation lock */
byte word_object = A;            /* the slot's word: which object it hides; 0: cleared */
byte word_generation = 1;
bool word_live = true;           /* false: free */
bool rooted[3];                  /* somebody holds the object */
bool made[3];
bool swept[3];                   /* its memory is gone */
byte held[READERS];              /* what a reader has in a register: a root, since the collector scans it */

#define HELD(o) (held[0] == o || held[1] == o)
#define LOCK atomic { !locked -> locked = true }
#define UNLOCK locked = false

#ifdef NO_GENERATION
#define MINE(object, generation) (object != 0)
#else
#define MINE(object, generation) (object != 0 && generation == 1)
#endif

proctype Collector() {
  byte cycle = 0;
  bool dead[3];
  do
  :: cycle < CYCLES ->
     LOCK;
     d_step {                    /* the world is stopped: mark, count */
       dead[A] = made[A] && !swept[A] && !rooted[A] && !HELD(A);
       dead[B] = made[B] && !swept[B] && !rooted[B] && !HELD(B);
       number++;
     }
     if                          /* it runs again: now links are cleared */
     :: d_step { word_live && word_object != 0 && dead[word_object] -> word_object = 0; word_generation = 0 }
     :: else
     fi;
     d_step {
       if :: dead[A] -> swept[A] = true :: else fi;
       if :: dead[B] -> swept[B] = true :: else fi;
     }
     UNLOCK;
     cycle++
  :: else -> break
  od
}

proctype Reader(byte me) {
  byte round = 0, v, object, generation;
  bool slow;
  do
  :: round < ROUNDS ->
#ifndef VERIFIED_LAST
     v = verified;
#endif
#ifdef CHECK_FIRST
     slow = (number != v);
#endif
     d_step { object = (word_live -> word_object : 0); generation = word_generation }
     if
     :: MINE(object, generation) -> held[me] = object
     :: else -> held[me] = 0
     fi;
#ifdef VERIFIED_LAST
     v = verified;
#endif
#ifndef CHECK_FIRST
     slow = (number != v);
#endif
     if
     :: slow ->                  /* under the lock */
        held[me] = 0;
        LOCK;
        if
        :: word_live && MINE(word_object, word_generation) -> held[me] = word_object
        :: else -> held[me] = 0
        fi;
        verified = number;
        UNLOCK
     :: else
     fi;
     assert(held[me] == 0 || !swept[held[me]]);    /* it does not dangle */
     assert(held[me] != B);                        /* it is no stranger */
     d_step { held[me] = 0; v = 0; object = 0; generation = 0; slow = false; round++ }
  :: else -> break
  od
}

/* Settles, and gives the slot to B once A is settled. */
proctype Settler() {
  byte round = 0, n;
  do
  :: round < CYCLES + 1 ->
#ifdef RAW_POLL
     n = number;
#else
     if
     :: verified == number -> n = verified
     :: else -> LOCK; n = number; verified = n; UNLOCK
     fi;
#endif
     if
     :: n != settled ->
        if
        :: word_live && word_object == 0 -> word_live = false
        :: else
        fi;
        settled = n
     :: else
     fi;
     if
     :: d_step { !word_live && !made[B] -> word_live = true; word_object = B; word_generation = 2; made[B] = true; rooted[B] = true }
     :: else
     fi;
     round++
  :: else -> break
  od
}

proctype Owner() {
  rooted[A] = false;
  if
  :: made[B] -> rooted[B] = false
  :: true
  fi
}

/* No death is lost: when the latest collection is settled and none is under way, nothing is left cleared. */
active proctype NothingLost() {
  atomic { !locked && settled == number && word_live && word_object == 0 -> assert(false) }
}

init {
  atomic {
    made[A] = true;
    rooted[A] = true;
    run Collector();
    run Reader(0);
    run Reader(1);
    run Settler();
    run Owner();
  }
}
