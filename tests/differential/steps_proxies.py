"""Proxies: of every class in the prelude, alive and dead."""
from program import kind

ANY = [
    "str(p) == str(p)", "p.name", "p.size", "p.missing", "setattr(p, 'size', 5)", "isinstance(p, Node)",
    "type(p).__name__", "hash(p)", "delattr(p, 'nothing')", "p.next", "p.greet()", "p == p", "p != p", "p is p",
    "p.__class__.__name__", "bool(p)", "hasattr(p, 'missing')", "getattr(p, 'missing', 3)", "p in [p]",
    "[p].index(p)", "isinstance(p, weakref.ProxyTypes)", "repr(p).startswith('<weakproxy at ')", "{p: 1}",
    "weakref.ref(p)", "callable(p)", "p.greet(word='bye')"]
OF_CLASS = {
    "Number": [
        "p + 1", "1 + p", "p - 3", "3 - p", "p * 2", "2 * p", "p // 2", "9 // p", "p % 2", "divmod(p, 2)", "p ** 2",
        "p @ 3", "p & 6", "p | 8", "8 | p", "p ^ 3", "p << 2", "p >> 1", "p / 2", "1.5 + p", "-p", "+p", "abs(p)",
        "~p", "int(p)", "float(p)", "bool(p)", "p < 5", "p <= 5", "p > 5", "p >= 5", "p == 5", "p != 5", "5 == p",
        "5 < p", "p + p", "p * p", "p == p", "str(p)", "f'{p}'", "'%s' % p", "not p", "1 if p else 2",
        "list(range(20))[p]", "list(range(4))[:p]", "sum([p, 1])", "len(p)", "p[0]", "p()", "iter(p)", "p + 'text'",
        "p // 0", "p + None", "max(p, 3) == 3", "range(p)[-1]", "hash(p)"],
    "Box": [
        "p[0]", "p[-1]", "p[0:2]", "p[99]", "len(p)", "3 in p", "3 not in p", "list(p)", "sorted(p)", "str(p)",
        "bool(p)", "p.__setitem__(0, 7)", "p.__delitem__(0)", "sum(p)", "[item * 2 for item in p]", "p()", "p + 1",
        "next(p)", "p.items", "f'{p} and {len(p)}'", "max(p)", "tuple(p)", "p.__len__()", "p['key']",
        "list(reversed(p))", "p.__contains__(7)", "dict(p)", "list(zip(p, p))", "[*p, 0]", "p.items is p.items",
        "print(*p)", "-p", "p < 1"],
    "Tool": [
        "p()", "p(1, 2)", "p(1, key=2)", "p(*[1, 2], **{'key': 3})", "callable(p)", "p[0]", "type(p).__name__",
        "len(p)", "p.greet('hi')", "list(map(p, [1, 2]))", "isinstance(p, weakref.CallableProxyType)", "next(p)",
        "p.__call__(3)"],
    "Ticker": [
        "next(p)", "next(p)", "list(p)", "iter(p) is p", "next(p, 'end')", "sum(p)", "p.count", "[i for i in p]",
        "2 in p", "p[0]"],
}
DEAD = [
    "p.name", "str(p)", "p + 1", "p[0]", "len(p)", "list(p)", "bool(p)", "p == 1", "setattr(p, 'size', 1)",
    "delattr(p, 'size')", "p(1)", "hash(p)", "3 in p", "-p", "isinstance(p, Node)", "type(p).__name__", "p.greet()",
    "int(p)", "'%s' % p", "f'{p}'", "next(p)", "1 + p", "p == p", "p is p", "getattr(p, 'name', 1)",
    "hasattr(p, 'name')", "p < 1", "p[0:1]", "iter(p)", "not p", "abs(p)", "p ** 2", "p.__class__", "[p].index(p)",
    "repr(p).startswith('<weakproxy at ')", "callable(p)", "p @ 1", "p.__setitem__(0, 1)", "list(range(4))[p]",
    "float(p)", "divmod(p, 2)", "weakref.getweakrefcount(p)"]


def expressions(program, choices, count):
    return [f"attempt(lambda: {text})" for text in program.random.choices(choices, k=count)]


@kind(8)
def proxy(program):
    target = program.pick("Node", "Number", "Box", "Tool", "Mortal", "Ticker", "Keyed", "Slot")
    if not target:
        return None
    name = program.new_reference("proxy", target, "p")
    made = program.choose("", "", f", lambda gone: note({target!r}, 'ref', {name!r})", ", None",
                          f", fails({target!r}, {name!r})",
                          f", lambda gone: attempt_dead({target!r}, gone)")
    return [f"R[{name!r}] = weakref.proxy(W[{target!r}]{made})",
            f"print(type(R[{name!r}]).__name__, R[{name!r}].name)"]


@kind(26, clean=True)
def proxy_use(program):
    name = program.pick_reference("proxy")
    if not name:
        return None
    target = program.references[name][1]
    if target not in program.objects:
        return [f"p = R[{name!r}]"] + expressions(program, DEAD, 4)
    cls = program.objects[target]
    return [f"p = R[{name!r}]"] + expressions(program, ANY, 2) + expressions(program, OF_CLASS.get(cls, ANY), 3)


@kind(5)
def proxy_of_new(program):
    """What a proxy of a held object does needs no settle()."""
    cls, name = program.choose(*OF_CLASS), program.new("n")
    made = {"Number": f"Number({name!r}, {program.random.randint(-9, 9)})", "Box": f"Box({name!r}, [3, 1, 2])",
            "Tool": f"Tool({name!r})", "Ticker": f"Ticker({name!r}, 4)"}[cls]
    program.dropped()
    return [f"target = {made}", "p = weakref.proxy(target)"] + expressions(program, OF_CLASS[cls], 5)


@kind(4)
def proxy_statements(program):
    cls, name = program.choose("Number", "Box", "Node", "Slot"), program.new("n")
    program.dropped()
    if cls == "Number":
        return [f"target = Number({name!r}, 4)", "p = weakref.proxy(target)",
                f"p {program.choose('+=', '-=', '*=', '//=')} 2",
                "print(type(p).__name__, target.value)", "q = weakref.proxy(target)", "q.value -= 1",
                "print(target.value, target == q, q == target.value)"]
    if cls == "Box":
        return [f"target = Box({name!r}, [1, 2, 3])", "p = weakref.proxy(target)", "p[0] = 8", "p[0] += 1",
                "p.items.append(4)",
                "for item in p:", "    print(item, end=' ')", "del p[0]", "p[0:1] = [5, 6]",
                "print(len(p), target.items)"]
    return [f"target = {cls}({name!r})", "p = weakref.proxy(target)", "attempt(lambda: setattr(p, 'color', 'red'))",
            "print(hasattr(target, 'color'))", "p.size += 1", "del p.other",
            "print(hasattr(target, 'other'), target.size)"]


@kind(3)
def dead_proxy(program):
    """An object, its proxy, its death, and then every use."""
    name = program.new("n")
    reference = program.new_reference("proxy", name, "p")
    program.add("dead_proxy", [f"target = {program.choose('Node', 'Tool', 'Slot')}({name!r})",
                               f"R[{reference!r}] = weakref.proxy(target)", f"print(R[{reference!r}].name)"])
    program.settle()
    return [f"p = R[{reference!r}]"] + expressions(program, DEAD, 5)


@kind(9, clean=True)
def drop_proxy(program):
    name = program.pick_reference("proxy")
    if not name:
        return None
    del program.references[name]
    program.dropped()
    return [f"del R[{name!r}]"]


@kind(3)
def same_proxy(program):
    target = program.pick("Node", "Tool", "Box", "Slot")
    if not target:
        return None
    program.refs_dirty = True
    return [f"first, second = weakref.proxy(W[{target!r}]), weakref.proxy(W[{target!r}])",
            f"third = weakref.proxy(W[{target!r}], says({target!r}, 'never'))",
            f"print(first is second, first is third, first == third, first == W[{target!r}], first is W[{target!r}])",
            "print(isinstance(first, weakref.ProxyType), isinstance(first, weakref.CallableProxyType))"]


@kind(2)
def proxy_as_link(program):
    """A child that knows its parent through a proxy, which makes no cycle."""
    parent, child = program.new("n"), program.new("n")
    name = program.new_reference("held", parent)
    program.dropped()
    return [f"parent, child = Node({parent!r}), Node({child!r})",
            "parent.next, child.other = child, weakref.proxy(parent)",
            "print(child.other.name, child.other.next is child, child.other.next.other.greet())",
            f"R[{name!r}] = weakref.ref(parent, says({parent!r}, 'parent'))"]
