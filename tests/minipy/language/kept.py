"""Imported by at_exit.py's programs: objects that tell of their deaths."""


class Told:
    def __init__(self, name, then=None):
        self.name, self.then = name, then

    def __del__(self):
        print("dies:", self.name, helper is not None)
        if self.then is not None:
            self.then()


def helper():
    pass


mine = Told("of the module")
