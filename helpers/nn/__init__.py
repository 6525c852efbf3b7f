"""The network library that the chapters build, in pure NumPy.

Conventions, everywhere: the first axis runs over the examples of a batch; losses and their
gradients are means over the batch; randomness comes from a ``numpy.random.Generator`` that is
passed in; hyperparameters are keyword-only; arrays are float64 unless the input says otherwise.
"""
