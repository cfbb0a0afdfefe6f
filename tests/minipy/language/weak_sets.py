"""WeakSet ^=: an operand that raises changes nothing; comparing that raises stops halfway; which method calls which."""
from weakref import WeakSet
class K:
    boom=None
    def __init__(s,n,h=None): s.n=n; s.h=h
    def __hash__(s):
        if s.h=='raise': raise ValueError('hash')
        return 1 if s.h is None else s.h
    def __eq__(s,o):
        if K.boom in (s.n, getattr(o,'n',None)): raise ValueError('eq')
        return s.n==o.n
def show(s): return sorted(x.n for x in s)
a,b,c,d=K('a',1),K('b',2),K('c',3),K('d',4)
def run(title, operand, keep=[]):
    s=WeakSet([a,b,c])
    try: s ^= operand(s)
    except Exception as e: print(title, type(e).__name__, e, end=' ')
    print(title, show(s))
def half(s):
    yield a; yield d
    raise RuntimeError('halfway')
run('gen', half)
run('unhashable', lambda s:[a,d,K('x','raise'),b])
run('notweak', lambda s:[a,d,1,b])
run('notiter', lambda s:5)
run('none', lambda s:None)
run('self', lambda s:s)
run('dups', lambda s:[a,a,d,d])
def mutate(s):
    s.add(d); yield d
    s.discard(b); yield b
run('mutate', mutate)
x=K('c2',3)
K.boom='c2'
run('eq', lambda s:[a,x,d])
K.boom=None
class Sub(WeakSet):
    def __ixor__(self, o): print('sub ixor'); return super().__ixor__(o)
s=Sub([a,b]); s.symmetric_difference_update([a]); print(show(s))
s=Sub([a,b]); t=s^[a]; print(type(t).__name__, show(t)) 
class Sub2(WeakSet):
    def symmetric_difference_update(self, o): print('sub sdu'); return super().symmetric_difference_update(o)
s=Sub2([a,b]); s^=[a]; print(show(s))
