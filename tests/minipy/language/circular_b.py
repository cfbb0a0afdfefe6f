import circular_a
y = hasattr(circular_a, "x")


def later():
    return circular_a.x
