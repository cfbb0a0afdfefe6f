from . import first
from .first import name as other
name = "second with " + other
