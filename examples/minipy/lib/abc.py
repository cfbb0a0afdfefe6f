"""Abstract base classes: ABC, ABCMeta, abstractmethod; no caches, no version counters."""


def abstractmethod(function):
    """Mark a method as one that a concrete subclass has to define."""
    function.__isabstractmethod__ = True
    return function


def _is_abstract(value):
    if isinstance(value, property):
        return any(_is_abstract(part) for part in (value.fget, value.fset, value.fdel)
                   if part is not None)
    if isinstance(value, (classmethod, staticmethod)):
        value = value.__func__
    return getattr(value, '__isabstractmethod__', False) is True


class ABCMeta(type):
    """Metaclass that knows abstract methods and registered ("virtual") subclasses."""

    def __new__(mcls, name, bases, namespace, /, **kwargs):
        cls = super().__new__(mcls, name, bases, namespace, **kwargs)
        abstract = [key for key, value in namespace.items() if _is_abstract(value)]
        for base in bases:
            for key in getattr(base, '__abstractmethods__', ()):
                if key not in abstract and _is_abstract(getattr(cls, key, None)):
                    abstract.append(key)
        cls.__abstractmethods__ = frozenset(abstract)
        cls._abc_registry = []
        return cls

    def __call__(cls, *args, **kwargs):
        if cls.__abstractmethods__:
            names = sorted(cls.__abstractmethods__)
            raise TypeError("Can't instantiate abstract class %s with abstract method%s %s"
                            % (cls.__name__, 's' if len(names) > 1 else '', ', '.join(names)))
        return super().__call__(*args, **kwargs)

    def register(cls, subclass):
        """Make subclass count as a subclass of cls and of the bases of cls."""
        if not isinstance(subclass, type):
            raise TypeError('Can only register classes')
        if issubclass(cls, subclass):
            if cls is subclass:
                return subclass
            raise RuntimeError('Refusing to create an inheritance cycle')
        for base in cls.__mro__:
            if isinstance(base, ABCMeta):
                base._abc_registry.append(subclass)
        return subclass

    def __instancecheck__(cls, instance):
        kind = type(instance)
        if cls in kind.__mro__ or cls.__subclasscheck__(kind):
            return True
        kind2 = getattr(instance, '__class__', kind)
        return kind2 is not kind and cls.__subclasscheck__(kind2)

    def __subclasscheck__(cls, subclass):
        if not isinstance(subclass, type):
            raise TypeError('issubclass() arg 1 must be a class')
        mro = subclass.__mro__
        if cls in mro:
            return True
        hook = getattr(cls, '__subclasshook__', None)
        if hook is not None:
            answer = hook(subclass)
            if answer is not NotImplemented:
                return answer
        for registered in cls._abc_registry:
            if registered in mro:
                return True
        for registered in cls._abc_registry:
            if isinstance(registered, ABCMeta) and issubclass(subclass, registered):
                return True
        return False


class ABC(metaclass=ABCMeta):
    """Base class for those who prefer inheritance to metaclass=ABCMeta."""
    __slots__ = ()


def get_cache_token():
    return 0
