"""Enum, IntEnum, StrEnum, Flag, IntFlag, auto, unique; no verify, no global_enum, no members called name or value."""

from types import MappingProxyType

__all__ = ['CONFORM', 'EJECT', 'Enum', 'EnumMeta', 'EnumType', 'Flag', 'FlagBoundary', 'IntEnum', 'IntFlag', 'KEEP',
           'ReprEnum', 'STRICT', 'StrEnum', 'auto', 'member', 'nonmember', 'unique']

_unset = object()


# Values that the class body cannot know yet

class _Later:
    """A value that is computed when the class is made; operators on it are computed later, too."""

    def __or__(self, other):
        return _Expression(lambda a, b: a | b, self, other)

    def __ror__(self, other):
        return _Expression(lambda a, b: b | a, self, other)

    def __and__(self, other):
        return _Expression(lambda a, b: a & b, self, other)

    def __rand__(self, other):
        return _Expression(lambda a, b: b & a, self, other)

    def __xor__(self, other):
        return _Expression(lambda a, b: a ^ b, self, other)

    def __rxor__(self, other):
        return _Expression(lambda a, b: b ^ a, self, other)

    def __invert__(self):
        return _Expression(lambda a: ~a, self)


class auto(_Later):
    """Stands for the value that _generate_next_value_ makes."""

    def __init__(self, value=_unset):
        self.value = value

    def __repr__(self):
        return 'auto(%s)' % ('' if self.value is _unset else repr(self.value))


class _Expression(_Later):
    def __init__(self, function, *operands):
        self.function = function
        self.operands = operands


def _resolve(value, generate):
    """value with everything that was left for later computed."""
    if isinstance(value, auto):
        if value.value is _unset:
            value.value = generate()
        return value.value
    if isinstance(value, _Expression):
        return value.function(*[_resolve(operand, generate) for operand in value.operands])
    if type(value) is tuple and any([isinstance(item, _Later) for item in value]):
        return tuple([_resolve(item, generate) for item in value])
    return value


class member:
    """Makes a member of something in a class body that would not be one, such as a function."""

    def __init__(self, value):
        self.value = value


class nonmember:
    """Keeps something in a class body from becoming a member."""

    def __init__(self, value):
        self.value = value


def _function():
    pass


_descriptor_types = (type(_function), property, classmethod, staticmethod)


def _is_member(class_name, name, value):
    """Does name = value in a class body define a member?"""
    if isinstance(value, (member, nonmember)):
        return isinstance(value, member)
    if name.startswith('_') and name.endswith('_') or name.startswith('_%s__' % class_name):
        return False
    return not (isinstance(value, _descriptor_types) or hasattr(value, '__get__')
                or hasattr(value, '__set__') or hasattr(value, '__delete__'))


def _is_reserved(name):
    """Is it a name like _name_ that class bodies may not use?"""
    return (len(name) > 2 and name[0] == '_' == name[-1] and name[1] != '_' != name[-2]
            and name not in ('_generate_next_value_', '_missing_', '_start_'))


def _is_single_bit(value):
    return value > 0 and value & (value - 1) == 0


def _bits(value, size):
    """value in binary as in messages: the sign, then size digits."""
    if value < 0:
        return '0b1 ' + bin(value + (1 << size))[2:].rjust(size, '0')
    return '0b0 ' + bin(value)[2:].rjust(size, '0')


class EnumType(type):
    """Metaclass of enums: makes the members and gives the class the looks of a container.

    The class body has no namespace of its own, so a name that is used twice goes unnoticed, and
    __init_subclass__ runs before there are members.
    """

    def __new__(metacls, cls, bases, classdict, *, boundary=None, **kwds):
        enums = [base for base in bases if isinstance(base, EnumType)]
        if not enums:
            return super().__new__(metacls, cls, bases, classdict, **kwds)
        for base in bases:
            if getattr(base, '_member_names_', None):
                raise TypeError('<enum %r> cannot extend %r' % (cls, base))
        first_enum = enums[-1]
        if bases[-1] is not first_enum:
            raise TypeError('new enumerations should be created as '
                            '`EnumName([mixin_type, ...] [data_type,] enum_type)`')

        namespace = dict(classdict)
        ignored = namespace.pop('_ignore_', ())
        if isinstance(ignored, str):
            ignored = ignored.replace(',', ' ').split()
        for name in ignored:
            namespace.pop(name, None)
        order = namespace.pop('_order_', None)
        definitions = {}
        for name, value in list(namespace.items()):
            if _is_member(cls, name, value):
                definitions[name] = namespace.pop(name)
            if isinstance(value, (member, nonmember)):
                (definitions if isinstance(value, member) else namespace)[name] = value.value
        for name in namespace:
            if _is_reserved(name) and not name.startswith('_%s__' % cls):
                raise ValueError('_sunder_ names, such as %r, are reserved for future Enum use' % name)
        for name in ('mro', ''):
            if name in definitions:
                raise ValueError('invalid enum member name(s) %r' % name)

        generate = namespace.get('_generate_next_value_', first_enum._generate_next_value_)
        if isinstance(generate, staticmethod):
            generate = generate.__func__
        namespace['_generate_next_value_'] = staticmethod(generate)
        new_member = namespace.pop('__new__', None)
        if isinstance(new_member, staticmethod):
            new_member = new_member.__func__
        data_type = _data_type(cls, bases)
        if new_member is None:
            new_member = first_enum._new_member_
        namespace['_new_member_'] = None if new_member is None else staticmethod(new_member)
        namespace['__new__'] = Enum.__new__
        namespace['_member_type_'] = data_type
        namespace['_member_names_'] = []            # in order, without aliases
        namespace['_member_map_'] = {}              # with aliases
        namespace['_value2member_map_'] = {}
        namespace['_boundary_'] = boundary or getattr(first_enum, '_boundary_', None)
        namespace['_flag_mask_'] = 0

        enum_class = super().__new__(metacls, cls, bases, namespace, **kwds)
        if data_type is not object:
            # A data type does not decide what its members look like.
            mro = list(enum_class.__mro__)
            is_flag = enum_class._boundary_ is not None
            for name in _looks + _operators if is_flag else _looks:
                for place, base in enumerate(mro):
                    if base not in data_type.__mro__ and name in base.__dict__:
                        if place > mro.index(data_type):
                            type.__setattr__(enum_class, name, base.__dict__[name])
                        break
        start = namespace.get('_start_', 1)
        values = []

        def generate_next():
            values.append(generate(name, start, len(enum_class._member_names_), values[:]))
            return values[-1]

        for name, definition in definitions.items():
            value = _resolve(definition, generate_next)
            if value is definition or isinstance(definition, _Expression):
                values.append(value)
            enum_class._add_member(name, value)
        if order is not None:
            _check_order(enum_class, order)
        return enum_class

    def __init__(cls, *args, **kwds):
        pass

    def _add_member(cls, name, value):
        """Make the member with this definition, or make name an alias of another member."""
        args = value if type(value) is tuple else (value,)
        data_type = cls._member_type_
        if data_type is tuple:
            args = (args,)
        if cls._new_member_ is not None:
            new = cls._new_member_(cls, *args)
        elif any([_makes_instances(base) for base in data_type.__mro__]):
            new = data_type.__new__(cls, *args)
        else:
            new = object.__new__(cls)
        if '_value_' not in new.__dict__:
            new._value_ = value
            if data_type is not object:
                try:
                    new._value_ = data_type(*args)
                except Exception as exc:
                    raise TypeError('_value_ not set in __new__, unable to create it') from exc
        new._name_ = name
        new.__objclass__ = cls
        new.__init__(*args)
        value = new._value_
        old = cls._find(value)
        if old is not None:
            new = old
        else:
            new._sort_order_ = len(cls._member_map_)
            if isinstance(value, int) and cls._boundary_ is not None:
                type.__setattr__(cls, '_flag_mask_', cls._flag_mask_ | value)
                named = _is_single_bit(value)
            else:
                named = True
            if named:
                cls._member_names_.append(name)
            try:
                cls._value2member_map_[value] = new
            except TypeError:       # cannot be hashed: _find() searches
                pass
        cls._member_map_[name] = new
        type.__setattr__(cls, name, new)

    def _find(cls, value):
        """The member with this value, None if there is none."""
        try:
            return cls._value2member_map_.get(value)
        except TypeError:
            for found in cls._member_map_.values():
                if found._value_ == value:
                    return found
        return None

    def __call__(cls, value, names=None, *, module=None, qualname=None, type=None, start=1, boundary=None):
        """Color(1): the member with a value; Enum('Color', 'RED GREEN'): a new enum."""
        if names is None:
            return cls.__new__(cls, value)
        return cls._create(value, names, module, qualname, type, start, boundary)

    def _create(cls, class_name, names, module, qualname, data_type, start, boundary):
        if isinstance(names, str):
            names = names.replace(',', ' ').split()
        namespace = {'_start_': start}
        if isinstance(names, (list, tuple)) and all([isinstance(name, str) for name in names]):
            for name in names:
                namespace[name] = auto()
        else:
            for name, value in (names.items() if hasattr(names, 'items') else names):
                namespace[name] = value
        if module is not None:
            namespace['__module__'] = module
        namespace['__qualname__'] = qualname or class_name
        bases = (cls,) if data_type is None else (data_type, cls)
        return type(cls)(class_name, bases, namespace, boundary=boundary)

    def __bool__(cls):
        return True

    def __contains__(cls, item):
        if not isinstance(item, Enum):
            raise TypeError("unsupported operand type(s) for 'in': '%s' and '%s'"
                            % (type(item).__qualname__, type(cls).__qualname__))
        return isinstance(item, cls) and item._name_ in cls._member_map_

    def __getitem__(cls, name):
        return cls._member_map_[name]

    def __iter__(cls):
        return iter([cls._member_map_[name] for name in cls._member_names_])

    def __reversed__(cls):
        return iter([cls._member_map_[name] for name in reversed(cls._member_names_)])

    def __len__(cls):
        return len(cls._member_names_)

    @property
    def __members__(cls):
        """All names, those of aliases too, with their members."""
        return MappingProxyType(cls._member_map_)

    def __repr__(cls):
        return "<%s '%s'>" % ('flag' if issubclass(cls, Flag) else 'enum', cls.__name__)

    def __setattr__(cls, name, value):
        if name in cls.__dict__.get('_member_map_', ()):
            raise AttributeError('cannot reassign member %r' % name)
        super().__setattr__(name, value)

    def __delattr__(cls, name):
        if name in cls.__dict__.get('_member_map_', ()):
            raise AttributeError('%r cannot delete member %r.' % (cls.__name__, name))
        super().__delattr__(name)


EnumMeta = EnumType
_looks = ('__repr__', '__str__', '__format__')
_operators = ('__or__', '__and__', '__xor__', '__ror__', '__rand__', '__rxor__', '__invert__')
_builtin_data_types = (int, float, str, bytes, tuple, list, dict, set, frozenset)


def _makes_instances(cls):
    """Does this class have a __new__ that takes the data of a member?"""
    return cls in _builtin_data_types or cls is not object and '__new__' in cls.__dict__


def _data_type(class_name, bases):
    """The class beside the enums that members get their data from; object if there is none."""
    found = []
    for chain in bases:
        candidate = None
        for base in chain.__mro__:
            if base is object:
                continue
            if isinstance(base, EnumType):
                if base.__dict__.get('_member_type_', object) is not object:
                    if base._member_type_ not in found:
                        found.append(base._member_type_)
                    break
                continue
            if _makes_instances(base) or '__dataclass_fields__' in base.__dict__:
                if (candidate or base) not in found:
                    found.append(candidate or base)
                break
            candidate = candidate or base
    if len(found) > 1:
        raise TypeError('too many data types for %r: %r' % (class_name, set(found)))
    return found[0] if found else object


def _check_order(enum_class, order):
    if isinstance(order, str):
        order = order.replace(',', ' ').split()
    order = [name for name in order
             if name not in enum_class._member_map_ or name in enum_class._member_names_]
    if order != enum_class._member_names_:
        raise TypeError('member order does not match _order_:\n  %r\n  %r' % (enum_class._member_names_, order))


class Enum(metaclass=EnumType):
    """Base class of enums: what its body assigns to names become its members."""

    _member_names_ = []
    _member_map_ = {}
    _value2member_map_ = {}
    _member_type_ = object
    _new_member_ = None

    def __new__(cls, value):
        if type(value) is cls:
            return value
        found = cls._find(value)
        if found is not None:
            return found
        invalid = ValueError('%r is not a valid %s' % (value, cls.__qualname__))
        try:
            result = cls._missing_(value)
        except Exception as exc:
            if not isinstance(exc, ValueError):
                exc.__context__ = invalid
            raise
        if isinstance(result, cls) or result is not None and cls._boundary_ is EJECT and isinstance(result, int):
            return result
        if result is None:
            raise invalid
        exc = TypeError('error in %s._missing_: returned %r instead of None or a valid member'
                        % (cls.__name__, result))
        exc.__context__ = invalid
        raise exc

    def __init__(self, *args, **kwds):
        pass

    @staticmethod
    def _generate_next_value_(name, start, count, last_values):
        """The value of auto(): start, or one more than the values so far."""
        if not last_values:
            return start
        try:
            return max(last_values) + 1
        except TypeError:
            for value in reversed(last_values):
                try:
                    return value + 1
                except TypeError:
                    pass
        return start

    @classmethod
    def _missing_(cls, value):
        """A member for a value that none has; None if there is none."""
        return None

    @property
    def name(self):
        return self._name_

    @property
    def value(self):
        return self._value_

    def __repr__(self):
        return '<%s.%s: %r>' % (self.__class__.__name__, self._name_, self._value_)

    def __str__(self):
        return '%s.%s' % (self.__class__.__name__, self._name_)

    def __format__(self, format_spec):
        return format(str(self), format_spec)

    def __hash__(self):
        return hash(self._name_)

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self


class ReprEnum(Enum):
    """An enum whose members have the str() and format() of their data type."""

    def __str__(self):
        return str(self._value_)

    def __format__(self, format_spec):
        return format(self._value_, format_spec) if format_spec else str(self)


class IntEnum(int, ReprEnum):
    """An enum whose members are ints."""


class StrEnum(str, ReprEnum):
    """An enum whose members are strs."""

    def __new__(cls, *values):
        if len(values) > 3:
            raise TypeError('too many arguments for str(): %r' % (values,))
        if len(values) == 1 and not isinstance(values[0], str):
            raise TypeError('%r is not a string' % (values[0],))
        for name, argument in zip(('encoding', 'errors'), values[1:]):
            if not isinstance(argument, str):
                raise TypeError('%s must be a string, not %r' % (name, argument))
        value = str(*values)
        new = str.__new__(cls, value)
        new._value_ = value
        return new

    @staticmethod
    def _generate_next_value_(name, start, count, last_values):
        return name.lower()


class FlagBoundary(StrEnum):
    """What a Flag does with bits that no member has: refuse, drop, return an int, keep."""
    STRICT = auto()
    CONFORM = auto()
    EJECT = auto()
    KEEP = auto()


STRICT, CONFORM, EJECT, KEEP = FlagBoundary


class Flag(Enum, boundary=STRICT):
    """An enum whose members are bits that can be combined."""

    @staticmethod
    def _generate_next_value_(name, start, count, last_values):
        """The value of auto(): the bit above the highest so far."""
        if not last_values:
            return start if start is not None else 1
        highest = max(last_values)
        if not isinstance(highest, int):
            raise TypeError('invalid flag value %r' % (highest,))
        return 1 << highest.bit_length()

    @classmethod
    def _missing_(cls, value):
        """The combination with this value, made when it is wanted for the first time."""
        if not isinstance(value, int):
            raise ValueError('%r is not a valid %s' % (value, cls.__qualname__))
        mask = cls._flag_mask_
        size = mask.bit_length()
        all_bits = (1 << size) - 1
        if not ~all_bits <= value <= all_bits or value & (all_bits ^ mask):
            if cls._boundary_ is STRICT:
                size = max(value.bit_length(), size)
                raise ValueError('%r invalid value %r\n    given %s\n  allowed %s'
                                 % (cls, value, _bits(value, size), _bits(mask, size)))
            if cls._boundary_ is EJECT:
                return value
            if cls._boundary_ is CONFORM:
                value &= mask
            elif value < 0:
                value += max(all_bits + 1, 1 << value.bit_length())
        if value < 0:
            value += all_bits + 1
        found = cls._value2member_map_.get(value)
        if found is not None:
            return found
        new = object.__new__(cls) if cls._member_type_ is object else cls._member_type_.__new__(cls, value)
        new._value_ = value
        new.__objclass__ = cls
        names = [single._name_ for single in cls if single._value_ & value]
        unnamed = value & mask & ~cls._single_bits()
        if unnamed:
            names.extend([name for name, found in cls._member_map_.items()
                          if found._value_ & unnamed and found._value_ & value == found._value_])
        unknown = value & ~mask
        if unknown:
            names.append(repr(unknown))
        new._name_ = '|'.join(names) if value & mask else None
        return cls._value2member_map_.setdefault(value, new)

    @classmethod
    def _single_bits(cls):
        """All bits that have a name of their own."""
        bits = 0
        for single in cls:
            bits |= single._value_
        return bits

    def __contains__(self, other):
        if not isinstance(other, self.__class__):
            raise TypeError("unsupported operand type(s) for 'in': %r and %r"
                            % (type(other).__qualname__, self.__class__.__qualname__))
        return other._value_ & self._value_ == other._value_

    def __iter__(self):
        """The single bits in it."""
        return iter([single for single in self.__class__ if single._value_ & self._value_])

    def __len__(self):
        return len(list(self.__iter__()))

    def __bool__(self):
        return self._value_ != 0

    def __repr__(self):
        name = '' if self._name_ is None else '.' + self._name_
        return '<%s%s: %r>' % (self.__class__.__name__, name, self._value_)

    def __str__(self):
        if self._name_ is None:
            return '%s(%r)' % (self.__class__.__name__, self._value_)
        return '%s.%s' % (self.__class__.__name__, self._name_)

    def _operand(self, other):
        """The int in the other operand, None if it is none that fits."""
        if isinstance(other, self.__class__):
            return other._value_
        if self._member_type_ is not object and isinstance(other, self._member_type_):
            return other
        return None

    def __or__(self, other):
        other = self._operand(other)
        return NotImplemented if other is None else self.__class__(self._value_ | other)

    def __and__(self, other):
        other = self._operand(other)
        return NotImplemented if other is None else self.__class__(self._value_ & other)

    def __xor__(self, other):
        other = self._operand(other)
        return NotImplemented if other is None else self.__class__(self._value_ ^ other)

    __ror__ = __or__
    __rand__ = __and__
    __rxor__ = __xor__

    def __invert__(self):
        if self._boundary_ in (EJECT, KEEP):
            return self.__class__(~self._value_)
        return self.__class__(self._single_bits() & ~self._value_)


class IntFlag(int, ReprEnum, Flag, boundary=KEEP):
    """A Flag whose members are ints; bits without a name are kept."""


def unique(enumeration):
    """Class decorator that refuses aliases."""
    duplicates = [(name, found._name_) for name, found in enumeration.__members__.items() if name != found._name_]
    if duplicates:
        raise ValueError('duplicate values found in %r: %s'
                         % (enumeration, ', '.join(['%s -> %s' % pair for pair in duplicates])))
    return enumeration
