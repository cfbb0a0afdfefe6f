"""An object that dies while __eq__ runs does not start the look-up in progress again."""
import gc
import weakref


class Key:
    def __init__(self, number):
        self.number = number

    def __hash__(self):
        return hash(self.number)

    def __eq__(self, other):
        if dropping:
            print("equality", self.number, other.number, len(keys))
            del keys[-1]
            gc.collect()
            len(table)
        return self.number == other.number


dropping = False
keys = [Key(number) for number in range(6)]
table = weakref.WeakKeyDictionary((key, key.number) for key in keys)
dropping = True
for key in keys:
    print("removing", key.number)
    del table[key]
dropping = False
del key, keys
gc.collect()
print(len(table))
