"""Of equal members, intersections keep those of the other side; and if a comparison fails, all members stay."""
import weakref


class Keyed:
    def __init__(self, key, name):
        self.key, self.name = key, name

    def __eq__(self, other):
        return self.key // other.key == 1 and self.key == other.key

    def __hash__(self):
        return 7


one, same, zero = Keyed(1, "one"), Keyed(1, "same"), Keyed(0, "zero")
for other in [[same], [one, same], [same, one], weakref.WeakSet([same]), []]:
    box = weakref.WeakSet([one])
    print([item.name for item in box.intersection(other)])
    box.intersection_update(other)
    print([item.name for item in box])
box = weakref.WeakSet([one])
try:
    box &= [zero, same]
except ZeroDivisionError:
    print("fails")
print([item.name for item in box])
