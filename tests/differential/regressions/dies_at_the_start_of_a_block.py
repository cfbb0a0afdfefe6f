"""bdwgc's marker has addresses of blocks in registers that it then scans: a list's items stayed alive when they lay at the start of one."""
import gc
import weakref


class Object:
    pass


def survivors(count):
    objects = [Object() for _ in range(count)]
    dead = [weakref.ref(o) for o in objects]
    del objects
    gc.collect()
    return sum(ref() is not None for ref in dead)


for size in range(20, 48):
    print(size, [survivors(size) for _ in range(8)])
