"""Objects, links between them, cycles, rings, and what happens in __del__."""
from program import kind

NODES = {"Node": 8, "Keyed": 3, "Slot": 3, "Number": 2, "Box": 2, "Tool": 2, "Ticker": 1, "Mortal": 4, "Grump": 1,
         "Maker": 1,
         "Phoenix": 2}
LINKED = [cls for cls in NODES if cls != "Phoenix"]   # what comes back must refer to nothing that others drop
PLAIN = ["Node", "Keyed", "Slot", "Tool", "Box", "Ticker"]


def creation(program, name, cls):
    """The expression that makes an object."""
    chance = program.random
    if cls == "Keyed":
        return f"Keyed({name!r}, {chance.randint(1, 3)})"
    if cls == "Number":
        return f"Number({name!r}, {chance.randint(1, 9)})"
    if cls == "Box":
        return f"Box({name!r}, {[chance.randint(0, 9) for _ in range(chance.randint(1, 5))]})"
    if cls == "Ticker":
        return f"Ticker({name!r}, {chance.randint(1, 5)})"
    if cls == "Mortal" and program.victims and program.chance(0.3):
        return f"Mortal({name!r}, {chance.choice(program.victims)!r})"
    return f"{cls}({name!r})"


def make_object(program, cls=None):
    """The line that makes an object in W."""
    cls = cls or program.random.choices(list(NODES), NODES.values())[0]
    name = program.new("n")
    program.objects[name] = cls
    return f"W[{name!r}] = {creation(program, name, cls)}"


def begin(program):
    """The first steps: some objects of the usual classes, and a container of each kind."""
    classes = ["Node", "Node", "Keyed", "Keyed"] + program.random.sample(["Mortal", "Tool", "Box", "Number", "Slot"],
                                                                         2)
    program.add("make", [make_object(program, cls) for cls in classes])
    lines = []
    for sort, cls in [("set", "WeakSet"), ("values", "WeakValueDictionary"), ("keys", "WeakKeyDictionary")]:
        name = program.new(sort)
        program.containers[name] = sort
        lines.append(f"C[{name!r}] = weakref.{cls}()")
    program.add("make_containers", lines)


def new_victim(program, text="victim"):
    """Lines that make an object which a callback will let go, and a watcher of it."""
    name = program.new("x")
    watcher = "to " + name
    program.victims.append(name)
    program.references[watcher] = ("held", name)
    return name, [f"VICTIMS[{name!r}] = Node({name!r})",
                  f"R[{watcher!r}] = weakref.ref(VICTIMS[{name!r}], says({name!r}, {text!r}))"]


@kind(10)
def make(program):
    if len(program.objects) > 14:
        return None
    return [make_object(program) for _ in range(program.random.randint(1, 3))]


@kind(7)
def link(program):
    source, target = program.pick(*LINKED), program.pick()
    program.dropped()
    return [f"W[{source!r}].{program.choose('next', 'other')} = W[{target!r}]"] if source else None


@kind(3)
def unlink(program):
    names = program.pick_some(1, 3, *LINKED)
    program.dropped()
    return [f"W[{name!r}].{program.choose('next', 'other')} = None" for name in names] if names else None


@kind(4)
def cycle(program):
    names = program.pick_some(2, 4, *LINKED)
    program.dropped()
    return [f"W[{name!r}].next = W[{names[i - 1]!r}]" for i, name in enumerate(names)] if names else None


@kind(9)
def drop(program):
    name = program.pick()
    if not name or len(program.objects) < 5:
        return None
    program.forget([name])
    return program.choose("del W[{0!r}]", "W.pop({0!r})", "W[{0!r}] = None\ndel W[{0!r}]").format(name).splitlines()


@kind(9)
def drop_some(program):
    names = program.pick_some(3, 5)
    if not names or len(program.objects) < 8:
        return None
    program.forget(names)
    return [f"for name in {names}:", "    W.pop(name)"]


@kind(5)
def drop_by_copy(program):
    """All but some move to another dictionary and back."""
    names = program.pick_some(2, 3)
    if not names or len(program.objects) < 8:
        return None
    program.forget(names)
    return [f"kept = {{name: W[name] for name in W if name not in {names}}}",
            "W.clear()", "W.update(kept)", "print(len(W), shown(W.values()))"]


@kind(5)
def drop_victim(program):
    if not program.victims:
        return None
    program.dropped()
    return [f"let_go({program.random.choice(program.victims)!r})"]


@kind(5)
def local_graph(program):
    """Objects that no name outlives."""
    first, second = program.new("n"), program.new("n")
    name = program.new_reference("held", first)
    cls = program.choose("Node", "Mortal", "Phoenix", "Maker", "Keyed")
    lines = [f"first, second = Node({first!r}), {creation(program, second, cls)}",
             "first.next = second",
             f"R[{name!r}] = weakref.ref(first, says({first!r}, 'local'))"]
    if program.chance(0.6):
        lines.append("second.next = first")
    if cls != "Phoenix" and program.chance(0.3):
        lines.append(f"first.other = W[{program.pick()!r}]")
    program.dropped()
    return lines + [f"print(show(R[{name!r}]()))"]


@kind(3)
def failing_function(program):
    """An object in the frame of a function that raises."""
    target = program.new("n")
    name = program.new_reference("held", target)
    program.dropped()
    end = program.choose("raise KeyError('k')", "return local.missing", "return [1][local.size]", "return local()",
                         "raise Fault(local.name)")
    return ["def failing():",
            f"    local = Node({target!r})",
            f"    R[{name!r}] = weakref.ref(local, says({target!r}, 'in a frame'))",
            "    " + end,
            "attempt(failing)"]


@kind(2)
def leave_with_and_finally(program):
    """An object that a context manager holds for a while."""
    target = program.new("n")
    name = program.new_reference("held", target)
    program.dropped()
    fails = program.choose("raise ValueError(target.name)", "print(target.greet())")
    return ["class Holder:",
            "    def __enter__(self):",
            f"        self.target = Node({target!r})",
            "        return self.target",
            "    def __exit__(self, kind, error, trace):",
            f"        print('leaves', kind is None, show(R[{name!r}]()))",
            "        self.target = None",
            "        return True",
            "try:",
            "    with Holder() as target:",
            f"        R[{name!r}] = weakref.ref(target, says({target!r}, 'in a with'))",
            "        " + fails,
            "finally:",
            "    print('finally')"]


@kind(2)
def closure_holds(program):
    """An object in a cell; the function that has it goes last."""
    target = program.new("n")
    name = program.new_reference("held", target)
    program.dropped()
    return ["def make_counter(target):",
            "    count = [0]",
            "    def counter():",
            "        count[0] += 1",
            "        return target.name + ' ' + str(count[0])",
            "    return counter",
            f"target = Node({target!r})",
            "counter = make_counter(target)",
            "del target",
            "counter()",
            "print(counter())",
            f"R[{name!r}] = weakref.ref(counter, says({target!r}, 'closure'))"]


@kind(2)
def suspended_generator(program):
    """An object in the frame of a generator that never ends."""
    target = program.new("n")
    name = program.new_reference("held", target)
    program.dropped()
    return ["def walk():",
            f"    local = Node({target!r})",
            f"    R[{name!r}] = weakref.ref(local, says({target!r}, 'in a generator'))",
            "    yield local.name",
            "    yield 'never'",
            "steps = walk()",
            f"print(next(steps), show(R[{name!r}]()))"]


@kind(4)
def ring(program):
    """Objects in a cycle: all dead before the first callback of one of them."""
    names = [program.new("ring") for _ in range(program.random.randint(2, 4))]
    references = [program.new_reference("held", name) for name in names]
    lines = [f"members = make_ring({names}, {program.chance(0.5)})"]
    for i, (name, reference) in enumerate(zip(names, references)):
        others = [other for other in references if other != reference]
        lines.append(f"R[{reference!r}] = weakref.ref(members[{i}], checks({name!r}, 'ring', {others}))")
    if program.chance(0.5):
        lines.append("C['spawned'].update(members)")
    if program.chance(0.4):
        program.objects[names[0]] = "Ring"
        program.counted.add(names[0])
        lines.append(f"W[{names[0]!r}] = members[0]")
    program.dropped()
    return lines


@kind(3)
def phoenix_with_child(program):
    """What a returning object refers to returns with it, but for its weak references."""
    name, child = program.new("n"), program.new("n")
    reference = program.new_reference("held", child)
    lines = [f"W[{name!r}] = Phoenix({name!r})",
             f"W[{name!r}].next = {creation(program, child, program.choose('Node', 'Mortal', 'Phoenix', 'Keyed'))}",
             f"R[{reference!r}] = weakref.ref(W[{name!r}].next, says({child!r}, 'child'))"]
    if program.chance(0.5):
        lines.append(f"W[{name!r}].next.next = W[{name!r}]")
    if program.chance(0.6):
        program.dropped()
        return lines + [f"del W[{name!r}]"]
    program.objects[name] = "Phoenix"
    return lines


@kind(5, clean=True)
def saved(program):
    """Who came back, and that new references to them work."""
    prefix = program.new("s") + " "
    program.refs_dirty = True
    lines = ["print('saved', shown(SAVED), shown([one.next for one in SAVED]))",
             "print(shown([one.old for one in SAVED]), shown([one.new for one in SAVED]))"]
    if program.chance(0.5):
        lines += ["for one in sorted(SAVED, key=show):",
                  f"    R[{prefix!r} + one.name] = weakref.ref(one, says(one.name, 'second life'))",
                  f"    print(R[{prefix!r} + one.name]() is one)"]
    return lines


@kind(3, clean=True)
def drop_saved(program):
    program.dropped()
    return ["SAVED.clear()"]


@kind(2)
def mortal_drops_victim(program):
    victim, lines = new_victim(program, "by __del__")
    name = program.new("n")
    program.dropped()
    return lines + [f"W[{name!r}] = Mortal({name!r}, {victim!r})", f"del W[{name!r}]"]


@kind(2)
def chain_of_mortals(program):
    """A dropped chain: every __del__ once, whatever the order."""
    names = [program.new("n") for _ in range(program.random.randint(2, 6))]
    reference = program.new_reference("held", names[-1])
    program.dropped()
    return [f"chain = [{program.choose('Mortal', 'Mortal', 'Grump')}(name) for name in {names}]",
            "for i in range(1, len(chain)):",
            "    chain[i - 1].next = chain[i]",
            f"R[{reference!r}] = weakref.ref(chain[-1], says({names[-1]!r}, 'end of a chain'))"]


@kind(3, clean=True)
def spawned_state(program):
    return ["print('spawned', shown(SPAWNED.values()), shown(C['spawned']), len(C['spawned by name']))",
            "print(sorted([name + ' ' + show(C['spawned by name'][name]) for name in C['spawned by name']]))"]


@kind(2, clean=True)
def drop_spawned(program):
    program.dropped()
    return ["SPAWNED.clear()"]


@kind(2)
def many_temporaries(program):
    """Many objects, of which one stays."""
    name = program.new("n")
    reference = program.new_reference("ref", name)
    program.objects[name] = "Node"
    program.dropped()
    size = program.random.randint(20, 100)
    return [f"made = [Node('t%d' % i) for i in range({size})]",
            f"made[{size // 2}].name = {name!r}",
            "references = [weakref.ref(one) for one in made]",
            f"W[{name!r}], R[{reference!r}] = made[{size // 2}], references[{size // 2}]",
            f"print(len([one for one in references if one() is not None]), R[{reference!r}]() is W[{name!r}])"]


@kind(1)
def tree(program):
    """Parents hold their children, children know their parents by reference."""
    depth, name = program.random.randint(2, 4), program.new("tree")
    reference = program.new_reference("held", name)
    program.dropped()
    return ["class Branch:",
            "    __slots__ = ('parent', 'children', '__weakref__')",
            "    def __init__(self, depth, parent=None):",
            "        self.parent = parent and weakref.ref(parent)",
            "        self.children = [Branch(depth - 1, self) for _ in range(depth)]",
            "    def depth(self):",
            "        return 0 if self.parent is None else 1 + self.parent().depth()",
            f"root = Branch({depth})",
            "one = root",
            "while one.children:",
            "    one = one.children[-1]",
            f"R[{reference!r}] = weakref.ref(one, says({name!r}, 'leaf of a tree'))",
            "print(one.depth(), one.parent() in root.children)"]
