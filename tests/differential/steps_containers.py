"""WeakSet, WeakValueDictionary, WeakKeyDictionary: what they hold, and what changes under them."""
from program import kind

MEMBERS = ["Node", "Keyed", "Mortal", "Tool", "Grump", "Ticker", "Slot"]
KEYS = ["a", "b", "c", "d", "e", "f"]
WHOLE = {"set": "weakref.WeakSet", "values": "weakref.WeakValueDictionary", "keys": "weakref.WeakKeyDictionary"}
OWN = {"set": "OwnSet", "values": "OwnValues", "keys": "OwnKeys"}


def member(program):
    """An object that may be in containers; its references are no longer counted."""
    name = program.pick(*MEMBERS)
    if name:
        program.counted.add(name)
        program.refs_dirty = True
    return name


def members(program, least, most):
    names = program.pick_some(least, most, *MEMBERS)
    if names:
        program.counted.update(names)
        program.refs_dirty = True
    return names


def state(program, name):
    """The line that prints a container; dictionaries keep the order of insertion."""
    if program.containers[name] == "set":
        return f"print(len(C[{name!r}]), shown(C[{name!r}]))"
    return f"print(len(C[{name!r}]), [show(key) + ' ' + show(item) for key, item in C[{name!r}].items()])"


def key(program):
    return repr(program.random.choice(KEYS))


def attempts(texts):
    return [f"attempt(lambda: {text})" for text in texts]


def value(program):
    """Lines and expression of a value; some have watchers."""
    if program.chance(0.5):
        return [], str(program.random.randint(1, 99))
    leaf = program.new("leaf")
    watcher = "to " + leaf
    program.references[watcher] = ("held", leaf)
    return [f"leaf = Leaf({leaf!r})", f"R[{watcher!r}] = weakref.ref(leaf, says({leaf!r}, 'value'))"], "leaf"


@kind(3, clean=True)
def new_container(program):
    sort = program.choose("set", "values", "keys")
    names = members(program, 2, 5)
    if not names:
        return None
    container = program.new(sort)
    program.containers[container] = sort
    content = {"set": f"[W[name] for name in {names}]", "values": f"{{name: W[name] for name in {names}}}",
               "keys": f"{{W[name]: name for name in {names}}}"}[sort]
    own = program.chance(0.3)
    lines = [f"C[{container!r}] = {OWN[sort] if own else WHOLE[sort]}({content})", state(program, container)]
    return lines + [f"print(C[{container!r}].names(), type(C[{container!r}].copy()).__name__)"] if own else lines


@kind(5, clean=True)
def container_state(program):
    return [state(program, program.pick_container("set", "values", "keys"))]


@kind(5, clean=True)
def set_add(program):
    container, names = program.pick_container("set"), members(program, 1, 4)
    if not names:
        return None
    return [f"C[{container!r}].add(W[{name!r}])" for name in names] + [f"print(len(C[{container!r}]))"]


@kind(4)
def add_while_others_die(program):
    """A new object enters while old ones may or may not be dead yet."""
    name, container = program.new("n"), program.pick_container("set", "values", "keys")
    program.objects[name] = "Node"
    program.counted.add(name)
    enter = {"set": f"C[{container!r}].add(W[{name!r}])", "values": f"C[{container!r}][{name!r}] = W[{name!r}]",
             "keys": f"C[{container!r}][W[{name!r}]] = 5"}
    return [f"W[{name!r}] = Node({name!r})", enter[program.containers[container]]]


@kind(6, clean=True)
def set_change(program):
    container, other, names = program.pick_container("set"), program.pick_container("set"), members(program, 1, 3)
    if not names:
        return None
    one, many = f"W[{names[0]!r}]", f"[W[name] for name in {names}]"
    change = program.choose(
        f"discard({one})", f"remove({one})", f"update({many})", f"difference_update({many})", "clear()",
        f"update(C[{other!r}])",
        f"symmetric_difference_update({many})", f"intersection_update({many})", f"difference_update(C[{other!r}])")
    return [f"attempt(lambda: C[{container!r}].{change})", state(program, container)]


@kind(4, clean=True)
def set_test(program):
    container, other, name = program.pick_container("set"), program.pick_container("set"), member(program)
    if not name:
        return None
    return [f"first, second = C[{container!r}], C[{other!r}]",
            f"print(W[{name!r}] in first, 1 in first, first == second, first != second, first <= second)",
            "print(first.isdisjoint(second), first.issubset(second), first.issuperset(second))",
            "print(first < second, first >= second, first > second)",
            "print(first == set(first), first == 1, first == first.copy(), bool(first))"]


@kind(5, clean=True)
def set_algebra(program):
    container, other = program.pick_container("set"), program.pick_container("set")
    operation = program.choose("|", "&", "-", "^")
    method = {"|": "union", "&": "intersection", "-": "difference", "^": "symmetric_difference"}[operation]
    program.refs_dirty = True
    lines = [f"made = C[{container!r}] {operation} C[{other!r}]",
             f"print(type(made).__name__, shown(made), made == C[{container!r}].{method}(list(C[{other!r}])))"]
    if program.chance(0.3):
        name = program.new("set")
        program.containers[name] = "set"
        lines.append(f"C[{name!r}] = made")
    return lines


@kind(3, clean=True)
def set_in_place(program):
    container, other = program.pick_container("set"), program.pick_container("set")
    program.refs_dirty = True
    return [f"made = C[{container!r}].copy()",
            f"made {program.choose('|=', '&=', '-=', '^=')} {program.choose(f'C[{other!r}]', 'made')}",
            "print(len(made), shown(made))"]


@kind(2, clean=True)
def set_pop_all(program):
    container = program.pick_container("set")
    condition = program.choose("C[{!r}]", "len(C[{!r}]) > 0").format(container)
    return ["popped = []", f"while {condition}:", f"    popped.append(C[{container!r}].pop())",
            f"print(len(popped), shown(popped), len(C[{container!r}]))", f"attempt(C[{container!r}].pop)"]


@kind(7, clean=True)
def values_set(program):
    container, names = program.pick_container("values"), members(program, 1, 4)
    if not names:
        return None
    return [f"C[{container!r}][{key(program)}] = W[{name!r}]" for name in names] + [state(program, container)]


@kind(9, clean=True)
def values_use(program):
    container, name = program.pick_container("values"), member(program)
    if not name:
        return None
    c, one = f"C[{container!r}]", f"W[{name!r}]"
    texts = program.random.sample([
        f"{c}.get({key(program)})", f"{c}.get({key(program)}, 5)", f"{c}[{key(program)}]", f"{key(program)} in {c}",
        f"{c}.pop({key(program)})", f"{c}.pop({key(program)}, None)", f"{c}.popitem()",
        f"{c}.setdefault({key(program)}, {one})",
        f"{c}.update({{{key(program)}: {one}}})", f"{c}.update(g={one})",
        f"{c}.update([({key(program)}, {one})], h={one})",
        f"{c}.__delitem__({key(program)})", f"list({c})", f"list({c}.keys())", f"list({c}.values())", f"len({c})",
        f"list({c}.items())", f"bool({c})", f"[one() for one in {c}.valuerefs()]",
        f"[one() for one in {c}.itervaluerefs()]",
        f"{c}.__setitem__({key(program)}, 3)", f"{c}.clear()", f"{one} in {c}.values()", f"[] in {c}"], 5)
    return attempts(texts) + [state(program, container)]


@kind(7, clean=True)
def keys_set(program):
    container, names = program.pick_container("keys"), members(program, 1, 3)
    if not names:
        return None
    lines = []
    for name in names:
        before, what = value(program)
        lines += before + [f"C[{container!r}][W[{name!r}]] = {what}"]
    program.dropped()
    return lines


@kind(2, clean=True)
def key_holds_itself(program):
    """A value that refers to its key keeps it alive as long as the dictionary is there."""
    container, name = program.pick_container("keys"), program.pick("Node", "Keyed", "Slot")
    if not name:
        return None
    program.counted.add(name)
    program.dropped()
    held = program.choose("[W[{!r}]]", "W[{!r}]", "(1, W[{!r}])").format(name)
    return [f"C[{container!r}][W[{name!r}]] = {held}"]


@kind(9, clean=True)
def keys_use(program):
    container, name = program.pick_container("keys"), member(program)
    if not name:
        return None
    c, one = f"C[{container!r}]", f"W[{name!r}]"
    texts = program.random.sample([
        f"{c}.get({one})", f"{c}.get({one}, 5)", f"{c}[{one}]", f"{one} in {c}", f"3 in {c}",
        f"{c}.setdefault({one}, 7)",
        f"list({c})", f"list({c}.keys())", f"list({c}.values())", f"list({c}.items())", f"len({c})", f"bool({c})",
        f"[one() for one in {c}.keyrefs()]"], 4)
    change = program.choose(
        f"{c}.pop({one})", f"{c}.pop({one}, 4)", f"{c}.popitem()", f"{c}.__delitem__({one})",
        f"{c}.update({{{one}: 8}})",
        f"{c}.update([({one}, 9)])", f"{c}.__setitem__(3, 3)", f"{c}.clear()", f"{c}.setdefault({one})")
    program.dropped()
    return [state(program, container)] + attempts(texts + [change])


@kind(4, clean=True)
def dictionary_copies(program):
    container = program.pick_container("values", "keys")
    sort = program.containers[container]
    other = program.pick_container(sort)
    program.refs_dirty = True
    made = program.choose(f"C[{container!r}].copy()", f"C[{container!r}] | C[{other!r}]",
                          f"dict(C[{container!r}]) | C[{other!r}]",
                          f"{WHOLE[sort]}(C[{container!r}])", f"C[{container!r}] | dict(C[{other!r}])")
    lines = [f"made = {made}", "print(type(made).__name__, len(made), [show(item) for item in made])"]
    if program.chance(0.5):
        lines += [f"made |= {program.choose('C[{0!r}]', 'dict(C[{0!r}])', 'list(C[{0!r}].items())').format(other)}",
                  "print(len(made), [show(item) for item in made])"]
    if program.chance(0.3):
        name = program.new(sort)
        program.containers[name] = sort
        lines.append(f"C[{name!r}] = made")
    return lines


@kind(4, clean=True)
def dictionaries_equal(program):
    container = program.pick_container("values", "keys")
    other = program.pick_container(program.containers[container])
    program.refs_dirty = True
    return [f"first, second = C[{container!r}], C[{other!r}]",
            "print(first == second, first != second, first == dict(first), dict(second) == first)",
            "print(first == first.copy(), first == 1, first == {}, first == first)"]


@kind(3, clean=True)
def container_clear(program):
    container = program.pick_container("set", "values", "keys")
    program.dropped()
    return [f"C[{container!r}].clear()", f"print(len(C[{container!r}]), list(C[{container!r}]))"]


@kind(12, clean=True)
def drop_container(program):
    """A container that goes takes nothing with it but the values of a WeakKeyDictionary."""
    container = program.pick_container("set", "values", "keys")
    if len([name for name in program.containers if program.containers[name] == program.containers[container]]) < 2:
        return None
    del program.containers[container]
    program.dropped()
    return [f"del C[{container!r}]"]


def fill(program, sort, least=3):
    """Lines that make a container `box` of new objects, which only the dictionary `held` holds."""
    prefix, size = program.new("i") + ".", program.random.randint(least, 6)
    enter = {"set": "box.add(one)", "values": "box[one.name] = one", "keys": "box[one] = one.name"}[sort]
    return size, ["def fill():",
                  f"    for i in range({size}):",
                  f"        one = held[{prefix!r} + str(i)] = Leaf({prefix!r} + str(i))",
                  f"        {enter}",
                  f"box, held = {WHOLE[sort]}(), {{}}",
                  "fill()"]


LOOPS = {"set": ["box"], "values": ["box.values()", "list(box.valuerefs())"],
         "keys": ["box", "box.keys()", "list(box.keyrefs())"]}


@kind(4)
def die_while_iterating(program):
    """The loop lets go what it visits; each member is visited once nevertheless."""
    sort = program.choose("set", "values", "keys")
    _, lines = fill(program, sort)
    loop = program.random.choice(LOOPS[sort])
    name = "item().name" if "refs" in loop else "item.name"
    program.dropped()
    return lines + ["visited = []", f"for item in {loop}:", f"    visited.append({name})", f"    held.pop({name})",
                    "print(sorted(visited), sorted(held))"]


@kind(5)
def die_and_collect_while_iterating(program):
    """The loop lets all others go and collects: they are not visited.

    CPython's len() of a WeakValueDictionary takes the dead out even then, and the loop fails with RuntimeError.
    """
    sort = program.choose("set", "values", "keys")
    loop = "box.values()" if sort == "values" else program.choose("box", "box.copy()")
    _, lines = fill(program, sort)
    keep = program.new("kept")
    program.references[keep] = ("held", keep)
    program.dropped()
    return lines + ["count = 0", f"for item in {loop}:", "    count += 1", "    held = {1: item}",
                    "    gc.collect()", "    gc.collect()",
                    "    print(len(held))" if sort == "values" else "    print(len(box), len(held))",
                    f"R[{keep!r}] = weakref.ref(item, says({keep!r}, 'the last one'))",
                    "print(count, len(box), len(list(box)), held[1] is item)"]


@kind(2)
def die_behind_iteration(program):
    """A dictionary is visited in the order of insertion, whoever died before the visit."""
    sort = program.choose("values", "keys")
    size, lines = fill(program, sort, 4)
    gone = program.random.randrange(1, size)
    program.dropped()
    return lines + [f"victims = sorted(held)[:{gone}]", "for name in victims:", "    del held[name]", "gc.collect()",
                    "gc.collect()",
                    f"print([item.name for item in {LOOPS[sort][0]}], len(box))"]


@kind(5)
def change_while_iterating(program):
    """A change of size during a loop is an error."""
    sort = program.choose("set", "values", "keys")
    _, lines = fill(program, sort, program.choose(1, 3))
    change = program.random.choice({
        "set": ["box.add(ETERNAL)", "box.discard(item)", "box.clear()", "box.pop()", "box.update([ETERNAL])",
                "box.add(item)",
                "box.remove(item)", "len(box)"],
        "values": ["box['new'] = ETERNAL", "del box[item.name]", "box.clear()", "box.popitem()",
                   "box[item.name] = item",
                   "box.setdefault('new', ETERNAL)", "box.update(new=ETERNAL)", "box.pop(item.name)"],
        "keys": ["box[ETERNAL] = 1", "del box[item]", "box.clear()", "box.popitem()", "box[item] = 5",
                 "box.setdefault(ETERNAL)",
                 "box.update({ETERNAL: 1})", "box.pop(item)"]}[sort])
    loop = LOOPS[sort][0]
    program.dropped()
    return lines + ["def change():", f"    for item in {loop}:", "        " + change, "        print('one')",
                    "    return 'through'",
                    "attempt(change)", "print(len(box), len(list(box)), len(held))"]


@kind(2)
def unfinished_iterations(program):
    """Iterations that are not finished keep their container usable."""
    sort = program.choose("set", "values", "keys")
    _, lines = fill(program, sort)
    keep = "first" if sort != "values" else "box[first]"
    program.dropped()
    return lines + ["walk, other = iter(box), iter(box)", "first = next(walk)", f"first = {keep}", "next(other)",
                    "held = None", "gc.collect()", "gc.collect()",
                    "print(next(walk, None) is None, len(list(box)), show(first)[0])"]


@kind(3, clean=True)
def two_iterations(program):
    container = program.pick_container("set", "values", "keys")
    program.refs_dirty = True
    return [f"walk = iter(C[{container!r}])", "first = next(walk, None)",
            f"print(first is None, len(list(C[{container!r}])), len(list(walk)))"]


@kind(4, clean=True)
def equal_members(program):
    """Members equal by value: one of them enters, and when it goes the other is not there."""
    first, second = program.new("n"), program.new("n")
    program.objects[second] = "Keyed"
    program.counted.add(second)
    number = program.random.randint(50, 99)
    container = program.pick_container("set", "keys")
    enter = {"set": "C[{!r}].add({})", "keys": "C[{!r}][{}] = 1"}[program.containers[container]]
    program.add("equal_members", [
        f"first = Keyed({first!r}, {number})", f"W[{second!r}] = Keyed({second!r}, {number})",
        enter.format(container, "first"), enter.format(container, f"W[{second!r}]"),
        f"print(W[{second!r}] in C[{container!r}], shown([item for item in C[{container!r}] if item == first]))"])
    program.settle()
    enter_again = enter.format(container, f"W[{second!r}]")
    return [f"print(W[{second!r}] in C[{container!r}])", enter_again, f"print(W[{second!r}] in C[{container!r}])"]


FAILURES = ["lambda: [][1]", "lambda: None + 1", "lambda: 1 // 0"]
SLY = {"set": ["box.add(second)", "second in box", "box.discard(second)", "box.remove(second)",
               "box.update([second])"],
       "keys": ["box.setdefault(second, 2)", "second in box", "box.get(second)", "box.pop(second, 3)",
                "box.__setitem__(second, 4)",
                "box.update([(second, 5)])", "box.__delitem__(second)", "box[second]"],
       "values": ["box.setdefault(second, ETERNAL)", "second in box", "box.get(second)", "box.pop(second, 3)",
                  "box.__setitem__(second, ETERNAL)", "box.update([(second, ETERNAL)])", "box.__delitem__(second)",
                  "box[second]"]}


@kind(6)
def sly_member(program):
    """__hash__ or __eq__ that fails, collects, or changes what is searched."""
    sort, where = program.choose("set", "keys", "values"), program.choose("eq", "hash")
    enter = {"set": "box.add({})", "keys": "box[{}] = 1", "values": "box[{}] = ETERNAL"}[sort]
    name, number = program.new("sly"), program.random.randint(1, 9)
    mood = program.choose("fail", "fail", "clear", "collect", "grow", "refer")
    act = {"fail": program.random.choice(FAILURES), "clear": "box.clear", "collect": "gc.collect",
           "grow": "lambda: " + {"set": "box.update(extra)", "keys": "box.update([(one, 1) for one in extra])",
                                 "values": "box.update([(one, one) for one in extra])"}[sort],
           "refer": "lambda: weakref.ref(first, print)() is first"}[mood]
    calls = SLY[sort]
    if (sort, mood, where) == ("set", "clear", "eq"):   # CPython's add() believes in the member that has gone
        calls = [call for call in calls if not call.startswith(("box.add", "box.update"))]
    program.dropped()
    return [f"first, second, box = Sly({name!r}, {number}), Sly('second', {number}), {WHOLE[sort]}()",
            f"extra = [Sly('extra', i) for i in range(10, {program.random.randint(11, 30)})]",
            enter.format("first"),
            f"Sly.mood[{where!r}] = {act}",
            f"attempt(lambda: {program.random.choice(calls)})",
            "print(Sly.mood.pop('done', None), Sly.mood.pop('eq', None) is None, Sly.mood.pop('hash', None) is None)",
            "print(len(box), first in box, second in box, shown(box))"]


@kind(3)
def sly_member_drops(program):
    """__eq__ or __hash__ lets go what is compared: found or not, it is gone afterwards."""
    sort, victim, name = program.choose("set", "keys"), program.new("x"), program.new("box")
    watcher = "to " + victim
    program.references[watcher] = ("held", victim)
    program.containers[name] = sort
    number = program.random.randint(1, 9)
    act = {"set": program.choose("box.discard(second)", "second in box"),
           "keys": program.choose("box.pop(second, 3)", "box.get(second)", "second in box")}[sort]
    enter = {"set": "box.add({})", "keys": "box[{}] = 1"}[sort]
    program.dropped()
    return [f"VICTIMS[{victim!r}], second = Sly({victim!r}, {number}), Sly('second', {number})",
            f"R[{watcher!r}] = weakref.ref(VICTIMS[{victim!r}], says({victim!r}, 'by a comparison'))",
            f"box = C[{name!r}] = {WHOLE[sort]}()",
            enter.format(f"VICTIMS[{victim!r}]"),
            f"Sly.mood[{program.choose('eq', 'hash')!r}] = lambda: let_go({victim!r})",
            act,
            "Sly.mood.clear()"]


@kind(3)
def container_of_temporaries(program):
    """Only what the program holds stays."""
    name, sort = program.new("n"), program.choose("set", "values", "keys")
    container, size = program.new(sort), program.random.randint(10, 60)
    program.objects[name] = "Node"
    program.counted.add(name)
    program.containers[container] = sort
    enter = {"set": "box.add(made)", "values": "box[made.name] = made", "keys": "box[made] = i"}[sort]
    program.dropped()
    return [f"box = C[{container!r}] = {WHOLE[sort]}()", f"for i in range({size}):", "    made = Node('t%d' % i)",
            "    " + enter,
            f"    if i == {program.random.randrange(size)}:", f"        made.name, W[{name!r}] = {name!r}, made",
            f"print(W[{name!r}] in {'box.values()' if sort == 'values' else 'box'})"]


@kind(2, clean=True)
def value_refs(program):
    """References taken from a dictionary outlive the entry."""
    container, name = program.pick_container("values"), member(program)
    if not name:
        return None
    reference = program.new_reference("keyed", name)
    return [f"C[{container!r}]['kept'] = W[{name!r}]",
            f"found = [one for one in C[{container!r}].valuerefs() if one() is W[{name!r}]]",
            "print(len(found) > 0, isinstance(found[0], weakref.ref))",
            f"R[{reference!r}] = found[0]",
            f"del C[{container!r}]['kept']",
            f"print(R[{reference!r}]() is W[{name!r}])"]


@kind(2)
def container_as_target(program):
    """Containers have weak references too, and may be in containers."""
    name, cls = program.new("box"), program.choose("WeakSet", "WeakValueDictionary", "WeakKeyDictionary")
    reference = program.new_reference("held", name)
    program.dropped()
    return [f"box, outer = weakref.{cls}(), weakref.WeakValueDictionary()",
            f"R[{reference!r}] = weakref.ref(box, says({name!r}, 'container'))",
            "outer['box'] = box",
            f"print(R[{reference!r}]() is box, outer['box'] is box, len(outer['box']))"]
