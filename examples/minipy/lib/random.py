"""Random numbers by a 128-bit xorshift, not CPython's: at most 62 bits, no SystemRandom, only common distributions."""

import math
from bisect import bisect

import _minipy

__all__ = ['Random', 'choice', 'choices', 'expovariate', 'gauss', 'getrandbits', 'getstate', 'normalvariate',
           'randbytes', 'randint', 'random', 'randrange', 'sample', 'seed', 'setstate', 'shuffle', 'triangular',
           'uniform']

_MASK = 0xffffffff


def _mix(number):
    """32 bits that look nothing like the 32 bits they come from."""
    for _ in range(2):
        number = ((number ^ (number >> 16)) * 0x45d9f3b) & _MASK
    return number ^ (number >> 16)


def _integer(value):
    """value as an int, for the arguments that have to be integers."""
    if isinstance(value, int):
        return value
    method = getattr(type(value), '__index__', None)
    if method is None:
        raise TypeError('%r object cannot be interpreted as an integer' % type(value).__name__)
    return method(value)


class Random:
    """A generator with a state of its own."""

    def __init__(self, x=None):
        self.seed(x)

    # The state: four words of 32 bits

    def seed(self, a=None, version=2):
        """Set the state from a; None stands for something new every time."""
        if a is None:
            parts = [_minipy.random_bits(32) for _ in range(4)]
        elif isinstance(a, int):
            parts = [a & _MASK, (a >> 32) & _MASK]
        elif isinstance(a, float):
            parts = [hash(a) & _MASK, (hash(a) >> 32) & _MASK, 1]
        elif isinstance(a, str):
            parts = [ord(char) for char in a] + [len(a), 2]
        elif isinstance(a, bytes):
            parts = list(a) + [len(a), 3]
        else:
            raise TypeError('The only supported seed types are: None,\nint, float, str, bytes, and bytearray.')
        words = [1, 2, 3, 4]
        word = 0
        for part in parts:
            for place in range(4):
                word = words[place] = _mix(words[place] ^ word ^ part)
        if not any(words):
            words[0] = 1
        self._words = tuple(words)
        self._gauss_next = None

    def getstate(self):
        return 1, self._words, self._gauss_next

    def setstate(self, state):
        version, self._words, self._gauss_next = state
        if version != 1:
            raise ValueError('state with version %r passed to Random.setstate() of version 1' % (version,))

    def _next(self):
        """The next 32 bits."""
        first, second, third, last = self._words
        first ^= (first << 11) & _MASK
        word = last ^ (last >> 19) ^ first ^ (first >> 8)
        self._words = (second, third, last, word)
        return word

    # Numbers

    def random(self):
        """A float, 0 <= x < 1."""
        return ((self._next() >> 5) * 67108864 + (self._next() >> 6)) / 9007199254740992.0

    def getrandbits(self, k, /):
        """An integer of k bits, k <= 62."""
        k = _integer(k)
        if k < 0:
            raise ValueError('number of bits must be non-negative')
        if k > 62:
            raise OverflowError('getrandbits() makes 62 bits at most')
        if k <= 32:
            return self._next() >> (32 - k)
        return ((self._next() >> (64 - k)) << 32) | self._next()

    def _below(self, n):
        """An integer, 0 <= x < n."""
        bits = n.bit_length()
        number = self.getrandbits(bits)
        while number >= n:
            number = self.getrandbits(bits)
        return number

    def randbytes(self, n):
        return bytes([self.getrandbits(8) for _ in range(n)])

    def randrange(self, start, stop=None, step=1):
        """An item of range(start, stop, step)."""
        start = _integer(start)
        step = _integer(step)
        if stop is None:
            if step != 1:
                raise TypeError('Missing a non-None stop argument')
            if start <= 0:
                raise ValueError('empty range for randrange()')
            return self._below(start)
        stop = _integer(stop)
        width = stop - start
        if step > 0:
            count = (width + step - 1) // step
        elif step < 0:
            count = (width + step + 1) // step
        else:
            raise ValueError('zero step for randrange()')
        if count <= 0:
            if step == 1:
                raise ValueError('empty range for randrange() (%d, %d, %d)' % (start, stop, width))
            raise ValueError('empty range for randrange()')
        return start + step * self._below(count)

    def randint(self, a, b):
        """An integer, a <= x <= b."""
        return self.randrange(a, b + 1)

    # Sequences

    def choice(self, seq):
        """One item of a sequence."""
        if not len(seq):
            raise IndexError('Cannot choose from an empty sequence')
        return seq[self._below(len(seq))]

    def shuffle(self, x):
        """Bring a list into a random order."""
        for place in reversed(range(1, len(x))):
            other = self._below(place + 1)
            x[place], x[other] = x[other], x[place]

    def sample(self, population, k, *, counts=None):
        """k different places of a sequence, as a list of their items; item i is counts[i] times in it."""
        if not hasattr(population, '__getitem__') or hasattr(population, 'keys'):
            raise TypeError('Population must be a sequence.  For dicts or sets, use sorted(d).')
        size = len(population)
        if counts is not None:
            totals = _totals(counts)
            if len(totals) != size:
                raise ValueError('The number of counts does not match the population')
            total = totals.pop() if totals else 0
            if not isinstance(total, int):
                raise TypeError('Counts must be integers')
            if total <= 0:
                raise ValueError('Total of counts must be greater than zero')
            return [population[bisect(totals, place)] for place in self.sample(range(total), k)]
        if not 0 <= k <= size:
            raise ValueError('Sample larger than population or is negative')
        if size <= 4 * k + 16:
            pool = list(population)
            for place in range(k):
                other = place + self._below(size - place)
                pool[place], pool[other] = pool[other], pool[place]
            return pool[:k]
        places = {}                 # as an ordered set
        while len(places) < k:
            places[self._below(size)] = True
        return [population[place] for place in places]

    def choices(self, population, weights=None, *, cum_weights=None, k=1):
        """k items of a sequence, any of them more than once; by weights, if given."""
        size = len(population)
        if cum_weights is None:
            if weights is None:
                return [population[int(self.random() * size)] for _ in range(k)]
            if isinstance(weights, int):
                raise TypeError('The number of choices must be a keyword argument: k=%r' % weights)
            cum_weights = _totals(weights)
        elif weights is not None:
            raise TypeError('Cannot specify both weights and cumulative weights')
        if len(cum_weights) != size:
            raise ValueError('The number of weights does not match the population')
        total = cum_weights[-1] + 0.0
        if total <= 0.0:
            raise ValueError('Total of weights must be greater than zero')
        if not math.isfinite(total):
            raise ValueError('Total of weights must be finite')
        return [population[bisect(cum_weights, self.random() * total, 0, size - 1)] for _ in range(k)]

    # Distributions

    def uniform(self, a, b):
        return a + (b - a) * self.random()

    def triangular(self, low=0.0, high=1.0, mode=None):
        """A float between low and high, most often near mode."""
        if high == low:
            return low
        u = self.random()
        c = 0.5 if mode is None else (mode - low) / (high - low)
        if u > c:
            u = 1.0 - u
            c = 1.0 - c
            low, high = high, low
        return low + (high - low) * math.sqrt(u * c)

    def gauss(self, mu=0.0, sigma=1.0):
        """A float of the normal distribution."""
        z = self._gauss_next
        self._gauss_next = None
        if z is None:               # two at a time
            angle = self.random() * 2.0 * math.pi
            radius = math.sqrt(-2.0 * math.log(1.0 - self.random()))
            z = math.cos(angle) * radius
            self._gauss_next = math.sin(angle) * radius
        return mu + z * sigma

    normalvariate = gauss

    def expovariate(self, lambd):
        """A float of the exponential distribution with mean 1 / lambd."""
        return -math.log(1.0 - self.random()) / lambd


def _totals(numbers):
    """The running totals, as a list."""
    totals = []
    for number in numbers:
        totals.append(totals[-1] + number if totals else number)
    return totals


# One generator for all who need none of their own

_shared = Random()

seed = _shared.seed
getstate = _shared.getstate
setstate = _shared.setstate
random = _shared.random
getrandbits = _shared.getrandbits
randbytes = _shared.randbytes
randrange = _shared.randrange
randint = _shared.randint
choice = _shared.choice
choices = _shared.choices
shuffle = _shared.shuffle
sample = _shared.sample
uniform = _shared.uniform
triangular = _shared.triangular
gauss = _shared.gauss
normalvariate = _shared.normalvariate
expovariate = _shared.expovariate
