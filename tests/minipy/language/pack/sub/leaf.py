from .. import first


def up():
    return first.name + " from " + __name__
