"""What the book's widgets share in Python: files, checked traits, still figures."""

from __future__ import annotations

import inspect
import io
import math
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

__all__ = ["SEAM", "Number", "Numbers", "Widget", "bundle", "interval"]

HERE = Path(__file__).parent

#: Stands between the shared part and a widget's own, in its module and in its styles. The book's
#: pages hold the shared part once, however many widgets they show.
SEAM = "\n/* ── end of what the widgets share ── */\n"

_IMPORT = re.compile(r'^import \{([^}]*)\} from "\./common\.js";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?function|const |let |class )", re.MULTILINE)


def bundle(module: Path) -> str:
    """Join ``common.js`` and a widget's module into one ES module.

    Both are modules of their own, so that Node and editors understand them; a browser that
    gets its module as a string has no ``./common.js`` to import.

    Parameters
    ----------
    module : pathlib.Path
        The widget's ``.js`` file.

    Returns
    -------
    str
        The source of one module: what is shared, :data:`SEAM`, the widget's own.

    Raises
    ------
    ValueError
        If the module imports something else, renames an import, or imports a name that
        ``common.js`` does not export.

    Examples
    --------
    >>> source = bundle(HERE / "fit_line.js")
    >>> "import" in source.partition(SEAM)[2]
    False
    """
    common = (HERE / "common.js").read_text(encoding="utf-8")
    own = module.read_text(encoding="utf-8")
    known = set(re.findall(r"^export (?:async )?(?:function|const|let|class) (\w+)", common, re.M))
    names = [name.strip() for found in _IMPORT.findall(own) for name in found.split(",")]
    if unknown := sorted(set(filter(None, names)) - known):
        raise ValueError(
            f"{module.name} imports {', '.join(unknown)}, which common.js does not export; "
            f"it exports {', '.join(sorted(known))}."
        )
    own = _IMPORT.sub("", own)
    if left := re.search(r"^import\b.*", own, re.MULTILINE):
        raise ValueError(
            f"{module.name}: cannot inline {left[0]!r}. A widget imports from common.js only, "
            'as: import { name, name } from "./common.js";'
        )
    return _EXPORT.sub("", common) + SEAM + _EXPORT.sub("", own)


def _styles(module: Path) -> str:
    own = module.with_suffix(".css")
    common = (HERE / "common.css").read_text(encoding="utf-8")
    return common + SEAM + (own.read_text(encoding="utf-8") if own.exists() else "")


class Number(traitlets.Float):
    """A trait for one finite number, synced with the browser, within limits if given.

    Parameters
    ----------
    default : float
        Its value if none is given.
    low, high : float, optional
        The smallest and the largest value allowed.
    """

    def __init__(
        self, default: float = 0.0, low: float = -math.inf, high: float = math.inf, **options: Any
    ):
        super().__init__(default, **options)
        self.low, self.high = low, high
        self.tag(sync=True)

    def validate(self, obj: Any, value: Any) -> float:
        """Return the number as a float, or raise ``traitlets.TraitError``."""
        try:
            number = float(value)
        except (TypeError, ValueError):
            number = math.nan
        if isinstance(value, str | bytes | bool) or not self.low <= number <= self.high:
            raise traitlets.TraitError(f"{self.name} must be {self._wanted()}, not {value!r}.")
        if math.isinf(number):
            raise traitlets.TraitError(f"{self.name} must be {self._wanted()}, not {value!r}.")
        return number

    def _wanted(self) -> str:
        if math.isfinite(self.low) and math.isfinite(self.high):
            return f"a number from {self.low:g} to {self.high:g}"
        if math.isfinite(self.low):
            return f"a finite number, at least {self.low:g}"
        return "a finite number"


class Numbers(traitlets.List):
    """A trait for a list of finite numbers, synced with the browser; takes arrays of shape (n,)."""

    def __init__(self, **options: Any):
        super().__init__(**options)
        self.tag(sync=True)

    def validate(self, obj: Any, value: Any) -> list[float]:
        """Return the numbers as a list of floats, or raise ``traitlets.TraitError``."""
        import numpy as np

        try:
            array = np.asarray(value, dtype=float)
        except (TypeError, ValueError):
            raise traitlets.TraitError(
                f"{self.name} must be a sequence of numbers, not {value!r}."
            ) from None
        if array.ndim != 1 or not np.isfinite(array).all():
            raise traitlets.TraitError(
                f"{self.name} must be a sequence of finite numbers, shape (n,); got {value!r}."
            )
        return array.tolist()


def interval(name: str, value: Sequence[float]) -> list[float]:
    """Return ``value`` as ``[low, high]``, or say what is wrong with it.

    Parameters
    ----------
    name : str
        What the error message calls it.
    value : sequence of two floats
        The ends, the lower one first.

    Returns
    -------
    list of float

    Raises
    ------
    ValueError
        If these are not two finite, increasing numbers.

    Examples
    --------
    >>> interval("weight_range", (0, 2))
    [0.0, 2.0]
    """
    try:
        low, high = (float(end) for end in value)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must be two numbers (low, high), not {value!r}.") from None
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise ValueError(f"{name} must be two finite numbers, the lower first, not {value!r}.")
    return [low, high]


class Widget(anywidget.AnyWidget):
    """A widget of the book: what a subclass ``fit_line.FitLine`` has to bring.

    - ``fit_line.js`` beside ``fit_line.py`` (and ``fit_line.css``, if it needs styles of its own);
    - traits tagged ``sync=True``: its state, and all that the browser needs to draw;
    - class attributes ``name``, ``title``, ``alt`` and ``height`` as described below;
    - :meth:`still`.

    Attributes
    ----------
    name : str
        What a link to a preset calls it, ``page.html#widget=fit_line&weight=180``. Give a second
        widget of a kind on one page a name of its own: ``FitLine(name="fit_line_2")``.
    title : str
        A short title, for screen readers.
    alt : str
        What there is to see and what to look for, for readers who cannot see it.
    height : tuple of (int, int)
        Pixels to reserve in the published page, wide and narrow, so that it does not jump.
    """

    name = traitlets.Unicode("").tag(sync=True)
    title = traitlets.Unicode("").tag(sync=True)
    alt = traitlets.Unicode("").tag(sync=True)
    height = traitlets.Tuple(traitlets.Int(), traitlets.Int(), default_value=(400, 700)).tag(
        sync=True
    )

    def __init_subclass__(cls, **options: Any) -> None:
        """Read the subclass's JavaScript and styles, from the files beside its module."""
        module = Path(inspect.getfile(cls)).with_suffix(".js")
        if "_esm" not in cls.__dict__ and module.exists():
            cls._esm = bundle(module)
            cls._css = _styles(module)
        super().__init_subclass__(**options)

    def still(self) -> Figure:
        """Draw the present state with Matplotlib, for paper and for pages without scripts.

        Returns
        -------
        matplotlib.figure.Figure
            A figure that pyplot does not know, so that it is not shown twice.
        """
        raise NotImplementedError(f"{type(self).__name__} needs a method still().")

    def still_png(self) -> bytes:
        """Return :meth:`still` as a PNG file; the same state gives the same bytes."""
        buffer = io.BytesIO()
        self.still().savefig(buffer, format="png", dpi=150, metadata={"Software": None})
        return buffer.getvalue()

    def _repr_mimebundle_(self, **options: Any) -> Any:
        # The still travels with the view: front ends that know widgets take the view, the
        # others (GitHub, a PDF, the book's <noscript>) the picture.
        shown = super()._repr_mimebundle_(**options)
        if shown is None:
            return None
        data, metadata = shown if isinstance(shown, tuple) else (shown, {})
        return {**data, "image/png": self.still_png()}, metadata

    # ipywidgets 7 displays itself here, and would leave the still out.
    _ipython_display_ = None
