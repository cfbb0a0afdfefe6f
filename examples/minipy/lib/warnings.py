"""warn, filters, catch_warnings; filters compare the starts of texts instead of regular expressions."""

import builtins
import sys

__all__ = ['WarningMessage', 'catch_warnings', 'filters', 'filterwarnings', 'formatwarning', 'resetwarnings',
           'showwarning', 'simplefilter', 'warn', 'warn_explicit']


class WarningMessage:
    """A warning as catch_warnings(record=True) stores it."""

    def __init__(self, message, category, filename, lineno, file=None, line=None, source=None):
        self.message = message
        self.category = category
        self.filename = filename
        self.lineno = lineno
        self.file = file
        self.line = line
        self.source = source

    def __str__(self):
        return ('{message : %r, category : %r, filename : %r, lineno : %s, line : %r}'
                % (self.message, self.category.__name__, self.filename, self.lineno, self.line))


def _default_filters():
    found = []
    for name in ('DeprecationWarning', 'PendingDeprecationWarning', 'ImportWarning', 'ResourceWarning'):
        category = getattr(builtins, name, None)
        if category is not None:
            if name == 'DeprecationWarning':
                found.append(('default', '', category, '__main__', 0))
            found.append(('ignore', '', category, '', 0))
    return found


filters = _default_filters()        # tuples (action, message, category, module, lineno), the first that fits holds
defaultaction = 'default'
onceregistry = {}
_registries = {}                    # file -> what has been shown for it

_version = object()                 # another one after each change of the filters: what has been shown counts no more
_log = None                         # the list that catch_warnings(record=True) records in, if any

_ACTIONS = ('error', 'ignore', 'always', 'default', 'module', 'once')


def formatwarning(message, category, filename, lineno, line=None):
    """The text that showwarning() writes."""
    text = '%s:%s: %s: %s\n' % (filename, lineno, category.__name__, message)
    if line:
        text += '  %s\n' % line.strip()
    return text


def showwarning(message, category, filename, lineno, file=None, line=None):
    """Write a warning to a file, by default sys.stderr."""
    if file is None:
        file = sys.stderr
    if file is not None:
        try:
            file.write(formatwarning(message, category, filename, lineno, line))
        except OSError:
            pass


def _filters_changed():
    global _version
    _version = object()


def _add_filter(item, append):
    _filters_changed()
    if item in filters:
        if append:
            return
        filters.remove(item)
    if append:
        filters.append(item)
    else:
        filters.insert(0, item)


def _check_filter(action, category, lineno):
    if action not in _ACTIONS:
        raise ValueError('invalid action: %r' % (action,))
    if not isinstance(category, type) or not issubclass(category, Warning):
        raise TypeError('category must be a Warning subclass')
    if not isinstance(lineno, int) or lineno < 0:
        raise ValueError('lineno must be an int >= 0')


def filterwarnings(action, message='', category=Warning, module='', lineno=0, append=False):
    """Add a filter, before the others unless append is true."""
    _check_filter(action, category, lineno)
    _add_filter((action, message.lower(), category, module, lineno), append)


def simplefilter(action, category=Warning, lineno=0, append=False):
    """Add a filter for all messages of a category."""
    _check_filter(action, category, lineno)
    _add_filter((action, '', category, '', lineno), append)


def resetwarnings():
    """Remove all filters."""
    _filters_changed()
    filters.clear()


def _caller(level):
    """The file, the line and the globals of the frame this many levels above the caller of warn()."""
    try:
        frame = sys._getframe(level + 1)
        return frame.f_code.co_filename, frame.f_lineno, frame.f_globals
    except (AttributeError, ValueError):
        return getattr(sys.modules.get('__main__'), '__file__', 'sys'), 1, {}


def warn(message, category=None, stacklevel=1, source=None):
    """Show a warning, ignore it or raise it, as the filters say."""
    if isinstance(message, Warning):
        category = type(message)
    elif category is None:
        category = UserWarning
    if not isinstance(category, type) or not issubclass(category, Warning):
        raise TypeError("category must be a Warning subclass, not '%s'" % type(category).__name__)
    filename, lineno, namespace = _caller(stacklevel)
    registry = namespace.setdefault('__warningregistry__', {}) if namespace else None
    warn_explicit(message, category, filename, lineno, namespace.get('__name__', '__main__'), registry, source=source)


def warn_explicit(message, category, filename, lineno, module=None, registry=None, module_globals=None, source=None):
    """Like warn(), with the place given."""
    if module is None:
        module = filename[:-3] if filename.endswith('.py') else filename
    if registry is None:
        registry = _registries.setdefault(filename, {})
    if isinstance(message, Warning):
        text = str(message)
        category = type(message)
    else:
        text = message
        message = category(message)
    action = defaultaction
    for action, start, filter_category, filter_module, filter_line in filters:
        if (text.lower().startswith(start) and issubclass(category, filter_category)
                and module.startswith(filter_module) and filter_line in (0, lineno)):
            break
    else:
        action = defaultaction
    if action == 'error':
        raise message
    if action == 'ignore' or action != 'always' and _seen(action, text, category, lineno, registry):
        return
    _show(WarningMessage(message, category, filename, lineno, source=source))


def _seen(action, text, category, lineno, registry):
    """Has this warning been shown before, as far as the action asks for it? From now on, it has."""
    if action == 'once':
        registry = onceregistry
    if registry.get('version') is not _version:
        registry.clear()
        registry['version'] = _version
    key = (text, category, lineno if action == 'default' else 0)
    seen = key in registry
    registry[key] = True
    return seen


def _show(warning):
    if _log is not None and showwarning is _shown_by_default:
        _log.append(warning)
    else:
        showwarning(warning.message, warning.category, warning.filename, warning.lineno, warning.file, warning.line)


_shown_by_default = showwarning


class catch_warnings:
    """Context manager that restores the filters at the end; with record, warnings go to the list that it returns."""

    def __init__(self, *, record=False, module=None, action=None, category=Warning, lineno=0, append=False):
        self._record = record
        self._filter = None if action is None else (action, category, lineno, append)
        self._saved = None

    def __repr__(self):
        return 'catch_warnings(%s)' % ('record=True' if self._record else '')

    def __enter__(self):
        global filters, showwarning, _log
        if self._saved is not None:
            raise RuntimeError('Cannot enter %r twice' % self)
        self._saved = filters, showwarning, _log
        filters = filters[:]
        _filters_changed()
        if self._filter is not None:
            simplefilter(*self._filter)
        if self._record:
            _log = []
            showwarning = _shown_by_default
            return _log
        return None

    def __exit__(self, *exc_info):
        global filters, showwarning, _log
        if self._saved is None:
            raise RuntimeError('Cannot exit %r without entering first' % self)
        filters, showwarning, _log = self._saved
        _filters_changed()
