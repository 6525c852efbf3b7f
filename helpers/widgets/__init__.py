"""The book's widgets: figures that move, in the page and in the notebook.

>>> from helpers.widgets import FitLine
>>> w = FitLine()
>>> w.weight = 180.0        # moves the line on the screen
>>> round(w.mse)            # what the reader sees
2058

Each lives in the published page without Python, and in JupyterLab, Colab and VS Code with it.

How to add a widget
-------------------
Say it is called "one neuron". Make two files here, side by side, and enter the class below:

1. ``one_neuron.js``: what is seen. Pure functions first, exported, for the mathematics (the tests
   run them in Node and compare them with ``helpers.nn``); then the drawing::

       import { plot, slider, widget } from "./common.js";

       export function output(weights, inputs) { … }

       export default widget((frame) => {
         const axes = plot({ x: [0, 1], y: [0, 1], label: "…" });
         const weight = slider({ label: "Weight", symbol: "w", min: -2, max: 2, step: 0.01,
           value: frame.get("weight"), input: (value) => frame.change({ weight: value }) });
         frame.panels(axes.element);
         frame.controls(weight.element);
         frame.on(["weight"], () => { weight.value = frame.get("weight"); … });
       }, (get) => ({ weight: [-2, 2] }));

   The model's traits are the only state: controls *change* traits, and drawing follows *on* a
   change, wherever it came from: a slider, Python, a link. The last argument says what a link may
   set. Use the classes and colours of ``common.css``; a rule in a ``one_neuron.css`` of your own
   starts with ``.nj-widget``. Whatever can be dragged can be moved by a slider too. Randomness
   comes from ``random(seed)``. Imports are written on one line, without ``as``, and a top-level
   name must differ from those of ``common.js``.

2. ``one_neuron.py``: a subclass of :class:`Widget` with ``name``, ``title``, ``alt``, ``height``
   (what to look for; the pixels to reserve), its traits, and ``still()``, a Matplotlib figure for
   paper and for pages without scripts.

3. Tests in ``tests/widgets/``: the mathematics of the ``.js`` against NumPy on the same numbers
   (``run_js`` in ``tests/widgets/conftest.py``), the traits, the still figure, and in a
   browser every control, by keyboard and by pointer.

A link such as ``page.html#widget=one_neuron&weight=0.5`` opens the page with the widget set. It
always shows the same: what it does not name goes back to what the page began with.
"""

from __future__ import annotations

import importlib
from typing import Any

# Loaded when first asked for: importing anywidget costs a third of a second.
_MODULES = {
    "ActivationExplorer": "activation_explorer",
    "BackpropStepper": "backprop_stepper",
    "BatchSize": "batch_size",
    "ConvolutionStepper": "convolution_stepper",
    "DropoutUnits": "dropout_units",
    "DrawADigit": "draw_a_digit",
    "FitLine": "fit_line",
    "GradientDescent": "gradient_descent",
    "Hinges": "hinges",
    "JetExplorer": "jet_explorer",
    "ManualMachineLearning": "manual_machine_learning",
    "OneNeuron": "one_neuron",
    "OptimizerRace": "optimizer_race",
    "Overfitting": "overfitting",
    "Perceptron": "perceptron",
    "Pooling": "pooling",
    "SoftmaxCrossEntropy": "softmax_cross_entropy",
    "WorkingPoint": "working_point",
    "XorPlayground": "xor_playground",
    "Widget": "_base",
}

__all__ = [
    "ActivationExplorer",
    "BackpropStepper",
    "BatchSize",
    "ConvolutionStepper",
    "DrawADigit",
    "DropoutUnits",
    "FitLine",
    "GradientDescent",
    "Hinges",
    "JetExplorer",
    "ManualMachineLearning",
    "OneNeuron",
    "OptimizerRace",
    "Overfitting",
    "Perceptron",
    "Pooling",
    "SoftmaxCrossEntropy",
    "Widget",
    "WorkingPoint",
    "XorPlayground",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"helpers.widgets has no {name}; it has {', '.join(_MODULES)}.")
    return getattr(importlib.import_module(f"helpers.widgets.{_MODULES[name]}"), name)
