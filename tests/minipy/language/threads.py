"""threading: threads, locks, conditions, events, queues of one's own, locals, timers, daemons."""
import sys
import threading
import time
from each import tried

results = []


def work(n, k=1):
    results.append(n * k)


ts = [threading.Thread(target=work, args=(i,), kwargs={"k": 10}, name=f"w{i}") for i in range(4)]
for t in ts:
    t.start()
for t in ts:
    t.join()
print(sorted(results), [t.is_alive() for t in ts], ts[0].name, ts[0].daemon, threading.current_thread().name, threading.main_thread() is threading.current_thread(), threading.active_count())
print(tried(ts[0].start), tried(threading.Thread().join), tried(threading.current_thread().join), type(ts[0].ident).__name__, len({t.ident for t in ts}) >= 1)
lock, counter = threading.Lock(), 0


def add():
    global counter
    for _ in range(500):
        with lock:
            c = counter
            counter = c + 1


ts = [threading.Thread(target=add) for _ in range(4)]
[t.start() for t in ts]
[t.join() for t in ts]
print(counter, lock.locked(), lock.acquire(), lock.locked(), lock.acquire(blocking=False), lock.acquire(timeout=0.01), lock.release(), tried(lock.release))
r = threading.RLock()
with r:
    with r:
        print("reentrant", r.acquire(), r.release())
print(tried(r.release))
cond, items, taken = threading.Condition(), [], []


def consumer():
    for _ in range(5):
        with cond:
            cond.wait_for(lambda: items)
            taken.append(items.pop(0))


t = threading.Thread(target=consumer)
t.start()
for i in range(5):
    with cond:
        items.append(i)
        cond.notify()
t.join(5)
print(taken, t.is_alive())
event = threading.Event()
t = threading.Thread(target=lambda: (event.wait(), results.append("event")))
t.start()
print(event.is_set(), event.set(), t.join(), event.is_set(), results[-1], event.wait(0.01), event.clear(), event.wait(0.01))
sem = threading.Semaphore(2)
print(sem.acquire(), sem.acquire(), sem.acquire(blocking=False), sem.release(), sem.acquire(False))
barrier = threading.Barrier(3)
passed = []


def wait():
    passed.append(barrier.wait(5))


ts = [threading.Thread(target=wait) for _ in range(3)]
[t.start() for t in ts]
[t.join() for t in ts]
print(sorted(passed))
local = threading.local()
local.x = "main"
seen = []


def use_local():
    seen.append(hasattr(local, "x"))
    local.x = threading.current_thread().name
    seen.append(local.x)


t = threading.Thread(target=use_local, name="other")
t.start()
t.join()
print(seen, local.x, hasattr(local, "y"))


class MyLocal(threading.local):
    def __init__(self, v):
        self.v = v


m = MyLocal(5)
m.v = 6
values = []
t = threading.Thread(target=lambda: values.append(m.v))
t.start()
t.join()
print(values, m.v)


class Sub(threading.Thread):
    def __init__(self, n):
        super().__init__(daemon=True)
        self.n = n

    def run(self):
        self.result = self.n ** 2


s = Sub(7)
s.start()
s.join()
print(s.result, s.daemon)
caught = []
old = threading.excepthook
threading.excepthook = lambda args: caught.append((args.exc_type.__name__, str(args.exc_value), args.thread.name))


def failing():
    raise ValueError("in thread")


t = threading.Thread(target=failing, name="failing")
t.start()
t.join()
t = threading.Thread(target=sys.exit, name="exiting")
t.start()
t.join()
threading.excepthook = old
print(caught)
timer_ran = []
timer = threading.Timer(0.01, timer_ran.append, args=[1])
timer.start()
timer.join()
cancelled = threading.Timer(10, timer_ran.append, args=[2])
cancelled.start()
cancelled.cancel()
cancelled.join(5)
print(timer_ran, cancelled.is_alive())


def generator():
    for i in range(3):
        yield i


shared = generator()
got = []
ts = [threading.Thread(target=lambda: got.append(next(shared, None))) for _ in range(3)]
for t in ts:
    t.start()
    t.join()
print(sorted(got))
busy = {}


def fill(k):
    for i in range(300):
        busy[k, i] = [k] * (i % 5)


ts = [threading.Thread(target=fill, args=(k,)) for k in "abcd"]
[t.start() for t in ts]
[t.join() for t in ts]
print(len(busy), sum(map(len, busy.values())))
start = time.monotonic()
time.sleep(0.02)
print(time.monotonic() - start >= 0.02, time.time() > 1e9, time.perf_counter() >= 0)
daemon = threading.Thread(target=time.sleep, args=(100,), daemon=True)
daemon.start()
late = threading.Thread(target=lambda: (time.sleep(0.05), print("after the main thread's end")))
late.start()
print("main ends")
