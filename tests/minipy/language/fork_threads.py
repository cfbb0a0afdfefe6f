"""A forked child has one thread: the others are gone from the tables, count as ended, and nobody waits for them."""
import os
import threading
import time
import weakref

go = threading.Event()


def in_child(name, work):
    """work() in a child that ends as programs end."""
    child = os.fork()
    if child == 0:
        print(name, "child:", work(), flush=True)
        raise SystemExit(7)
    _, status = os.waitpid(child, 0)
    print(name, "status:", os.WEXITSTATUS(status), flush=True)


def tables():
    threads = threading.enumerate()
    return [len(threads), threading.active_count(), threads == [threading.current_thread()], threading.main_thread() is threading.current_thread()]


def others():
    """Joined at once, though their locks were held when the process forked."""
    for thread in (waiting, daemon):
        thread.join()
    return [(t.name, t.is_alive(), t.daemon, t.ident is not None) for t in (waiting, daemon, unborn)]


def again():
    """Threads can be started, and are waited for."""
    said = []
    threading.Thread(target=lambda: (time.sleep(0.05), print("late thread of a child", flush=True))).start()
    second = threading.Thread(target=said.append, args=(1,))
    second.start()
    second.join()
    return [said, second.is_alive()]


def from_thread():
    in_child("thread", lambda: [threading.current_thread().name, threading.main_thread().name, tables()])


def guarded():
    """Locks of the program are as they were; the module's own are free."""
    with lock:
        in_child("locked", lambda: [lock.locked(), tables()[0], len(threading.enumerate())])


waiting = threading.Thread(target=go.wait, name="waiting")
daemon = threading.Thread(target=go.wait, name="daemon", daemon=True)
unborn = threading.Thread(target=go.wait, name="unborn")
lock = threading.Lock()
waiting.start()
daemon.start()
watched = weakref.ref(waiting)

in_child("tables", tables)
in_child("others", others)
in_child("again", again)
in_child("grandchild", lambda: (in_child("inner", tables), tables())[1])
guarded()
forking = threading.Thread(target=from_thread, name="forking")
forking.start()
forking.join()
in_child("alive", lambda: [watched() is waiting, watched().is_alive()])
print(threading.active_count(), waiting.is_alive(), threading.main_thread() is threading.current_thread())
go.set()
waiting.join()
print(waiting.is_alive())
