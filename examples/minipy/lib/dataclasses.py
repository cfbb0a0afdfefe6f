"""dataclass, field, fields, asdict, astuple, replace, make_dataclass; the methods are closures, without signatures."""

import copy
import sys
from collections import _bind_arguments, _recursive_repr, _KEYWORDS
from types import MappingProxyType

__all__ = ['Field', 'FrozenInstanceError', 'InitVar', 'KW_ONLY', 'MISSING', 'asdict', 'astuple', 'dataclass', 'field',
           'fields', 'is_dataclass', 'make_dataclass', 'replace']


class FrozenInstanceError(AttributeError):
    """An assignment to a field of a frozen dataclass."""


class _Marker:
    def __init__(self, name):
        self._name = name

    def __repr__(self):
        return self._name


MISSING = _Marker('MISSING')
KW_ONLY = _Marker('KW_ONLY')
_FIELD, _CLASSVAR, _INITVAR = _Marker('_FIELD'), _Marker('_FIELD_CLASSVAR'), _Marker('_FIELD_INITVAR')


class InitVar:
    """InitVar[type] as an annotation: a parameter of __init__ that goes to __post_init__ only."""

    def __init__(self, type):
        self.type = type

    def __repr__(self):
        return 'dataclasses.InitVar[%s]' % _type_name(self.type)

    @classmethod
    def __class_getitem__(cls, type):
        return cls(type)


def _type_name(type_):
    if isinstance(type_, type):
        return type_.__name__
    return repr(type_)


class Field:
    """What is known about one field."""

    def __init__(self, default, default_factory, init, repr, hash, compare, metadata, kw_only):
        self.name = None
        self.type = None
        self.default = default
        self.default_factory = default_factory
        self.init = init
        self.repr = repr
        self.hash = hash
        self.compare = compare
        self.metadata = MappingProxyType({} if metadata is None else metadata)
        self.kw_only = kw_only
        self._field_type = None

    @_recursive_repr('...')
    def __repr__(self):
        names = ['name', 'type', 'default', 'default_factory', 'init', 'repr', 'hash', 'compare', 'metadata',
                 'kw_only', '_field_type']
        return 'Field(%s)' % ','.join(['%s=%r' % (name, getattr(self, name)) for name in names])

    def __set_name__(self, owner, name):
        set_name = getattr(type(self.default), '__set_name__', None)
        if set_name is not None:
            set_name(self.default, owner, name)

    def _has_default(self):
        return self.default is not MISSING or self.default_factory is not MISSING


def field(*, default=MISSING, default_factory=MISSING, init=True, repr=True, hash=None, compare=True,
          metadata=None, kw_only=MISSING):
    """The value of a field in a class body that needs more than a default."""
    if default is not MISSING and default_factory is not MISSING:
        raise ValueError('cannot specify both default and default_factory')
    return Field(default, default_factory, init, repr, hash, compare, metadata, kw_only)


class _Params:
    """The options of a dataclass."""

    def __init__(self, init, repr, eq, order, unsafe_hash, frozen):
        self.init = init
        self.repr = repr
        self.eq = eq
        self.order = order
        self.unsafe_hash = unsafe_hash
        self.frozen = frozen


class _Slotted:
    __slots__ = ('slot',)


_SLOT_TYPE = type(_Slotted.slot)


def dataclass(cls=None, /, *, init=True, repr=True, eq=True, order=False, unsafe_hash=False, frozen=False,
              match_args=True, kw_only=False, slots=False, weakref_slot=False):
    """Class decorator: add __init__, __repr__, __eq__ and others that go by the annotated names of the class body."""
    def decorate(cls):
        params = _Params(init, repr, eq, order, unsafe_hash, frozen)
        return _process(cls, params, match_args, kw_only, slots, weakref_slot)

    return decorate if cls is None else decorate(cls)


# The fields of a class

def _is_kind(type_, name, module):
    """Is the annotation type_ the name of this module, also as a string or with [...] behind it?"""
    if isinstance(type_, str):
        return type_.split('[')[0].split('.')[-1].strip() == name
    marker = getattr(sys.modules.get(module), name, MISSING)
    return type_ is marker or getattr(type_, '__origin__', None) is marker


def _make_field(cls, name, type_, kw_only):
    """The Field for an annotated name in the body of cls."""
    default = getattr(cls, name, MISSING)
    if isinstance(default, Field):
        new = default
    else:
        if isinstance(default, _SLOT_TYPE):
            default = MISSING
        new = field(default=default)
    new.name = name
    new.type = type_
    new._field_type = _FIELD
    if _is_kind(type_, 'ClassVar', 'typing'):
        new._field_type = _CLASSVAR
    elif type_ is InitVar or type(type_) is InitVar or isinstance(type_, str) and _is_kind(type_, 'InitVar', ''):
        new._field_type = _INITVAR
    if new._field_type is not _FIELD and new.default_factory is not MISSING:
        raise TypeError('field %s cannot have a default factory' % name)
    if new._field_type is _CLASSVAR:
        if new.kw_only is not MISSING:
            raise TypeError('field %s is a ClassVar but specifies kw_only' % name)
    elif new.kw_only is MISSING:
        new.kw_only = kw_only
    if new._field_type is _FIELD and getattr(type(new.default), '__hash__', None) is None:
        raise ValueError('mutable default %s for field %s is not allowed: use default_factory'
                         % (type(new.default), name))
    return new


def _collect_fields(cls, params, kw_only):
    """All fields, those of the bases first."""
    found = {}
    bases = [base for base in cls.__mro__[:0:-1] if '__dataclass_fields__' in base.__dict__]
    for base in bases:
        found.update(base.__dataclass_fields__)
    annotations = cls.__dict__.get('__annotations__', {})
    own = []
    kw_only_seen = False
    for name, type_ in annotations.items():
        if type_ is KW_ONLY or isinstance(type_, str) and _is_kind(type_, 'KW_ONLY', ''):
            if kw_only_seen:
                raise TypeError('%r is KW_ONLY, but KW_ONLY has already been specified' % name)
            kw_only = kw_only_seen = True
        else:
            own.append(_make_field(cls, name, type_, kw_only))
    for new in own:
        found[new.name] = new
        if isinstance(cls.__dict__.get(new.name), Field):
            if new.default is MISSING:
                delattr(cls, new.name)
            else:
                setattr(cls, new.name, new.default)
    for name, value in cls.__dict__.items():
        if isinstance(value, Field) and name not in annotations:
            raise TypeError('%r is a field but has no type annotation' % name)
    frozen = [base.__dataclass_params__.frozen for base in bases]
    if any(frozen) and not params.frozen:
        raise TypeError('cannot inherit non-frozen dataclass from a frozen one')
    if frozen and not all(frozen) and params.frozen:
        raise TypeError('cannot inherit frozen dataclass from a non-frozen one')
    return found


# The methods of a class

def _process(cls, params, match_args, kw_only, slots, weakref_slot):
    all_fields = _collect_fields(cls, params, kw_only)
    cls.__dataclass_fields__ = all_fields
    cls.__dataclass_params__ = params
    if params.order and not params.eq:
        raise ValueError('eq must be true if order is true')
    stored = [f for f in all_fields.values() if f._field_type is _FIELD]
    explicit_hash = '__hash__' in cls.__dict__ and not (cls.__hash__ is None and '__eq__' in cls.__dict__)

    if params.init:
        arguments = [f for f in all_fields.values() if f._field_type is not _CLASSVAR]
        _set_new(cls, '__init__', _make_init(cls, arguments, params.frozen, slots))
    if params.repr:
        _set_new(cls, '__repr__', _make_repr([f.name for f in stored if f.repr]))
    compared = [f.name for f in stored if f.compare]
    if params.eq:
        _set_new(cls, '__eq__', _make_comparison(compared, lambda a, b: a == b))
    if params.order:
        for name, compare in _ORDERINGS:
            if not _set_new(cls, name, _make_comparison(compared, compare)):
                raise TypeError('Cannot overwrite attribute %s in class %s. Consider using functools.total_ordering'
                                % (name, cls.__name__))
    if params.frozen:
        for name, method in _make_frozen(cls, [f.name for f in stored]):
            if not _set_new(cls, name, method):
                raise TypeError('Cannot overwrite attribute %s in class %s' % (name, cls.__name__))
    if params.unsafe_hash or params.eq and params.frozen:
        if not explicit_hash:
            cls.__hash__ = _make_hash([f.name for f in stored if (f.compare if f.hash is None else f.hash)])
        elif params.unsafe_hash:
            raise TypeError('Cannot overwrite attribute __hash__ in class %s' % cls.__name__)
    elif params.eq and not explicit_hash:
        cls.__hash__ = None
    if not getattr(cls, '__doc__', None):
        cls.__doc__ = _signature(cls, all_fields.values())
    if match_args and '__match_args__' not in cls.__dict__:
        cls.__match_args__ = tuple([f.name for f in all_fields.values()
                                    if f._field_type is not _CLASSVAR and f.init and not f.kw_only])
    if weakref_slot and not slots:
        raise TypeError('weakref_slot is True but slots is False')
    if getattr(cls, '__abstractmethods__', None):
        cls.__abstractmethods__ = frozenset([name for name in cls.__abstractmethods__
                                             if getattr(getattr(cls, name, None), '__isabstractmethod__', False)])
    return _with_slots(cls, [f.name for f in stored], weakref_slot) if slots else cls


def _set_new(cls, name, value):
    """Set an attribute that the class body has not set; returns whether that was so."""
    if name in cls.__dict__:
        return False
    if hasattr(value, '__qualname__'):
        try:
            value.__name__ = name
            value.__qualname__ = '%s.%s' % (cls.__qualname__, name)
        except AttributeError:
            pass
    setattr(cls, name, value)
    return True


def _make_init(cls, arguments, frozen, slots):
    positional = [f.name for f in arguments if f.init and not f.kw_only]
    keyword_only = [f.name for f in arguments if f.init and f.kw_only]
    optional = [f.name for f in arguments if f._has_default()]
    for before, name in zip(positional, positional[1:]):
        if before in optional and name not in optional:
            raise TypeError('non-default argument %r follows default argument' % name)
    title = cls.__qualname__ + '.__init__'
    init_vars = [f for f in arguments if f._field_type is _INITVAR]
    has_post_init = hasattr(cls, '__post_init__')
    # A default of a field that is no argument is in the class already, unless there are slots.
    assigned = [f for f in arguments if f._field_type is _FIELD
                and (f.init or f.default_factory is not MISSING or slots and f.default is not MISSING)]
    assign = object.__setattr__ if frozen else setattr

    def value_of(f, bound):
        if f.name in bound:
            return bound[f.name]
        return f.default if f.default_factory is MISSING else f.default_factory()

    def __init__(self, /, *args, **kwargs):
        if len(args) == len(positional) and not kwargs and not keyword_only:
            bound = dict(zip(positional, args))
        else:
            bound = _bind_arguments(title, positional, args, kwargs, optional, keyword_only)
        for f in assigned:
            assign(self, f.name, value_of(f, bound))
        if has_post_init:
            self.__post_init__(*[value_of(f, bound) for f in init_vars])

    return __init__


def _make_repr(names):
    @_recursive_repr('...')
    def __repr__(self):
        return '%s(%s)' % (self.__class__.__qualname__,
                           ', '.join(['%s=%r' % (name, getattr(self, name)) for name in names]))
    return __repr__


def _make_comparison(names, compare):
    def method(self, other):
        if other.__class__ is not self.__class__:
            return NotImplemented
        return compare(tuple([getattr(self, name) for name in names]), tuple([getattr(other, name) for name in names]))
    return method


_ORDERINGS = (('__lt__', lambda a, b: a < b), ('__le__', lambda a, b: a <= b),
              ('__gt__', lambda a, b: a > b), ('__ge__', lambda a, b: a >= b))


def _make_hash(names):
    def __hash__(self):
        return hash(tuple([getattr(self, name) for name in names]))
    return __hash__


def _make_frozen(cls, names):
    def __setattr__(self, name, value):
        if type(self) is cls or name in names:
            raise FrozenInstanceError('cannot assign to field %r' % name)
        super(cls, self).__setattr__(name, value)

    def __delattr__(self, name):
        if type(self) is cls or name in names:
            raise FrozenInstanceError('cannot delete field %r' % name)
        super(cls, self).__delattr__(name)

    return ('__setattr__', __setattr__), ('__delattr__', __delattr__)


def _signature(cls, all_fields):
    """The call of cls as its doc string shows it."""
    parts = []
    arguments = [f for f in all_fields if f._field_type is not _CLASSVAR and f.init]
    for f in [f for f in arguments if not f.kw_only] + [f for f in arguments if f.kw_only]:
        if f.kw_only and '*' not in parts:
            parts.append('*')
        part = '%s: %s' % (f.name, _type_name(f.type))
        if f._has_default():
            part += ' = %s' % (repr(f.default) if f.default_factory is MISSING else '<factory>')
        parts.append(part)
    return '%s(%s)' % (cls.__name__, ', '.join(parts))


def _with_slots(cls, names, weakref_slot):
    """The same class once more, with __slots__ for the fields."""
    if '__slots__' in cls.__dict__:
        raise TypeError('%s already specifies __slots__' % cls.__name__)
    namespace = dict(cls.__dict__)
    inherited = []
    for base in cls.__mro__[1:-1]:
        slots = base.__dict__.get('__slots__', ())
        inherited.extend((slots,) if isinstance(slots, str) else slots)
    slots = names + ['__weakref__'] if weakref_slot else names
    namespace['__slots__'] = tuple([name for name in slots if name not in inherited])
    for name in names + ['__dict__', '__weakref__']:
        namespace.pop(name, None)
    new = type(cls)(cls.__name__, cls.__bases__, namespace)
    new.__qualname__ = cls.__qualname__
    if cls.__dataclass_params__.frozen:
        for name, method in _make_frozen(new, names):
            setattr(new, name, method)
        if '__getstate__' not in cls.__dict__:
            new.__getstate__ = lambda self: [getattr(self, name) for name in names]
        if '__setstate__' not in cls.__dict__:
            new.__setstate__ = _set_frozen_state
    return new


def _set_frozen_state(self, state):
    for f, value in zip(fields(self), state):
        object.__setattr__(self, f.name, value)


# Functions for instances

def fields(class_or_instance):
    """The fields, as a tuple."""
    try:
        found = class_or_instance.__dataclass_fields__
    except AttributeError:
        raise TypeError('must be called with a dataclass type or instance') from None
    return tuple([f for f in found.values() if f._field_type is _FIELD])


def _is_instance(obj):
    return hasattr(type(obj), '__dataclass_fields__')


def is_dataclass(obj):
    """Is this a dataclass or an instance of one?"""
    return hasattr(obj if isinstance(obj, type) else type(obj), '__dataclass_fields__')


def asdict(obj, *, dict_factory=dict):
    """The fields as a dict, also those of dataclasses inside of it."""
    if not _is_instance(obj):
        raise TypeError('asdict() should be called on dataclass instances')
    return _convert(obj, dict_factory)


def astuple(obj, *, tuple_factory=tuple):
    """The values of the fields as a tuple, also those of dataclasses inside of it."""
    if not _is_instance(obj):
        raise TypeError('astuple() should be called on dataclass instances')
    return _convert(obj, lambda pairs: tuple_factory([value for name, value in pairs]))


def _convert(obj, factory):
    """A deep copy of obj in which factory has made, from pairs (name, value), what is there for dataclasses."""
    if _is_instance(obj):
        return factory([(f.name, _convert(getattr(obj, f.name), factory)) for f in fields(obj)])
    if isinstance(obj, tuple) and hasattr(obj, '_fields'):
        return type(obj)(*[_convert(item, factory) for item in obj])
    if isinstance(obj, (list, tuple)):
        return type(obj)([_convert(item, factory) for item in obj])
    if isinstance(obj, dict):
        pairs = [(_convert(key, factory), _convert(value, factory)) for key, value in obj.items()]
        if hasattr(obj, 'default_factory'):
            return type(obj)(obj.default_factory, pairs)
        return type(obj)(pairs)
    return copy.deepcopy(obj)


def replace(obj, /, **changes):
    """A new instance with other values for some fields."""
    if not _is_instance(obj):
        raise TypeError('replace() should be called on dataclass instances')
    for f in obj.__dataclass_fields__.values():
        if f._field_type is _CLASSVAR:
            continue
        if not f.init:
            if f.name in changes:
                raise ValueError('field %s is declared with init=False, it cannot be specified with replace()'
                                 % f.name)
        elif f.name not in changes:
            if f._field_type is _INITVAR and f.default is MISSING:
                raise ValueError('InitVar %r must be specified with replace()' % f.name)
            changes[f.name] = getattr(obj, f.name)
    return obj.__class__(**changes)


def make_dataclass(cls_name, fields, *, bases=(), namespace=None, **options):
    """A dataclass from a list of names, (name, type) or (name, type, field); the options are those of dataclass."""
    namespace = {} if namespace is None else dict(namespace)
    annotations = {}
    for item in fields:
        if isinstance(item, str):
            item = (item, 'typing.Any')
        if len(item) == 3:
            namespace[item[0]] = item[2]
        elif len(item) != 2:
            raise TypeError('Invalid field: %r' % (item,))
        name = item[0]
        if not isinstance(name, str) or not name.isidentifier():
            raise TypeError('Field names must be valid identifiers: %r' % (name,))
        if name in _KEYWORDS:
            raise TypeError('Field names must not be keywords: %r' % name)
        if name in annotations:
            raise TypeError('Field name duplicated: %r' % name)
        annotations[name] = item[1]
    namespace['__annotations__'] = annotations
    meta = type(bases[0]) if bases else type
    for base in bases:
        if issubclass(type(base), meta):
            meta = type(base)
    return dataclass(meta(cls_name, bases, namespace), **options)
