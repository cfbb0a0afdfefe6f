"""For the programs beside it: prints what each line of a text evaluates to, or how it fails."""


def each(text, names):
    for line in text.strip().splitlines():
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        try:
            print(line, "->", repr(eval(line, names)))
        except Exception as e:
            print(line, "!!", type(e).__name__ + ":", e)


def tried(f, *args, **keywords):
    """The result's repr, or the error in one line."""
    try:
        return repr(f(*args, **keywords))
    except BaseException as e:
        return type(e).__name__ + ": " + str(e)
