"""The stories of the weakref manual, told with the files below a folder: tour.py [folder]

1. A cache of documents by name: WeakValueDictionary. A document that nobody reads any more leaves it.
2. Ids that are given out for objects: the id is a name for the object, and does not keep it alive.
3. Extra data on objects that belong to somebody else: WeakKeyDictionary.
4. Who is open now: WeakSet; and methods that are called back: WeakMethod.
5. A temporary directory that goes with its owner, and another one that goes at exit: finalize.
6. A module that is unloaded, and cleans up behind itself.

The end is a table of what lived, what died and what was called. The exit status is 0 only if all of it was as it should be.
"""

import gc
import os
import shutil
import sys
import tempfile
import types
import weakref

LIMIT = 400         # files
RECENT = 8          # documents that a reader keeps open


class Document:
    """What a file holds. Equal to none but itself; can be weakly referenced."""

    def __init__(self, path, text):
        self.path = path
        self.text = text
        self.closed = []

    def lines(self):
        return self.text.count(b'\n')

    def close(self, reason):
        self.closed.append(reason)

    def __repr__(self):
        return f'<Document {os.path.basename(self.path)}>'


class Tally:
    """Counts by name, and complaints."""

    def __init__(self):
        self.rows = []
        self.complaints = []

    def row(self, what, lived, died, called):
        self.rows.append((what, lived, died, called))

    def check(self, holds, complaint):
        if not holds:
            self.complaints.append(complaint)

    def show(self):
        print(f'{"":38}{"lived":>8}{"died":>8}{"called":>8}')
        for what, lived, died, called in self.rows:
            print(f'{what:38}{lived:>8}{died:>8}{called:>8}')


def files_below(folder):
    """Paths of plain files, at most LIMIT of them, and how many could not be read."""
    found = []
    waiting = [folder]
    while waiting and len(found) < LIMIT:
        here = waiting.pop()
        try:
            names = sorted(os.listdir(here))
        except OSError as error:
            print(f'cannot list {here}: {error}')
            continue
        for name in names:
            path = os.path.join(here, name)
            if os.path.islink(path):
                continue
            if os.path.isdir(path):
                waiting.append(path)
            elif len(found) < LIMIT:
                found.append(path)
    return found


class Library:
    """Story 1 to 4: documents by name, by id, with word counts, and those that are open."""

    def __init__(self, tally):
        self.tally = tally
        self.by_name = weakref.WeakValueDictionary()
        self.by_id = weakref.WeakValueDictionary()
        self.word_counts = weakref.WeakKeyDictionary()
        self.open_now = weakref.WeakSet()
        self.deaths = []
        self.watchers = []
        self.loads = 0

    def document(self, path):
        """From the cache, else from the file."""
        document = self.by_name.get(path)
        if document is None:
            with open(path, 'rb') as file:
                document = Document(path, file.read())
            self.loads += 1
            self.by_name[path] = document
            self.by_id[id(document)] = document
            self.open_now.add(document)
            self.watchers.append(weakref.ref(document, self.forget))
        return document

    def forget(self, ref):
        self.deaths.append(ref)

    def count_words(self, document):
        counts = self.word_counts.get(document)
        if counts is None:
            counts = self.word_counts[document] = len(document.text.split())
        return counts


def read_everything(paths, tally):
    library = Library(tally)
    recent = []
    unreadable = 0
    total = 0
    closers = []
    for path in paths:
        try:
            document = library.document(path)
        except OSError:
            unreadable += 1
            continue
        total += library.count_words(document)
        assert library.by_id[id(document)] is document
        closers.append(weakref.WeakMethod(document.close))
        recent.append(document)
        del recent[:-RECENT]
    document = None
    gc.collect()
    alive = len(recent)
    called = [closer for closer in closers if closer() is not None]
    for closer in called:
        closer()('the tour ends')
    return library, recent, closers, unreadable, total, alive, len(called)


def tell_of_documents(folder, tally):
    paths = files_below(folder)
    library, recent, closers, unreadable, words, alive, called = read_everything(paths, tally)
    read = library.loads
    dead = read - alive
    print(f'{read} documents read from {folder}, {unreadable} unreadable, {words} words')
    tally.check(read > 0, f'nothing could be read below {folder}')
    for what, container in (('documents by name', library.by_name), ('documents by id', library.by_id),
                            ('word counts on documents', library.word_counts), ('documents that are open', library.open_now)):
        tally.row(what, len(container), read - len(container), 0)
        tally.check(len(container) == alive, f'{what}: {len(container)} entries for {alive} documents')
    tally.row('callbacks of weak references', alive, dead, len(library.deaths))
    tally.check(len(library.deaths) == dead, f'{len(library.deaths)} callbacks for {dead} deaths')
    tally.row('methods called back', called, len(closers) - called, called)
    tally.check(called == alive, f'{called} methods alive, and {alive} documents')
    tally.check(all(document.closed == ['the tour ends'] for document in recent), 'a document was not closed')
    again = library.document(recent[-1].path)
    tally.check(again is recent[-1] and library.loads == read, 'a document in use was read again')


class Scratch:
    """A directory that is removed when its owner dies, or at exit."""

    def __init__(self, prefix):
        self.name = tempfile.mkdtemp(prefix=prefix)
        self._finalizer = weakref.finalize(self, shutil.rmtree, self.name)

    def remove(self):
        self._finalizer()

    @property
    def removed(self):
        return not self._finalizer.alive


def tell_of_directories(tally):
    dropped, kept, removed = Scratch('tour-dropped-'), Scratch('tour-kept-'), Scratch('tour-removed-')
    names = [dropped.name, kept.name, removed.name]
    tally.check(all(os.path.isdir(name) for name in names), 'a directory was not made')
    removed.remove()
    tally.check(removed.removed and not os.path.exists(removed.name), 'a directory outlived remove()')
    del dropped
    gc.collect()
    tally.check(not os.path.exists(names[0]), 'a directory outlived its owner')
    tally.check(os.path.isdir(kept.name), 'a directory went before its owner')
    tally.row('temporary directories', 1, 2, 2)
    print(f'goes at exit: {kept.name}')
    return kept


def tell_of_modules(tally):
    said = []
    module = types.ModuleType('plugin')
    exec('class Plugin:\n    pass\nresource = Plugin()\n', module.__dict__)
    module.said = said
    weakref.finalize(module, said.append, 'plugin unloaded')
    watch = weakref.ref(module.resource)
    del module
    gc.collect()
    tally.check(said == ['plugin unloaded'] and watch() is None, 'the module was not unloaded')
    tally.row('modules', 0, 1, len(said))


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else '/usr/share/doc'
    if not os.path.isdir(folder):
        print(f'{folder} is not a folder')
        return 1
    tally = Tally()
    tell_of_documents(folder, tally)
    global kept                 # alive until the exit
    kept = tell_of_directories(tally)
    tell_of_modules(tally)
    tally.show()
    for complaint in tally.complaints:
        print('WRONG:', complaint)
    if sys.implementation.name == 'minipy':
        print('The REPL: build/release/bin/minipy')
    return 1 if tally.complaints else 0


if __name__ == '__main__':
    sys.exit(main())
