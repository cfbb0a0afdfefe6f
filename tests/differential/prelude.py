"""What generated programs begin with; each gets only the definitions that it uses."""
import atexit
import gc
import sys
import weakref

W = {}          # objects the program holds, by name
R = {}          # references, proxies and weak methods
F = {}          # finalizers
C = {}          # weak containers
VICTIMS = {}    # objects that callbacks let go
SPAWNED = {}    # objects that callbacks make
SAVED = []      # objects that came back in __del__
KEPT = []       # objects alive up to the exit
LEAVING = []    # not empty at exit
LOG = []


def note(name, stream, text):
    """What a callback has to say; settle prints it."""
    LOG.append((name, stream, text))


def settle():
    """Collects until nothing more is said and prints it, sorted but for the lines of one stream of one object."""
    quiet = 0
    while quiet < 4:
        before = len(LOG)
        gc.collect()
        quiet = quiet + 1 if len(LOG) == before else 0
    lines = sorted(LOG, key=lambda line: line[:2])
    LOG.clear()
    print("settle", len(lines))
    for name, stream, text in lines:
        print("   ", name, stream, text)


def finish():
    """The last function at exit, in some programs called before, too: lets everything go."""
    if LEAVING:
        KEPT.clear()
    for stores in [[W, VICTIMS], [SPAWNED, SAVED] + list(C.values()), [SPAWNED]]:
        for store in stores:
            store.clear()
        settle()
    for store in [C, R, F]:
        print("left", sorted(store))
        store.clear()
    LOG.clear()


def show(thing):
    """A text without addresses."""
    if thing is None or isinstance(thing, (bool, int, float, str)):
        return repr(thing)
    if isinstance(thing, (list, tuple)):
        return "[" + ", ".join([show(item) for item in thing]) + "]"
    if isinstance(thing, (set, frozenset)):
        return "{" + shown(thing) + "}"
    if isinstance(thing, dict):
        return "{" + ", ".join([show(key) + ": " + show(thing[key]) for key in thing]) + "}"
    if isinstance(thing, weakref.ref):
        return "ref(" + show(thing()) + ")"
    if hasattr(thing, "name"):
        return thing.name
    return thing.__name__


def shown(things):
    """The texts of several objects, sorted."""
    return " ".join(sorted([show(thing) for thing in things])) or "nothing"


def attempt(action):
    """Prints what an action gives, or the kind of its error."""
    try:
        print(show(action()))
    except Exception as error:
        print(type(error).__name__)


def let_go(name):
    """Drops a victim, once."""
    VICTIMS.pop(name, None)


class Node:
    """An ordinary object with two links."""

    def __init__(self, name):
        self.name = name
        self.next = None
        self.other = None
        self.size = len(name)

    def greet(self, word="hello"):
        return word + " from " + self.name


class Leaf:
    """Held by callbacks, finalizers and containers; refers to nothing."""

    def __init__(self, name):
        self.name = name


class Slot:
    """Without a dictionary, but with room for weak references."""

    __slots__ = ("name", "next", "other", "size", "__weakref__")

    def __init__(self, name):
        self.name = name
        self.next = None
        self.other = None
        self.size = 0

    def greet(self, word="hello"):
        return word + " from slots of " + self.name


class Bare:
    """No weak reference can be made to it."""

    __slots__ = ("name",)


class Keyed(Node):
    """Equal by value."""

    def __init__(self, name, key):
        super().__init__(name)
        self.key = key

    def __eq__(self, other):
        return isinstance(other, Keyed) and self.key == other.key

    def __hash__(self):
        return hash(("keyed", self.key))


class Sly(Node):
    """Its __hash__ and __eq__ do what `mood` says."""

    mood = {}

    def __init__(self, name, key):
        super().__init__(name)
        self.key = key

    def __eq__(self, other):
        Sly.act("eq")
        return isinstance(other, Sly) and self.key == other.key

    def __hash__(self):
        Sly.act("hash")
        return 7000 + self.key

    @staticmethod
    def act(where):
        """Does it once; what it does may compare in turn."""
        mood = Sly.mood.pop(where, None)
        if mood is not None:
            Sly.mood["done"] = where
            mood()


class Number(Node):
    """Arithmetic, for proxies."""

    def __init__(self, name, value):
        super().__init__(name)
        self.value = value

    def __add__(self, other):
        return self.value + plain(other)

    def __radd__(self, other):
        return plain(other) + self.value

    def __sub__(self, other):
        return self.value - plain(other)

    def __rsub__(self, other):
        return plain(other) - self.value

    def __mul__(self, other):
        return self.value * plain(other)

    def __rmul__(self, other):
        return plain(other) * self.value

    def __floordiv__(self, other):
        return self.value // plain(other)

    def __rfloordiv__(self, other):
        return plain(other) // self.value

    def __mod__(self, other):
        return self.value % plain(other)

    def __divmod__(self, other):
        return divmod(self.value, plain(other))

    def __pow__(self, other):
        return self.value ** plain(other)

    def __matmul__(self, other):
        return self.value * 100 + plain(other)

    def __and__(self, other):
        return self.value & plain(other)

    def __or__(self, other):
        return self.value | plain(other)

    def __ror__(self, other):
        return plain(other) | self.value

    def __xor__(self, other):
        return self.value ^ plain(other)

    def __lshift__(self, other):
        return self.value << plain(other)

    def __iadd__(self, other):
        self.value += plain(other)
        return self

    def __isub__(self, other):
        self.value -= plain(other)
        return self

    def __neg__(self):
        return -self.value

    def __pos__(self):
        return +self.value

    def __abs__(self):
        return abs(self.value)

    def __invert__(self):
        return ~self.value

    def __int__(self):
        return self.value

    def __float__(self):
        return float(self.value)

    def __index__(self):
        return self.value

    def __bool__(self):
        return self.value % 2 == 1

    def __lt__(self, other):
        return self.value < plain(other)

    def __le__(self, other):
        return self.value <= plain(other)

    def __gt__(self, other):
        return self.value > plain(other)

    def __eq__(self, other):
        return self.value == plain(other)

    def __hash__(self):
        return hash(self.value)

    def __str__(self):
        return "number " + str(self.value)


def plain(number):
    """The value of a Number; other things as they are."""
    return number.value if isinstance(number, Number) else number


class Box(Node):
    """Items, for proxies."""

    def __init__(self, name, items):
        super().__init__(name)
        self.items = list(items)

    def __getitem__(self, index):
        return self.items[index]

    def __setitem__(self, index, item):
        self.items[index] = item

    def __delitem__(self, index):
        del self.items[index]

    def __contains__(self, item):
        return item in self.items

    def __len__(self):
        return len(self.items)

    def __iter__(self):
        return iter(self.items)

    def __reversed__(self):
        return reversed(self.items)

    def __str__(self):
        return "box of " + str(len(self.items))


class Ticker(Node):
    """An iterator, for proxies."""

    def __init__(self, name, limit):
        super().__init__(name)
        self.limit = limit
        self.count = 0

    def __iter__(self):
        return self

    def __next__(self):
        if self.count == self.limit:
            raise StopIteration
        self.count += 1
        return self.count


class Tool(Node):
    """Callable, so that its proxy is."""

    def __call__(self, *args, **kwargs):
        return [self.name, list(args), sorted(kwargs.items())]


class Mortal(Node):
    """Says that it dies, and lets another go."""

    def __init__(self, name, victim=None):
        super().__init__(name)
        self.victim = victim

    def __del__(self):
        note(self.name, "del", "next " + show(self.next))
        let_go(self.victim)


class Grump(Node):
    """Its __del__ fails."""

    def __del__(self):
        note(self.name, "del", "fails")
        raise LookupError(self.name)


class Maker(Node):
    """Its __del__ makes references to itself and to a new object."""

    def __del__(self):
        name = self.name
        child = Node("child of " + name)
        SPAWNED[child.name] = child
        R["to " + child.name] = weakref.ref(child, says(child.name, "made in __del__"))
        R["late " + name] = weakref.ref(self, lambda gone: note(name, "late", "target " + show(gone())))
        note(name, "del", "makes")


class Phoenix(Node):
    """Comes back, once; in a cycle, since only then its weak references are dead by that time."""

    def __init__(self, name):
        super().__init__(name)
        self.me = self
        self.old = weakref.ref(self)
        self.new = None

    def __del__(self):
        note(self.name, "del", "comes back, old " + show(self.old()))
        self.new = weakref.ref(self)
        SAVED.append(self)


class Ring:
    """One of several objects in a cycle, which die together."""

    def __init__(self, name):
        self.name = name
        self.next = None
        self.inner = None

    def watch(self, other):
        """This reference dies with its target and does not call."""
        self.inner = weakref.ref(other, lambda gone: note(self.name, "ref", "inner, never"))


def make_ring(names, watching):
    """Rings, each linked to the one before it."""
    members = [Ring(name) for name in names]
    for i, member in enumerate(members):
        member.next = members[i - 1]
        if watching:
            member.watch(members[(i + 1) % len(members)])
    return members


class Tagged(weakref.ref):
    """A reference with attributes of its own."""

    def __new__(cls, target, callback=None, tag="none"):
        made = super().__new__(cls, target, callback)
        made.tag = tag
        return made

    def __init__(self, target, callback=None, tag="none"):
        super().__init__(target, callback)
        self.extra = [tag]


class Lean(weakref.ref):
    """A reference with a slot."""

    __slots__ = ("tag",)

    def __init__(self, target, callback=None, tag="none"):
        super().__init__(target, callback)
        self.tag = tag

    def __new__(cls, target, callback=None, tag="none"):
        return super().__new__(cls, target, callback)


class Loud(weakref.ref):
    """A reference whose call is its own."""

    def __call__(self):
        target = super().__call__()
        return "gone" if target is None else "<" + target.name + ">"


class Bag(list):
    """Lists have no weak references, their subclasses have."""


class OwnSet(weakref.WeakSet):
    """A container with a method of its own."""

    def names(self):
        return shown(self)


class OwnValues(weakref.WeakValueDictionary):
    """A container with a method of its own."""

    def names(self):
        return shown(self.values())


class OwnKeys(weakref.WeakKeyDictionary):
    """A container with a method of its own."""

    def names(self):
        return shown(self)


def make_function(name):
    """A closure."""
    def inner():
        return "called " + name
    return inner


def make_class(name):
    """A class with a method."""
    class Local(Node):
        title = name
    return Local


def count_to(limit):
    """A generator."""
    for i in range(limit):
        yield i


def says(name, text):
    """A callback that notes."""
    return lambda gone: note(name, "ref", text + ", target " + show(gone()))


def drops(name, text, victim):
    """A callback that lets another object go."""
    def callback(gone):
        note(name, "ref", text + " drops " + victim)
        let_go(victim)
    return callback


def spawns(name, text, child):
    """A callback that makes an object, references to it and entries for it."""
    def callback(gone):
        made = Node(child)
        note(name, "ref", text + " makes " + child)
        SPAWNED[child] = made
        R["to " + child] = weakref.ref(made, says(child, "spawned"))
        C["spawned"].add(made)
        C["spawned by name"][child] = made
    return callback


def watches(name, text):
    """A callback that makes references to an object which is alive for sure."""
    def callback(gone):
        R["eternal by " + text] = weakref.ref(ETERNAL, says("eternal", text))
        note(name, "ref", text + " watches " + show(weakref.ref(ETERNAL)()))
    return callback


def collects(name, text):
    """A callback that collects."""
    def callback(gone):
        gc.collect()
        note(name, "ref", text + " collects, target " + show(gone()))
    return callback


def fails(name, text):
    """A callback that fails."""
    def callback(gone):
        note(name, "ref", text + " fails")
        raise ValueError(text)
    return callback


def forgets(name, text, other):
    """A callback that lets an older reference to the same object go."""
    def callback(gone):
        note(name, "ref", text + " forgets " + other)
        R.pop(other, None)
    return callback


def holds(name, text, leaf):
    """A callback that keeps an object alive; drops its reference, as in CPython a dead one may keep its callback."""
    def callback(gone):
        note(name, "ref", text + " held " + leaf.name)
        R.pop(text)
    return callback


def checks(name, text, others):
    """A callback that looks whether others are dead too."""
    def callback(gone):
        alive = [other for other in others if R[other]() is not None]
        note(name, "ref", text + ", of the others alive " + str(len(alive)))
    return callback


def attempt_dead(name, proxy):
    """A callback of a proxy that uses it."""
    try:
        proxy.name
    except ReferenceError:
        note(name, "ref", "proxy is dead")


class Hook:
    """A callback that is an object."""

    def __init__(self, name, text):
        self.name = name
        self.text = text

    def __call__(self, gone):
        note(self.name, "ref", self.text + " by a hook, target " + show(gone()))

    def method(self, gone):
        note(self.name, "ref", self.text + " by a method, target " + show(gone()))


def final(name, *args, **kwargs):
    """What finalizers call; at exit their order is defined."""
    text = "final " + show(args) + " " + show(kwargs)
    if LEAVING:
        print("exit", name, text)
    else:
        note(name, "ref", text)
    return len(args)


def final_drops(name, victim):
    """A finalizer that lets another object go."""
    note(name, "ref", "final drops " + victim)
    let_go(victim)


def final_spawns(name, child):
    """A finalizer that makes an object with a finalizer."""
    made = Node(child)
    note(name, "ref", "final makes " + child)
    SPAWNED[child] = made
    F["of " + child] = weakref.finalize(made, final, child, "second generation")
    F["of " + child].atexit = False


def final_fails(name):
    """A finalizer that fails."""
    note(name, "ref", "final fails")
    raise KeyError(name)


class Fault(Exception):
    """An exception of the program's own."""


ETERNAL = Node("eternal")
C["spawned"] = weakref.WeakSet()
C["spawned by name"] = weakref.WeakValueDictionary()
