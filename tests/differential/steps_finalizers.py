"""Finalizers: called by death, by hand, at exit, or not at all."""
from program import kind
from steps_objects import new_victim

TARGETS = ["Node", "Mortal", "Keyed", "Box", "Tool", "Slot", "Phoenix", "Ring", "Grump"]


def new_finalizer(program, target):
    name = program.new("f")
    program.finalizers[name] = target
    program.counted.add(target)
    return name


def arguments(program):
    """Some arguments; leaves among them have watchers."""
    lines, texts = [], []
    for _ in range(program.random.randint(0, 3)):
        text = program.choose("1", "'text'", "leaf", "[1, 2]", "None")
        if text == "leaf":
            leaf, text = program.new("leaf"), f"leaf_{len(texts)}"
            watcher = "to " + leaf
            program.references[watcher] = ("held", leaf)
            lines += [f"{text} = Leaf({leaf!r})", f"R[{watcher!r}] = weakref.ref({text}, says({leaf!r}, 'argument'))"]
        texts.append(text)
    if program.chance(0.3):
        texts.append(f"key={program.random.randint(1, 9)}")
    return lines, "".join([", " + text for text in texts])


@kind(8)
def finalizer(program):
    target = program.pick(*TARGETS)
    if not target:
        return None
    lines, texts = arguments(program)
    for _ in range(program.choose(1, 1, 2, 3)):
        name = new_finalizer(program, target)
        lines.append(f"F[{name!r}] = weakref.finalize(W[{target!r}], final, {target!r}, {name!r}{texts})")
        if program.chance(0.3):
            lines.append(f"F[{name!r}].atexit = False")
        texts = ""
    return lines + [f"print(F[{name!r}].alive, F[{name!r}].atexit)"]


@kind(4)
def finalizer_that_acts(program):
    """What it calls lets others go, makes others, or fails."""
    target = program.pick(*TARGETS)
    if not target:
        return None
    name = new_finalizer(program, target)
    lines, call = [], f"final_fails, {target!r}"
    sort = program.choose("drops", "spawns", "fails")
    if sort == "drops":
        victim, lines = new_victim(program, "by a finalizer")
        call = f"final_drops, {target!r}, {victim!r}"
    if sort == "spawns":
        call = f"final_spawns, {target!r}, {program.new('s')!r}"
    return lines + [f"F[{name!r}] = weakref.finalize(W[{target!r}], {call})"]


@kind(2)
def finalizer_of_a_method(program):
    """A bound method of another object as what is called: it holds that object."""
    target, other = program.pick(*TARGETS), program.new("n")
    if not target:
        return None
    name, watcher = new_finalizer(program, target), "to " + other
    program.references[watcher] = ("held", other)
    return [f"other = Node({other!r})",
            f"R[{watcher!r}] = weakref.ref(other, says({other!r}, 'held by a finalizer'))",
            f"F[{name!r}] = weakref.finalize(W[{target!r}], other.greet, 'finally')",
            f"print(F[{name!r}].peek()[1]('now'))"]


@kind(2)
def finalizer_holds_its_target(program):
    """Then it never comes, but at exit."""
    target = program.new("n")
    name, watcher = new_finalizer(program, target), program.new_reference("held", target)
    held = program.choose("target", "[target]", "key=target")
    program.dropped()
    return [f"target = Leaf({target!r})",
            f"R[{watcher!r}] = weakref.ref(target, says({target!r}, 'held by its own finalizer'))",
            f"F[{name!r}] = weakref.finalize(target, final, {target!r}, {held})"]


@kind(2)
def unnamed_finalizer(program):
    """A finalizer needs nobody to hold it."""
    target = program.pick(*TARGETS)
    if not target:
        return None
    program.counted.add(target)
    return [f"weakref.finalize(W[{target!r}], final, {target!r}, 'unnamed')"]


@kind(2)
def wrong_finalizers(program):
    """After a right one, which tells atexit of finalizers."""
    call = program.choose("weakref.finalize(1, print)", "weakref.finalize(ETERNAL)", "weakref.finalize()")
    return ["weakref.finalize(ETERNAL, final, 'eternal').detach()", f"attempt(lambda: {call})"]


def pick_finalizer(program):
    return program.random.choice(list(program.finalizers)) if program.finalizers else None


@kind(7, clean=True)
def finalizer_state(program):
    names = list(program.finalizers)
    if not names:
        return None
    names = program.random.sample(names, min(3, len(names)))
    return [f"print(F[{name!r}].alive, F[{name!r}].atexit, repr(F[{name!r}]).endswith('; dead>'))" for name in names]


@kind(6, clean=True)
def finalizer_peek(program):
    name = pick_finalizer(program)
    return [f"attempt(F[{name!r}].peek)"] if name else None


@kind(6, clean=True)
def finalizer_call(program):
    """The first call counts."""
    name = pick_finalizer(program)
    if not name:
        return None
    program.dropped()
    return [f"attempt(F[{name!r}])",
            f"print(F[{name!r}].alive, F[{name!r}](), F[{name!r}].peek(), F[{name!r}].detach())"]


@kind(6, clean=True)
def finalizer_detach(program):
    name = pick_finalizer(program)
    if not name:
        return None
    program.dropped()
    return [f"print(show(F[{name!r}].detach()))", f"print(F[{name!r}].alive, F[{name!r}].detach(), F[{name!r}]())"]


@kind(7, clean=True)
def finalizer_atexit(program):
    name = pick_finalizer(program)
    if not name:
        return None
    return [f"F[{name!r}].atexit = {program.choose('True', 'False')}", f"print(F[{name!r}].atexit, F[{name!r}].alive)"]


@kind(6, clean=True)
def forget_finalizer(program):
    name = pick_finalizer(program)
    if not name:
        return None
    del program.finalizers[name]
    program.dropped()
    return [f"del F[{name!r}]"]


@kind(3)
def finalizers_and_references(program):
    """One object, finalizers and references newest first."""
    target = program.new("n")
    first, second = new_finalizer(program, target), new_finalizer(program, target)
    early, late = program.new_reference("held", target), program.new_reference("held", target)
    program.add("finalizers_and_references", [
        f"target = Node({target!r})",
        f"R[{early!r}] = weakref.ref(target, says({target!r}, 'early'))",
        f"F[{first!r}] = weakref.finalize(target, final, {target!r}, {first!r})",
        f"R[{late!r}] = weakref.ref(target, says({target!r}, 'late'))",
        f"F[{second!r}] = weakref.finalize(target, final, {target!r}, {second!r})",
        f"F[{program.choose(first, second)!r}].{program.choose('detach', 'peek', '__call__')}()"])
    program.settle()
    return [f"print(F[{first!r}].alive, F[{second!r}].alive, R[{early!r}](), R[{late!r}]())"]


@kind(4)
def finalizers_at_exit(program):
    """Of objects that live up to the exit; newest first."""
    target = program.new("kept")
    lines = [f"kept = Leaf({target!r})", "KEPT.append(kept)"]
    for _ in range(program.random.randint(1, 3)):
        name = new_finalizer(program, target)
        function = program.choose("final", "final", "final", "final_fails")
        lines.append(f"F[{name!r}] = weakref.finalize(kept, {function}, {target!r})")
        if program.chance(0.25):
            lines.append(f"F[{name!r}].atexit = False")
    return lines


@kind(2)
def function_at_exit(program):
    name = program.new("a")
    return [program.choose(f"atexit.register(print, 'at exit', {name!r})",
                           f"atexit.register(final, {name!r}, 'at exit')",
                           f"atexit.register(lambda: print('at exit', {name!r}, len(KEPT), LEAVING))")]


@kind(1)
def failing_function_at_exit(program):
    return [f"atexit.register(fails({program.new('a')!r}, 'at exit'), None)"]


@kind(1)
def unregistered_function_at_exit(program):
    name = program.new("a")
    return ["def never():", f"    print('at exit, never', {name!r})", "atexit.register(never)",
            "atexit.unregister(never)"]


@kind(1)
def finalizer_that_looks(program):
    """At exit a finalizer finds other finalizers' objects alive."""
    name = program.new("kept")
    new_finalizer(program, name)
    return [f"KEPT.append(Leaf({name!r}))",
            "weakref.finalize(KEPT[0], lambda: print('exit looks', weakref.ref(KEPT[0])() is KEPT[0], len(KEPT)))"]
