"""The state of a program while it is generated: what it holds, and what may have been dropped."""
import ast

KINDS = []


def kind(weight=2, clean=False):
    """Registers an operation; a clean one must not come between a drop and the next settle()."""
    def register(function):
        KINDS.append((function.__name__, weight, clean, function))
        return function
    return register


class Program:
    """The steps so far, and the model that tells which steps may follow.

    `dirty`: an object may have been dropped since the last settle(), so nothing weak may be read but what the program
    surely holds. `refs_dirty`: a reference may have been dropped, so references must not be counted.
    """

    def __init__(self, random, without=()):
        self.random = random
        self.kinds = [entry for entry in KINDS if entry[0] not in without]
        self.steps = []          # (kind, lines)
        self.objects = {}        # name in W -> class
        self.victims = []        # names ever in VICTIMS
        self.references = {}     # name in R -> (kind, name of the target)
        self.finalizers = {}     # name in F -> name of the target
        self.containers = {}     # name in C -> "set", "values", "keys"; what callbacks fill is not among them
        self.counted = set()     # objects with references that are inside of containers, weak methods, finalizers
        self.dirty = False
        self.refs_dirty = False
        self.numbers = {}

    def new(self, prefix):
        """A name that is not in use."""
        self.numbers[prefix] = self.numbers.get(prefix, 0) + 1
        return prefix + str(self.numbers[prefix])

    def chance(self, probability):
        return self.random.random() < probability

    def choose(self, *texts):
        return self.random.choice(texts)

    def pick(self, *classes):
        """The name of an object in W, of one of these classes, or None."""
        names = [name for name in self.objects if not classes or self.objects[name] in classes]
        return self.random.choice(names) if names else None

    def pick_some(self, least, most, *classes):
        """Names of several objects in W, or None."""
        names = [name for name in self.objects if not classes or self.objects[name] in classes]
        if len(names) < least:
            return None
        return self.random.sample(names, self.random.randint(least, min(most, len(names))))

    def pick_reference(self, *kinds):
        names = [name for name in self.references if self.references[name][0] in kinds]
        return self.random.choice(names) if names else None

    def pick_container(self, *kinds):
        names = [name for name in self.containers if self.containers[name] in kinds]
        return self.random.choice(names) if names else None

    def new_reference(self, sort, target, prefix="r"):
        name = self.new(prefix)
        self.references[name] = (sort, target)
        self.refs_dirty = True
        return name

    def dropped(self):
        self.dirty = self.refs_dirty = True

    def forget(self, names):
        """These objects are no longer in W."""
        for name in names:
            del self.objects[name]
        self.dropped()

    def settle(self):
        self.steps.append(("settle", ["settle()"]))
        self.dirty = self.refs_dirty = False

    def add(self, kind_name, lines):
        self.steps.append((kind_name, lines))

    def grow(self):
        """Adds a step, and before it the settle() that it needs; every second one looks at what others made."""
        while True:
            clean = self.chance(0.5)
            kinds = [entry for entry in self.kinds if entry[2] == clean]
            name, _, _, function = self.random.choices(kinds, [entry[1] for entry in kinds])[0]
            if clean and self.dirty:
                if self.chance(0.4):
                    continue
                self.settle()
            lines = function(self)
            if lines:
                self.add(name, lines)
                return


def has_locals(lines):
    """Whether these lines need a function around them, so that what they name does not live on."""
    nodes = list(ast.walk(ast.parse("\n".join(lines))))
    inner = {id(name) for node in nodes if isinstance(node, ast.comprehension) for name in ast.walk(node.target)}
    for node in nodes:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            return True
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and id(node) not in inner:
            return True
    return False


def step_text(number, name, lines):
    """The lines of a step, in a function if they have local variables."""
    if not has_locals(lines):
        return "\n".join(lines)
    body = "\n".join("    " + line if line else "" for line in lines)
    return f"\ndef {name}_{number}():\n{body}\n\n\n{name}_{number}()"


def needed_definitions(prelude, text):
    """The imports, and the other definitions of the prelude, that a text uses, directly or not."""
    lines = prelude.splitlines()
    nodes = ast.parse(prelude).body[1:]
    wanted, found = used_names(ast.parse(text)), set()
    while wanted - found:
        found |= wanted
        for node in nodes:
            if defined_name(node) in found:
                wanted |= used_names(node)
    imports, definitions, previous = [], [], None
    for node in [node for node in nodes if defined_name(node) in wanted]:
        chunk = "\n".join(lines[node.lineno - 1:node.end_lineno])
        if isinstance(node, ast.Import):
            imports.append(chunk)
        elif isinstance(node, ast.Assign) and isinstance(previous, ast.Assign):
            definitions[-1] += "\n" + chunk
        else:
            definitions.append(chunk)
        previous = node
    return imports, definitions


def defined_name(node):
    """What a statement of the prelude is there for."""
    if isinstance(node, ast.Import):
        return node.names[0].name
    if isinstance(node, ast.Assign):
        target = node.targets[0]
        return target.id if isinstance(target, ast.Name) else item_name(target)
    return node.name


def item_name(node):
    """Of `C["x"]`: the prelude makes some containers too."""
    return f"{node.value.id} {node.slice.value}"


def used_names(tree):
    """The names in a tree, and items of constant names."""
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    items = [node for node in ast.walk(tree) if isinstance(node, ast.Subscript)]
    return names | {item_name(node) for node in items
                    if isinstance(node.value, ast.Name) and isinstance(node.slice, ast.Constant)}
