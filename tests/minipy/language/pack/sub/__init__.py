from . import leaf
value = leaf.up()
_private = 1
