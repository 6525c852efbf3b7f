"""Stop with one clear line when this Python cannot build the book.

It runs before anything else, in whatever Python there is: it has to parse in old ones, too.
"""
# ruff: noqa: UP031

import sys

OLDEST, NEWEST = (3, 11), (3, 13)


def complaint():
    """Return what is wrong with this Python and what to do about it, or None."""
    here = tuple(sys.version_info[:2])
    if not OLDEST <= here <= NEWEST:
        reason = "" if here < OLDEST else " (TensorFlow has no build for newer ones yet)"
        return (
            "The book needs Python 3.11, 3.12 or 3.13%s, but this is %d.%d (%s). "
            "Name another one: make PYTHON=%s ..."
            % (reason, here[0], here[1], sys.executable, another())
        )
    try:
        import ensurepip  # noqa: F401  Debian and Ubuntu package these two apart
        import venv  # noqa: F401
    except ImportError:
        return (
            "Python %d.%d is here, but its venv module is missing. On Debian and Ubuntu: "
            "sudo apt-get install python%d.%d-venv" % (here + here)
        )
    return None


def another():
    """Return the name of a Python on this machine that would do, or an example."""
    try:
        from shutil import which
    except ImportError:  # Python 2
        return "python3.12"
    names = ["python3.%d" % minor for minor in range(NEWEST[1], OLDEST[1] - 1, -1)]
    return next(filter(which, names), "python3.12")


if __name__ == "__main__":
    problem = complaint()
    if problem:
        sys.exit(problem)
