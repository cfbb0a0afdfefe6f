"""What users import first: dataclasses, enum, collections, functools, itertools, contextlib, json, re and others."""
from each import each, tried
import collections, contextlib, copy, dataclasses, enum, functools, heapq, bisect, io, itertools, json, math, operator, re, string, textwrap, types, typing, abc, random


@dataclasses.dataclass
class Point:
    x: int
    y: int = 0
    tags: list = dataclasses.field(default_factory=list)

    def norm(self): return abs(self.x) + abs(self.y)


@dataclasses.dataclass(order=True, frozen=True)
class Version:
    major: int
    minor: int = 0
    note: str = dataclasses.field(default="", compare=False, repr=False)


p = Point(1, tags=["a"])
v = Version(1, 2)
print(p, p == Point(1, 0, ["a"]), p != Point(2), p.norm(), dataclasses.asdict(p), dataclasses.astuple(p), dataclasses.replace(p, y=5), [f.name for f in dataclasses.fields(Point)], tried(Point), tried(Point, 1, 2, 3, 4), tried(lambda: setattr(v, "major", 2)), v < Version(1, 3), sorted([Version(2), v]), hash(v) == hash(Version(1, 2, "n")), {v: 1}[Version(1, 2)], tried(hash, p), dataclasses.is_dataclass(p))


@dataclasses.dataclass
class Derived(Point):
    z: int = 9
    total: int = dataclasses.field(init=False)

    def __post_init__(self): self.total = self.x + self.y + self.z


print(Derived(1, 2), tried(lambda: dataclasses.dataclass(type("Bad", (), {"__annotations__": {"a": list}, "a": []}))))


class Color(enum.Enum):
    RED = 1
    GREEN = "g"
    ALIAS = 1

    @property
    def pretty(self): return self.name.title()


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 10


class Flags(enum.Flag):
    A = enum.auto()
    B = enum.auto()
    C = enum.auto()


print(Color.RED, repr(Color.RED), Color(1), Color["GREEN"], Color.ALIAS is Color.RED, list(Color), len(Color), Color.RED.pretty, Color.RED.name, Color.RED.value, Color.RED in Color, isinstance(Color.RED, Color), tried(Color, 5), tried(lambda: Color["NO"]), tried(lambda: setattr(Color, "RED", 2)), Color.RED == 1, Level.LOW < Level.HIGH, Level.HIGH + 1, Level(10), {Color.RED: 1}[Color.RED], tried(lambda: Color.RED.x))
print(Flags.A | Flags.B, Flags.A in (Flags.A | Flags.C), (Flags.A | Flags.B) & Flags.B, bool(Flags.A & Flags.B), Flags.C.value, f"{Level.LOW}", enum.Enum("Dyn", "X Y").Y.value)
PointT = collections.namedtuple("PointT", "x y", defaults=[7])
pt = PointT(1)
each("""
pt, pt.x, pt[1], pt._replace(x=5), pt._asdict(), PointT._fields, pt == (1, 7), PointT._make([3, 4]), tuple(pt), hash(pt) == hash((1, 7))
PointT()
PointT(1, 2, 3)
pt.z
collections.Counter('abracadabra').most_common(2), collections.Counter(a=1) + collections.Counter(a=2, b=1), collections.Counter('aab') - collections.Counter('a'), collections.Counter('ab')['z'], sum(collections.Counter('aab').values()), sorted(collections.Counter('aab').elements())
collections.deque([1, 2, 3], maxlen=2), collections.deque('ab'), list(collections.deque([1, 2]))
collections.deque().pop()
collections.defaultdict(list), collections.defaultdict(int, {'a': 1})['b']
collections.defaultdict()['x']
collections.OrderedDict([('a', 1), ('b', 2)]), list(collections.OrderedDict(a=1).items()), collections.ChainMap({'a': 1}, {'a': 2, 'b': 3})['b'], dict(collections.ChainMap({'a': 1}, {'a': 2, 'b': 3}))
functools.reduce(lambda a, b: a + b, [1, 2, 3]), functools.reduce(lambda a, b: a * b, [], 5), functools.partial(int, base=2)('101'), functools.partial(max, 5)(1, 2)
functools.reduce(lambda a, b: a, [])
list(itertools.chain([1], 'a')), list(itertools.islice(itertools.count(5, 2), 3)), list(itertools.product('ab', [1, 2])), list(itertools.permutations([1, 2, 3], 2)), list(itertools.combinations('abc', 2)), list(itertools.accumulate([1, 2, 3])), [(k, list(g)) for k, g in itertools.groupby('aabbc')], list(itertools.takewhile(lambda x: x < 3, [1, 2, 3, 1])), list(itertools.dropwhile(lambda x: x < 3, [1, 3, 1])), list(itertools.zip_longest('ab', 'c', fillvalue='-')), list(itertools.repeat(1, 2)), list(itertools.starmap(pow, [(2, 3)])), list(itertools.chain.from_iterable(['ab', 'c'])), list(itertools.islice(itertools.cycle('ab'), 5)), [list(t) for t in itertools.tee([1, 2])], list(itertools.pairwise('abc')), list(itertools.compress('abc', [1, 0, 1])), list(itertools.filterfalse(None, [0, 1])), list(itertools.combinations_with_replacement('ab', 2))
json.dumps({'a': [1, 2.5, None, True, 'x"y\\n'], 'b': {}}), json.loads('{"a": [1, 2.5, null, true, "x\\\\u00e9"]}'), json.dumps([1, [2]], indent=2), json.dumps({'b': 1, 'a': 2}, sort_keys=True), json.dumps('é'), json.dumps('é', ensure_ascii=False), json.dumps([1, 2], separators=(',', ':')), json.loads(' [1e3, -0.5, "\\\\n"] '), json.dumps((1,)), json.dumps({1: 2, None: 3})
json.loads('{bad}')
json.loads('[1,]')
json.loads('')
json.dumps({1, 2})
json.dumps(object)
re.findall(r'\\d+', 'a1b22'), re.match(r'(\\w+) (\\w+)', 'hello world').groups(), re.sub(r'a+', 'x', 'aabca'), re.split(r'[,;]', 'a,b;c'), re.search(r'b(?P<n>.)', 'abc').group('n'), re.fullmatch(r'a*', 'aaa') is not None, re.match('x', 'y'), re.sub(r'(\\w)(\\w)', r'\\2\\1', 'abcd'), [m.span() for m in re.finditer('a.', 'abac')], re.compile('A', re.I).findall('aA'), re.escape('a.b'), re.sub('a', lambda m: m.group().upper(), 'banana', count=2), re.match(r'(a)|(b)', 'b').groups(), re.findall(r'(a)(b)', 'abab'), re.search(r'^b$', 'a\\nb', re.M).start(), re.split(r'(-)', 'a-b'), re.findall(r'\\bfoo\\b', 'foo food'), re.findall(r'a{2,3}?', 'aaaa'), re.match(r'(?:ab)+', 'ababx').end(), re.sub(r'\\s+', ' ', 'a  b'), re.findall(r'[^a-c]', 'abcd'), re.search(r'(?<=a)b(?!c)', 'abcabd').span()
re.compile('(')
re.compile('*a')
math.sqrt(16), math.pi, math.floor(-1.5), math.ceil(1.2), math.gcd(12, 18), math.factorial(10), math.isclose(0.1 + 0.2, 0.3), math.log(8, 2), math.hypot(3, 4), math.inf, math.isnan(math.nan), math.prod([1, 2, 3]), math.comb(5, 2), math.trunc(-1.7), math.fsum([0.1] * 10), math.copysign(1, -0.0), math.log2(8), math.log10(1000), math.isqrt(17), math.degrees(math.pi), math.sin(0), math.exp(0), math.fmod(7, 3), math.modf(1.5), math.frexp(8.0), math.ldexp(0.5, 4), math.lcm(4, 6), math.perm(5, 2), math.dist((0, 0), (3, 4)), math.e, math.tau
math.sqrt(-1)
math.log(0)
math.factorial(-1)
math.sqrt('a')
math.floor(math.inf)
bisect.bisect([1, 2, 2, 3], 2), bisect.bisect_left([1, 2, 2, 3], 2), heapq.nsmallest(2, [3, 1, 2]), heapq.nlargest(2, [3, 1, 2]), heapq.merge([1, 3], [2]).__next__()
operator.itemgetter(1)('ab'), operator.attrgetter('x')(pt), operator.add(1, 2), operator.itemgetter(0, 1)('ab'), operator.methodcaller('upper')('a'), operator.not_(1), operator.mul('a', 2), operator.contains('ab', 'a'), operator.index(5), operator.concat([1], [2]), operator.truth([])
string.ascii_lowercase, string.digits, string.punctuation, string.Template('$a ${b} $$').substitute(a=1, b=2), string.capwords('a bc')
textwrap.dedent('  a\\n   b\\n'), textwrap.fill('aaa bbb ccc', 7), textwrap.indent('a\\nb', '> '), textwrap.wrap('aaa bbb', 3), textwrap.shorten('hello world foo', 11)
copy.copy([1, [2]]), copy.deepcopy({'a': [1]}), copy.copy(p) == p, copy.deepcopy(p).tags is p.tags
types.SimpleNamespace(a=1, b='x'), isinstance(len, types.BuiltinFunctionType), isinstance(each, types.FunctionType), types.SimpleNamespace(a=1) == types.SimpleNamespace(a=1)
""", globals())


@functools.lru_cache(maxsize=None)
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)


@functools.wraps(fib)
def wrapped(): pass


@functools.total_ordering
class Ordered:
    def __init__(self, n): self.n = n
    def __lt__(self, o): return self.n < o.n
    def __eq__(self, o): return self.n == o.n


@functools.singledispatch
def show(x): return "object"
@show.register(int)
def _(x): return "int"
@show.register(list)
def _(x): return "list"


class Cached:
    calls = 0
    @functools.cached_property
    def value(self): self.calls += 1; return 42


c = Cached()
print(fib(60), fib.cache_info().hits, wrapped.__name__, Ordered(1) >= Ordered(0), show(1), show([]), show("a"), show(True), c.value + c.value, c.calls, sorted([1, 3, 2], key=functools.cmp_to_key(lambda a, b: b - a)))


@contextlib.contextmanager
def manager(log):
    log.append("in")
    try:
        yield "value"
    except ValueError as e:
        log.append(str(e))
    finally:
        log.append("out")


log = []
with manager(log) as m, contextlib.suppress(KeyError), contextlib.nullcontext(5) as five:
    log.append((m, five))
    raise ValueError("inside")
with contextlib.ExitStack() as stack:
    stack.callback(log.append, "callback")
    stack.enter_context(manager(log))
    stack.push(lambda *e: log.append(e[0]))
with contextlib.closing(io.StringIO("text")) as f:
    log.append(f.read())
with contextlib.redirect_stdout(io.StringIO()) as out:
    print("hidden")
print(log, repr(out.getvalue()))


class Shape(abc.ABC):
    @abc.abstractmethod
    def area(self): ...
    @property
    @abc.abstractmethod
    def name(self): ...


class Square(Shape):
    name = "square"
    def area(self): return 4


print(tried(Shape), Square().area(), isinstance(Square(), Shape), issubclass(list, collections.abc.Sequence), isinstance({}, collections.abc.Mapping), isinstance(5, collections.abc.Hashable), isinstance([], collections.abc.Hashable), isinstance((x for x in ()), collections.abc.Iterator), tried(lambda: type("Half", (Shape,), {"area": 1})()))
d = collections.deque([1, 2, 3], maxlen=3)
d.append(4); d.appendleft(0); d.rotate(1); d.extend([8])
dd = collections.defaultdict(lambda: "made")
od = collections.OrderedDict(a=1, b=2)
od.move_to_end("a")
print(d, d[0], d[-1], 8 in d, dd["k"], dict(dd), list(od), od.popitem(last=False))
random.seed(5)
r = [random.randint(1, 6) for _ in range(20)]
print(all(1 <= i <= 6 for i in r), 0 <= random.random() < 1, random.choice("a"), sorted(random.sample(range(5), 5)), sorted(random.shuffle(l := [1, 2, 3]) or l))
T = typing.TypeVar("T")


def typed(a: typing.Optional[int], b: typing.List[str] = None) -> typing.Union[int, str]: return a


class Stack(typing.Generic[T]):
    def __init__(self) -> None: self.items: list[T] = []


class Named(typing.NamedTuple):
    a: int
    b: str = "x"


print(typed(5), Stack().items, Named(1), Named(1).b, Stack[int]().items, typing.cast(int, "a"), typing.TYPE_CHECKING)
s = io.StringIO()
print("a", "b", sep="-", end="!", file=s)
s.write("more\nlines\n")
s.seek(0)
print(s.readline(), s.read(), list(io.StringIO("a\nb")), io.BytesIO(b"abc").read(2))
