"""A package."""
__all__ = ["starred", "first"]
starred, hidden = "star", "no"


def __getattr__(name):
    if name == "lazily":
        return "made on demand"
    raise AttributeError(f"no {name} here")


def __dir__():
    return ["dir"]
