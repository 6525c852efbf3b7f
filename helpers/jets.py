"""Jets as physics and as pictures: four-momenta, mass, preprocessing, images.

A list of particles is an array of shape (..., particles, 3) as in `helpers.datasets.jets`: pT in
GeV, Δη and Δφ relative to the axis of the jet, and zeros behind the last particle. Everything here
takes many jets at once, and a particle without pT never counts.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

__all__ = [
    "HALF_WIDTH",
    "PIXELS",
    "centre",
    "flip",
    "four_momenta",
    "images",
    "invariant_mass",
    "normalise",
    "preprocess",
    "rotate",
]

PIXELS, HALF_WIDTH = 25, 1.25  # pixels of 0.1 × 0.1, as in arXiv:1511.05190


def four_momenta(
    pt: ArrayLike, eta: ArrayLike, phi: ArrayLike, mass: ArrayLike = 0.0
) -> np.ndarray:
    r"""Return energies and momenta from what a collider measures.

    Parameters
    ----------
    pt : array_like
        Transverse momenta in GeV.
    eta, phi : array_like
        Pseudorapidities and azimuths. Shapes are broadcast.
    mass : array_like
        Masses in GeV.

    Returns
    -------
    numpy.ndarray of float64, shape (..., 4)
        E, px, py, pz in GeV.

    Notes
    -----
    .. math::

        p_x = p_T \cos\varphi, \quad p_y = p_T \sin\varphi, \quad p_z = p_T \sinh\eta, \quad
        E = \sqrt{m^2 + p_T^2 \cosh^2\eta}

    in units with c = 1.

    Examples
    --------
    >>> four_momenta(3.0, 0.0, np.pi / 2, mass=4.0).round(9)
    array([5., 0., 3., 0.])
    """
    pt, eta, phi, mass = (np.asarray(values, dtype=np.float64) for values in (pt, eta, phi, mass))
    energy = np.sqrt(mass**2 + (pt * np.cosh(eta)) ** 2)
    parts = energy, pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)
    return np.stack(np.broadcast_arrays(*parts), axis=-1)


def invariant_mass(momenta: ArrayLike) -> np.ndarray:
    r"""Return the mass of particles taken together.

    Parameters
    ----------
    momenta : array_like, shape (..., particles, 4)
        E, px, py, pz in GeV. Rows of zeros change nothing.

    Returns
    -------
    numpy.ndarray of float64, shape (...)
        In GeV. Where rounding makes the square negative, 0.

    Raises
    ------
    ValueError
        If the last axis does not have four entries.

    Notes
    -----
    .. math:: m^2 = \left(\sum_i E_i\right)^2 - \left|\sum_i \vec p_i\right|^2

    Examples
    --------
    Two photons of 40 GeV, back to back:

    >>> invariant_mass([[40.0, 40.0, 0.0, 0.0], [40.0, -40.0, 0.0, 0.0]])
    np.float64(80.0)
    """
    momenta = np.asarray(momenta, dtype=np.float64)
    if momenta.ndim < 2 or momenta.shape[-1] != 4:
        raise ValueError(f"momenta have shape {momenta.shape}; expected (..., particles, 4).")
    energy, *momentum = np.moveaxis(momenta.sum(axis=-2), -1, 0)
    return np.sqrt(np.maximum(energy**2 - sum(part**2 for part in momentum), 0))


def centre(constituents: ArrayLike) -> np.ndarray:
    """Return the particles seen from their middle: the mean of Δη and Δφ, weighted by pT.

    A shift in φ turns the whole collision about the beam, and a shift in η is a boost along it.
    Neither changes a jet's pT, nor the mass that massless particles have together.

    Parameters
    ----------
    constituents : array_like, shape (..., particles, 3)
        pT in GeV, Δη, Δφ.

    Returns
    -------
    numpy.ndarray of float64, of the same shape

    Examples
    --------
    >>> centre([[30.0, 0.0, 0.0], [10.0, 0.4, 0.0]])
    array([[30. , -0.1,  0. ], [10. ,  0.3,  0. ]])
    """
    pt, angles = _split(constituents)
    return _joined(pt, angles - _mean(pt, angles)[..., None, :])


def rotate(constituents: ArrayLike) -> np.ndarray:
    """Return the particles turned such that they spread most up and down, with the harder end up.

    Parameters
    ----------
    constituents : array_like, shape (..., particles, 3)
        pT in GeV, Δη, Δφ; centred, see :func:`centre`.

    Returns
    -------
    numpy.ndarray of float64, of the same shape

    Notes
    -----
    The direction is the first principal axis of the angles, weighted by pT. Of its two ends, the
    harder one lies closer to the middle, as the heavier child sits closer to the middle of a
    seesaw: upwards is where the third moment along the axis is negative. No symmetry of nature
    lets a jet be turned in the plane of η and φ: distances are kept, the mass only nearly.

    Examples
    --------
    >>> rotate([[30.0, -0.1, 0.0], [10.0, 0.3, 0.0]]).round(6) + 0.0
    array([[30. ,  0. ,  0.1], [10. ,  0. , -0.3]])
    """
    pt, angles = _split(constituents)
    weighted = pt[..., None] * angles
    spread = np.swapaxes(weighted, -1, -2) @ angles
    axis = np.linalg.eigh(spread)[1][..., -1]  # of the largest eigenvalue
    along = (angles @ axis[..., None])[..., 0]
    skewed = (pt * along**3).sum(axis=-1) > 0
    axis = np.where(skewed[..., None], -axis, axis)
    eta, phi = axis[..., 0], axis[..., 1]
    turn = np.stack([np.stack([phi, eta], axis=-1), np.stack([-eta, phi], axis=-1)], axis=-2)
    return _joined(pt, angles @ turn)


def flip(constituents: ArrayLike) -> np.ndarray:
    """Return the particles mirrored such that most pT lies at the right, at Δη > 0.

    Parameters
    ----------
    constituents : array_like, shape (..., particles, 3)
        pT in GeV, Δη, Δφ; centred and turned.

    Returns
    -------
    numpy.ndarray of float64, of the same shape

    Examples
    --------
    >>> flip([[3.0, -0.1, 0.5], [1.0, 0.3, -1.5]])
    array([[ 3. ,  0.1,  0.5], [ 1. , -0.3, -1.5]])
    """
    pt, angles = _split(constituents)
    leans_left = (pt * np.sign(angles[..., 0])).sum(axis=-1) < 0
    mirror = np.where(leans_left[..., None, None], [-1.0, 1.0], [1.0, 1.0])
    return _joined(pt, angles * mirror)


def preprocess(constituents: ArrayLike) -> np.ndarray:
    """Return the particles centred, turned and mirrored: what does not matter is the same for all.

    Parameters
    ----------
    constituents : array_like, shape (..., particles, 3)
        pT in GeV, Δη, Δφ.

    Returns
    -------
    numpy.ndarray of float64, of the same shape

    See Also
    --------
    centre, rotate, flip
    """
    return flip(rotate(centre(constituents)))


def images(
    constituents: ArrayLike, *, pixels: int = PIXELS, half_width: float = HALF_WIDTH
) -> np.ndarray:
    """Return pictures of jets: how much pT falls into each pixel.

    Parameters
    ----------
    constituents : array_like, shape (..., particles, 3)
        pT in GeV, Δη, Δφ.
    pixels : int
        How many in a row, and in a column.
    half_width : float
        The picture reaches from minus this to this in Δη and Δφ. What lies outside is lost.

    Returns
    -------
    numpy.ndarray of float64, shape (..., pixels, pixels)
        In GeV. ``images[..., 0, :]`` is the top row, at the largest Δφ; ``images[..., 0]`` the left
        column, at the smallest Δη. A particle on the border of two pixels belongs to the right one
        or the upper one (as far as rounding lets one say that it is on the border).

    Raises
    ------
    ValueError
        If ``pixels`` or ``half_width`` is not positive.

    Examples
    --------
    >>> images([[3.0, -0.5, 0.5], [1.0, 0.5, -0.5]], pixels=2)
    array([[3., 0.], [0., 1.]])
    """
    if pixels < 1 or half_width <= 0:
        raise ValueError(f"pixels is {pixels} and half_width {half_width}; both must be above 0.")
    pt, angles = _split(constituents)
    place = np.floor((angles + half_width) * (pixels / (2 * half_width))).astype(np.int64)
    inside = ((place >= 0) & (place < pixels)).all(axis=-1)
    column, row = place[..., 0], pixels - 1 - place[..., 1]
    shape = pt.shape[:-1]
    jet = np.arange(int(np.prod(shape))).reshape(*shape, 1)
    index = (jet * pixels + row) * pixels + column
    total = np.bincount(index[inside], weights=pt[inside], minlength=jet.size * pixels**2)
    return total.reshape(*shape, pixels, pixels)


def normalise(pictures: ArrayLike) -> np.ndarray:
    """Return pictures of which each sums to 1: a pixel is its share of the pT.

    Parameters
    ----------
    pictures : array_like, shape (..., rows, columns)
        No pixel below 0.

    Returns
    -------
    numpy.ndarray of float64, of the same shape
        An empty picture stays empty.

    Examples
    --------
    >>> normalise([[3.0, 0.0], [0.0, 1.0]])
    array([[0.75, 0.  ], [0.  , 0.25]])
    """
    pictures = np.asarray(pictures, dtype=np.float64)
    total = pictures.sum(axis=(-2, -1), keepdims=True)
    return pictures / np.where(total > 0, total, 1)


def _split(constituents: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Return pT, of shape (..., particles), and angles, of shape (..., particles, 2)."""
    constituents = np.asarray(constituents, dtype=np.float64)
    if constituents.ndim < 2 or constituents.shape[-1] != 3:
        raise ValueError(
            f"constituents have shape {constituents.shape}; expected (..., particles, 3): "
            "pT, Δη and Δφ of each particle."
        )
    return constituents[..., 0], constituents[..., 1:]


def _joined(pt: np.ndarray, angles: np.ndarray) -> np.ndarray:
    """Return pT and angles as one array, with zeros where there is no particle."""
    there = (pt > 0)[..., None]
    return np.concatenate([pt[..., None], np.where(there, angles, 0)], axis=-1)


def _mean(pt: np.ndarray, angles: np.ndarray) -> np.ndarray:
    """Return the mean of the angles weighted by pT, of shape (..., 2); 0 for an empty jet."""
    total = pt.sum(axis=-1, keepdims=True)
    return (pt[..., None] * angles).sum(axis=-2) / np.where(total > 0, total, 1)
