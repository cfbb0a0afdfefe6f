import circular_b
x = 1


def get():
    return circular_b.later()
