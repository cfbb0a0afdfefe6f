from circular_c import c
d = 1
