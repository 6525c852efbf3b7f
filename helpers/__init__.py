"""What the chapters and exercises of *Neurons to Jets* share.

Importing this package is cheap on purpose: it loads neither TensorFlow nor nbgrader,
and its parts are imported by name where they are used, as in ``from helpers import plot``.
"""

__version__ = "0.1.0"
