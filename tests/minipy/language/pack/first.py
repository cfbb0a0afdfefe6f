name = "first of " + __name__
