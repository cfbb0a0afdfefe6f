"""References: with callbacks and without, of subclasses, compared, counted, refused; weak methods."""
from program import kind
from steps_objects import creation, new_victim

LIVE = ["ref", "tagged", "loud", "held", "keyed"]    # their calls are harmless; "held" ones are never dropped


def callback(program, target, text):
    """Lines before it, and the expression of a callback."""
    sort = program.choose("says", "says", "says", "drops", "spawns", "collects", "fails", "holds", "watches", "hook",
                          "method")
    if sort == "drops":
        victim, lines = new_victim(program)
        return lines, f"drops({target!r}, {text!r}, {victim!r})"
    if sort == "spawns":
        return [], f"spawns({target!r}, {text!r}, {program.new('s')!r})"
    if sort == "holds":
        leaf = program.new("leaf")
        watcher = "to " + leaf
        program.references[watcher] = ("held", leaf)
        lines = [f"leaf = Leaf({leaf!r})", f"R[{watcher!r}] = weakref.ref(leaf, says({leaf!r}, 'held'))"]
        del program.references[text]
        return lines, f"holds({target!r}, {text!r}, leaf)"
    if sort == "hook":
        return [], f"Hook({target!r}, {text!r})"
    if sort == "method":
        return [], f"Hook({target!r}, {text!r}).method"
    return [], f"{sort}({target!r}, {text!r})"


def alive_reference(program, *kinds):
    """A reference to what the program surely holds."""
    names = [name for name, (sort, target) in program.references.items()
             if sort in kinds and target in program.objects]
    return program.random.choice(names) if names else None


@kind(5)
def reference(program):
    target = program.pick()
    name = program.new_reference("ref", target)
    return [f"R[{name!r}] = weakref.ref(W[{target!r}])", f"print(R[{name!r}]() is W[{target!r}])"]


@kind(10)
def reference_with_callback(program):
    target = program.pick()
    lines = []
    for _ in range(program.choose(1, 1, 2, 3)):
        name = program.new_reference("ref", target)
        before, made = callback(program, target, name)
        cls = program.choose("weakref.ref", "weakref.ref", "weakref.ref", "Tagged", "Lean")
        lines += before + [f"R[{name!r}] = {cls}(W[{target!r}], {made})"]
    return lines


@kind(3)
def callback_forgets_older(program):
    """The newer of two callbacks lets the older reference go; both are called."""
    target = program.pick()
    older, newer = program.new("r"), program.new_reference("held", target)
    return [f"R[{older!r}] = weakref.ref(W[{target!r}], says({target!r}, {older!r}))",
            f"R[{newer!r}] = weakref.ref(W[{target!r}], forgets({target!r}, {newer!r}, {older!r}))"]


@kind(2)
def many_callbacks(program):
    """Newest first."""
    target, prefix = program.pick(), program.new("many") + " "
    program.refs_dirty = True
    return [f"for i in range({program.random.randint(5, 40)}):",
            f"    R[{prefix!r} + str(i)] = weakref.ref(W[{target!r}], says({target!r}, {prefix!r} + str(i)))"]


@kind(3)
def callback_after_death(program):
    """A callback of an object that dies by a callback of another, and so on."""
    names = [program.new("x") for _ in range(program.random.randint(2, 5))]
    program.victims += names
    program.dropped()
    return [f"names = {names}",
            "for i, name in enumerate(names):",
            "    VICTIMS[name] = Leaf(name)",
            "    R['to ' + name] = weakref.ref(VICTIMS[name], drops(name, 'chain', names[(i + 1) % len(names)]))",
            "let_go(names[0])"]


@kind(4)
def tagged_reference(program):
    target = program.pick()
    name = program.new_reference("tagged", target)
    cls = program.choose("Tagged", "Tagged", "Lean")
    made = program.choose("None", f"says({target!r}, {name!r})")
    lines = [f"R[{name!r}] = {cls}(W[{target!r}], {made}, tag={'tag of ' + name!r})"]
    if cls == "Tagged":
        lines.append(f"R[{name!r}].extra.append(len(R))")
    return lines + [f"print(R[{name!r}].tag, R[{name!r}]() is W[{target!r}], hasattr(R[{name!r}], '__dict__'))",
                    f"print(R[{name!r}] == weakref.ref(W[{target!r}]), R[{name!r}] is weakref.ref(W[{target!r}]))"]


@kind(2)
def tagged_reference_holds(program):
    """An attribute of a reference is strong."""
    target, leaf = program.pick(), program.new("leaf")
    name = program.new_reference("tagged", target)
    watcher = "to " + leaf
    program.references[watcher] = ("held", leaf)
    return [f"R[{name!r}] = Tagged(W[{target!r}])",
            f"R[{name!r}].extra = Leaf({leaf!r})",
            f"R[{watcher!r}] = weakref.ref(R[{name!r}].extra, says({leaf!r}, 'held by a reference'))",
            f"print(show(R[{name!r}].extra))"]


@kind(2)
def loud_reference(program):
    target = program.pick()
    name = program.new_reference("loud", target)
    return [f"R[{name!r}] = Loud(W[{target!r}])",
            f"print(R[{name!r}](), isinstance(R[{name!r}], weakref.ReferenceType))"]


@kind(8, clean=True)
def read(program):
    names = [name for name in program.references if program.references[name][0] in LIVE]
    if not names:
        return None
    chosen = program.random.sample(names, min(len(names), program.random.randint(1, 4)))
    return [f"print({', '.join([f'show(R[{name!r}]())' for name in chosen])})"]


@kind(4)
def read_alive(program):
    """Reads of what the program holds need no settle()."""
    name = alive_reference(program, *LIVE)
    return [f"print(show(R[{name!r}]()))"] if name else None


@kind(3, clean=True)
def read_all(program):
    return ["states = [name + ' ' + show(R[name]()) for name in R if type(R[name]) is weakref.ref]",
            "print(len(states), sorted(states))"]


@kind(3)
def callback_attribute(program):
    """Of living references: in CPython a dead one still has its callback if its object died in a cycle.
    And not of those that containers made, whose callbacks are CPython's own way to remove entries."""
    name = alive_reference(program, "ref", "tagged", "held")
    if not name:
        return None
    return [f"print(R[{name!r}].__callback__ is None, R[{name!r}]() is None)",
            f"attempt(lambda: setattr(R[{name!r}], '__callback__', None))"]


@kind(3, clean=True)
def texts_of_references(program):
    """The parts of repr() that have no address."""
    name = program.pick_reference("ref", "held", "proxy")
    if not name:
        return None
    return [f"text = repr(R[{name!r}])",
            "print(text.startswith('<weak'), text.endswith('; dead>'), \"'Node'\" in text, text.count(' at '))"]


@kind(5, clean=True)
def compare_references(program):
    first, second = [program.pick_reference("ref", "tagged", "held", "keyed") for _ in range(2)]
    if not first:
        return None
    return [f"first, second = R[{first!r}], R[{second!r}]",
            "print(first == second, first != second, first == first, first == 1)",
            "print(first() is second(), first() is None)",
            "attempt(lambda: first < second)"]


@kind(4, clean=True)
def hash_alive(program):
    """The hash of a reference is that of its object."""
    name = alive_reference(program, "ref", "tagged", "held", "keyed")
    if not name:
        return None
    target = program.references[name][1]
    return [f"print(hash(R[{name!r}]) == hash(W[{target!r}]), R[{name!r}] in {{weakref.ref(W[{target!r}]): 1}})"]


@kind(4)
def hash_before_and_after_death(program):
    """A hash once asked for stays; of a dead reference there is no new one."""
    target = program.new("n")
    early, late = program.new_reference("held", target), program.new_reference("held", target)
    program.add("hash_before_death", [
        f"target = {creation(program, target, program.choose('Node', 'Slot', 'Keyed'))}",
        f"R[{early!r}] = weakref.ref(target, says({target!r}, 'early'))",
        f"R[{late!r}] = weakref.ref(target, says({target!r}, 'late'))",
        f"print(hash(R[{early!r}]) == hash(target), R[{early!r}] == R[{late!r}])"])
    program.settle()
    return [f"attempt(lambda: hash(R[{early!r}]) == hash(R[{early!r}]))",
            f"attempt(lambda: hash(R[{late!r}]))",
            f"print(R[{early!r}] == R[{late!r}], R[{early!r}] == R[{early!r}], R[{early!r}] in {{R[{early!r}]}})"]


@kind(2, clean=True)
def references_in_dictionary(program):
    """References as keys; equal by what they refer to."""
    names = program.pick_some(2, 4, "Node", "Keyed", "Mortal", "Tool", "Slot")
    if not names:
        return None
    program.refs_dirty = True
    return [f"table = {{weakref.ref(W[name]): name for name in {names}}}",
            f"print([table[weakref.ref(W[name])] for name in {names}], len(table))",
            f"print([table.get(Tagged(W[name])) for name in {names}])"]


@kind(5)
def same_reference(program):
    """Without a callback there is one reference to an object, with one there is none shared."""
    target = program.pick()
    program.refs_dirty = True
    return [f"first, second = weakref.ref(W[{target!r}]), weakref.ref(W[{target!r}])",
            f"third, fourth = weakref.ref(W[{target!r}], says({target!r}, 'never')), weakref.ref(W[{target!r}], None)",
            "print(first is second, first is third, first is fourth, first == third, third() is first())",
            "print(first.__callback__ is None, third.__callback__ is None)"]


@kind(7, clean=True)
def drop_reference(program):
    """A reference that goes before its object does not call."""
    name = program.pick_reference("ref", "tagged", "loud")
    if not name:
        return None
    target = program.references.pop(name)[1]
    program.dropped()
    if target in program.objects and program.chance(0.5):
        program.forget([target])
        return [f"del R[{name!r}]", f"del W[{target!r}]"]
    return [f"del R[{name!r}]"]


@kind(2)
def reference_then_object(program):
    """The reference goes first, the object at once after it: no callback."""
    target = program.pick()
    if len(program.objects) < 6:
        return None
    program.forget([target])
    return [f"one = weakref.ref(W[{target!r}], says({target!r}, 'never, gone before'))",
            f"print(one() is W[{target!r}])",
            "del one",
            f"del W[{target!r}]"]


@kind(4, clean=True)
def count(program):
    names = [name for name, cls in program.objects.items()
             if name not in program.counted and cls not in ("Phoenix", "Ring")]
    if not names:
        return None
    name = program.random.choice(names)
    if program.refs_dirty:
        program.settle()
    return [f"print(weakref.getweakrefcount(W[{name!r}]), len(weakref.getweakrefs(W[{name!r}])))",
            f"print([one.tag for one in weakref.getweakrefs(W[{name!r}]) if isinstance(one, Tagged)])"]


@kind(3)
def count_new(program):
    """The counts while references come: one shared, one proxy, the others each their own."""
    name = program.new("n")
    reference = program.new_reference("ref", name)
    program.objects[name] = "Node"
    makers = program.random.sample(["weakref.ref"] * 3 + ["weakref.proxy"] * 3 + ["Tagged"] * 2, 6)
    return [f"target = W[{name!r}] = Node({name!r})",
            "kept = []",
            f"for maker in [{', '.join(makers)}]:",
            "    kept.append(maker(target))",
            "    print(weakref.getweakrefcount(target), end=' ')",
            f"kept.append(weakref.ref(target, says({name!r}, 'counted')))",
            "print(weakref.getweakrefcount(target), [[other is one for other in kept].count(True) for one in kept])",
            "print([[one is other for other in kept].index(True) for one in weakref.getweakrefs(target)])",
            f"R[{reference!r}] = kept[-1]"]


@kind(3)
def count_of_others(program):
    things = ["1", "None", "'text'", "()", "[]", "{}", "Bare()"]
    first, second = program.random.sample(things, 2)
    return [f"print(weakref.getweakrefcount({first}), weakref.getweakrefs({second}))"]


@kind(3)
def refused(program):
    """What has no weak references."""
    thing = program.choose("1", "1.5", "'text'", "None", "True", "[]", "(1, 2)", "{}", "Bare()")
    maker = program.choose("weakref.ref", "weakref.proxy", "Tagged", "weakref.ref", "weakref.WeakSet().add",
                           "weakref.WeakSet().discard", "weakref.WeakSet().__contains__",
                           "weakref.WeakKeyDictionary().get",
                           "weakref.WeakKeyDictionary().__getitem__", "weakref.WeakKeyDictionary().__contains__")
    return [f"attempt(lambda: {maker}({thing}))"]


@kind(3)
def wrong_calls(program):
    calls = program.random.sample([
        "weakref.ref()", "weakref.ref(ETERNAL, None, 3)", "weakref.proxy()", "weakref.proxy(ETERNAL, None, 3)",
        "weakref.WeakMethod(1)", "weakref.WeakMethod(make_function('f'))", "weakref.WeakMethod(ETERNAL)",
        "weakref.WeakSet().pop()", "weakref.WeakValueDictionary().popitem()", "weakref.WeakKeyDictionary().popitem()",
        "weakref.WeakSet().remove(ETERNAL)", "weakref.WeakKeyDictionary()[ETERNAL]",
        "weakref.WeakValueDictionary()['k']",
        "weakref.WeakValueDictionary().pop('k')", "weakref.WeakKeyDictionary().pop(ETERNAL)", "weakref.WeakSet(5)",
        "weakref.getweakrefcount()", "weakref.getweakrefs()", "weakref.ref(5)()",
        "weakref.ref(ETERNAL, callback=None)",
        "weakref.ref(ETERNAL).missing", "setattr(weakref.ref(ETERNAL), 'tag', 1)", "weakref.ref(ETERNAL)(1)",
        "weakref.WeakValueDictionary({'k': 1})", "weakref.WeakKeyDictionary({1: 2})", "weakref.WeakSet([1])",
        "weakref.WeakValueDictionary() | 1", "weakref.WeakSet() | 1", "weakref.WeakKeyDictionary() | [1]",
        "weakref.WeakSet() < 1", "hash(weakref.WeakSet())", "weakref.WeakSet() == 1",
        "weakref.WeakValueDictionary(1, 2)",
        "weakref.ref(ETERNAL, 5)() is ETERNAL", "bool(weakref.ref(ETERNAL))", "weakref.ref(ETERNAL) + 1"], 3)
    return [f"attempt(lambda: {call})" for call in calls]


@kind(4)
def other_targets(program):
    """References to functions, classes, sets, generators, subclasses of list."""
    name, watcher = program.new("o"), program.new("r")
    program.references[watcher] = ("other", name)
    make, use = program.choose(
        ("make_function({!r})", "target()"), ("make_class({!r})", "target.title"), ("set([{!r}])", "sorted(target)"),
        ("frozenset([{!r}])", "sorted(target)"), ("Bag([{!r}])", "target[0]"), ("Slot({!r})", "target.name"),
        ("count_to(len({!r}))", "next(target)"), ("(lambda: {!r})", "target()"))
    return [f"target = {make.format(name)}",
            f"R[{watcher!r}] = weakref.ref(target, says({name!r}, 'of another type'))",
            f"VICTIMS[{name!r}] = target",
            f"target = R[{watcher!r}]()",
            f"print({use})"]


@kind(18, clean=True)
def drop_other_target(program):
    name = program.pick_reference("other")
    if not name:
        return None
    target = program.references[name][1]
    program.dropped()
    return [f"print(R[{name!r}]() is VICTIMS.get({target!r}))", f"let_go({target!r})"]


@kind(2)
def builtin_targets(program):
    thing = program.choose("int", "Node", "gc", "len", "weakref", "show", "weakref.ref", "ValueError")
    program.refs_dirty = True
    return [f"print(weakref.ref({thing})() is {thing}, weakref.ref({thing}) is weakref.ref({thing}))"]


@kind(2)
def bound_method_target(program):
    """A bound method is an object of its own, and gone."""
    target = program.pick("Node", "Mortal", "Keyed", "Tool")
    if not target:
        return None
    name = program.new_reference("bound", target)
    program.dropped()
    return [f"R[{name!r}] = weakref.ref(W[{target!r}].greet)"]


@kind(24, clean=True)
def bound_method_state(program):
    name = program.pick_reference("bound")
    return [f"print(R[{name!r}]())"] if name else None


@kind(6)
def weak_method(program):
    target = program.pick("Node", "Mortal", "Keyed", "Tool", "Box", "Slot")
    if not target:
        return None
    name = program.new_reference("method", target, "m")
    program.counted.add(target)
    made = program.choose("", f", says({target!r}, {name!r})", ", None")
    return [f"R[{name!r}] = weakref.WeakMethod(W[{target!r}].greet{made})",
            f"print(R[{name!r}]()(), R[{name!r}]()(word='bye'), R[{name!r}]() == W[{target!r}].greet)",
            f"print(R[{name!r}]().__self__ is W[{target!r}], R[{name!r}]().__func__.__name__)"]


@kind(20, clean=True)
def weak_method_state(program):
    name, other = program.pick_reference("method"), program.pick_reference("method", "ref")
    if not name:
        return None
    return [f"method = R[{name!r}]()",
            "print('dead' if method is None else method('again'))",
            f"print(R[{name!r}] == R[{other!r}], R[{name!r}] != R[{other!r}], isinstance(R[{name!r}], weakref.ref))"]


@kind(2)
def weak_method_of_dying_class(program):
    """The function of a method dies with its class, at a time of its own."""
    name, target = program.new("m"), program.new("n")
    program.dropped()
    return ["class Passing:",
            "    def method(self):",
            f"        return {target!r}",
            "target = Passing()",
            f"R[{name!r}] = weakref.WeakMethod(target.method, says({target!r}, 'method dead'))",
            f"print(R[{name!r}]()(), R[{name!r}] == weakref.WeakMethod(target.method))",
            "del Passing.method",
            "print('deleted')"]


@kind(12, clean=True)
def drop_weak_method(program):
    name = program.pick_reference("method")
    if not name:
        return None
    del program.references[name]
    program.dropped()
    return [f"del R[{name!r}]"]


@kind(2)
def chain_of_references(program):
    """A chain of objects that also hold references to the next."""
    size = program.random.randint(2, 5)
    name = program.new("chain")
    reference = program.new_reference("held", name)
    program.dropped()
    return [f"first = last = Node({name!r})",
            f"for i in range({size}):",
            f"    last.next = Node({name + '.'!r} + str(i))",
            "    last.other = Tagged(last.next, None, str(i))",
            "    last = last.next",
            "walk = first",
            "while walk.other is not None:",
            "    print(walk.name, walk.other.tag, walk.other() is walk.next)",
            "    walk = walk.other()",
            f"R[{reference!r}] = weakref.ref(last, says({name!r}, 'end of a chain'))"]


@kind(2)
def reference_to_reference(program):
    """A reference has no weak references of its own, one of a subclass with a dictionary has."""
    target, name = program.pick(), program.new("r")
    program.dropped()
    return [f"attempt(lambda: weakref.ref(weakref.ref(W[{target!r}])))",
            f"middle = Tagged(W[{target!r}])",
            f"R[{name!r}] = weakref.ref(middle, says({name!r}, 'middle'))",
            f"print(R[{name!r}]() is middle, R[{name!r}]()() is W[{target!r}])"]
