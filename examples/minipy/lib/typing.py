"""Placeholders for annotations that can be subscripted; nothing is checked, no get_type_hints."""

import collections
import collections.abc

TYPE_CHECKING = False


def _shown(item):
    """An item of a subscript as it is shown."""
    if isinstance(item, type):
        return item.__qualname__ if item.__module__ == 'builtins' else '%s.%s' % (item.__module__, item.__qualname__)
    if item is Ellipsis:
        return '...'
    if isinstance(item, list):
        return '[%s]' % ', '.join([_shown(part) for part in item])
    return repr(item)


class _Placeholder:
    """Something like List or Optional; origin is the class that it stands for, if there is one."""

    def __init__(self, name, origin=None):
        self._name = name
        self._origin = origin

    def __getitem__(self, items):
        if not isinstance(items, tuple):
            items = (items,)
        return _Subscripted(self, items)

    def __call__(self, *args, **kwargs):
        if self._origin is None:
            raise TypeError('Cannot instantiate %r' % self)
        raise TypeError('Type %s cannot be instantiated; use %s() instead' % (self._name, self._origin.__name__))

    def __repr__(self):
        return 'typing.' + self._name

    def __or__(self, other):
        return Union[self, other]

    def __ror__(self, other):
        return Union[other, self]

    def __mro_entries__(self, bases):
        if self._origin is None:
            raise TypeError('Cannot subclass %r' % self)
        return (self._origin,)

    def __instancecheck__(self, instance):
        return self.__subclasscheck__(type(instance))

    def __subclasscheck__(self, cls):
        if self._origin is None:
            raise TypeError('%r cannot be used with isinstance() or issubclass()' % self)
        return issubclass(cls, self._origin)


class _Subscripted:
    """Something like List[int]."""

    def __init__(self, placeholder, args):
        self._placeholder = placeholder
        self.__origin__ = placeholder._origin or placeholder
        self.__args__ = args

    def __getitem__(self, items):
        return self

    def __call__(self, *args, **kwargs):
        return self._placeholder(*args, **kwargs)

    def __repr__(self):
        return '%r[%s]' % (self._placeholder, ', '.join([_shown(arg) for arg in self.__args__]))

    def __eq__(self, other):
        if not isinstance(other, _Subscripted):
            return NotImplemented
        return self.__origin__ == other.__origin__ and self.__args__ == other.__args__

    def __hash__(self):
        return hash((self.__origin__, self.__args__))

    def __or__(self, other):
        return Union[self, other]

    def __ror__(self, other):
        return Union[other, self]

    def __mro_entries__(self, bases):
        return self._placeholder.__mro_entries__(bases)

    def __instancecheck__(self, instance):
        raise TypeError('Subscripted generics cannot be used with class and instance checks')

    __subclasscheck__ = __instancecheck__


class _Optional(_Placeholder):
    def __getitem__(self, item):
        return _Subscripted(self, (item,))


class _Annotated(_Placeholder):
    def __getitem__(self, items):
        return items[0]


Any = _Placeholder('Any')
AnyStr = _Placeholder('AnyStr')
ClassVar = _Placeholder('ClassVar')
Concatenate = _Placeholder('Concatenate')
Final = _Placeholder('Final')
Literal = _Placeholder('Literal')
LiteralString = _Placeholder('LiteralString')
Never = _Placeholder('Never')
NoReturn = _Placeholder('NoReturn')
Self = _Placeholder('Self')
TypeAlias = _Placeholder('TypeAlias')
TypeGuard = _Placeholder('TypeGuard')
Union = _Placeholder('Union')
Optional = _Optional('Optional')
Annotated = _Annotated('Annotated')

List = _Placeholder('List', list)
Dict = _Placeholder('Dict', dict)
Set = _Placeholder('Set', set)
FrozenSet = _Placeholder('FrozenSet', frozenset)
Tuple = _Placeholder('Tuple', tuple)
Type = _Placeholder('Type', type)
Deque = _Placeholder('Deque', collections.deque)
DefaultDict = _Placeholder('DefaultDict', collections.defaultdict)
OrderedDict = _Placeholder('OrderedDict', collections.OrderedDict)
Counter = _Placeholder('Counter', collections.Counter)
ChainMap = _Placeholder('ChainMap', collections.ChainMap)
AbstractSet = _Placeholder('AbstractSet', collections.abc.Set)
Text = str

for _name in ('Callable', 'Collection', 'Container', 'Generator', 'Hashable', 'ItemsView', 'Iterable', 'Iterator',
              'KeysView', 'Mapping', 'MappingView', 'MutableMapping', 'MutableSequence', 'MutableSet', 'Reversible',
              'Sequence', 'Sized', 'ValuesView'):
    globals()[_name] = _Placeholder(_name, getattr(collections.abc, _name))
del _name


class TypeVar:
    """A type variable."""

    def __init__(self, name, *constraints, bound=None, covariant=False, contravariant=False):
        self.__name__ = name
        self.__constraints__ = constraints
        self.__bound__ = bound
        self.__covariant__ = covariant
        self.__contravariant__ = contravariant

    def __repr__(self):
        return ('+' if self.__covariant__ else '-' if self.__contravariant__ else '~') + self.__name__

    def __or__(self, other):
        return Union[self, other]

    def __ror__(self, other):
        return Union[other, self]


class ParamSpec(TypeVar):
    """A variable for the parameters of a function."""

    def __init__(self, name):
        super().__init__(name)
        self.args = self.kwargs = self


class Generic:
    """Base class of classes with type variables; Generic[T] is Generic."""
    __slots__ = ()

    @classmethod
    def __class_getitem__(cls, items):
        return cls


class Protocol(Generic):
    """Base class of protocols, which isinstance() does not know of."""
    __slots__ = ()


class SupportsInt(Protocol):
    __slots__ = ()


class SupportsFloat(Protocol):
    __slots__ = ()


class SupportsIndex(Protocol):
    __slots__ = ()


def NewType(name, tp):
    """A function that returns its argument."""
    def new_type(value):
        return value
    new_type.__name__ = new_type.__qualname__ = name
    new_type.__supertype__ = tp
    return new_type


class _NamedTupleMeta(type):
    """Makes a named tuple of a class statement."""

    def __new__(cls, name, bases, names):
        types = names.get('__annotations__', {})
        defaults = [names[field] for field in types if field in names]
        for field in list(types)[:len(types) - len(defaults)]:
            if field in names:
                raise TypeError('non-default namedtuple field cannot follow default field %s' % field)
        made = collections.namedtuple(name, list(types), defaults=defaults, module=names['__module__'])
        made.__annotations__ = dict(types)
        for key in names:
            if key in ('__new__', '__init__', '__slots__', '__getnewargs__', '_fields', '_make', '_replace', '_asdict'):
                raise AttributeError('Cannot overwrite NamedTuple attribute ' + key)
            if key not in types and key not in ('__module__', '__qualname__', '__annotations__', '__classcell__'):
                setattr(made, key, names[key])
        return made


def NamedTuple(typename, fields):
    """A named tuple from pairs of names and types; or as a base: from the annotations of the class."""
    made = collections.namedtuple(typename, [name for name, _ in fields])
    made.__annotations__ = dict(fields)
    return made


_named_tuple = type.__new__(_NamedTupleMeta, 'NamedTuple', (), {})
NamedTuple.__mro_entries__ = lambda bases: (_named_tuple,)


def cast(typ, val):
    return val


def overload(func):
    """Decorator for declarations: the function that follows them is the one that works."""
    def refuse(*args, **kwargs):
        raise NotImplementedError('You should not call an overloaded function. A series of @overload-decorated '
                                  'functions outside a stub module should always be followed by an implementation '
                                  'that is not @overload-ed.')
    return refuse


def final(f):
    return f


def no_type_check(arg):
    return arg


def runtime_checkable(cls):
    return cls


def get_origin(tp):
    """list for List[int]; None for what is not subscripted."""
    return getattr(tp, '__origin__', None)


def get_args(tp):
    """(int,) for List[int]."""
    return getattr(tp, '__args__', ())
