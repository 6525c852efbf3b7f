"""Mistakes and other right answers for the exercise ``convolutions``."""

# answers are written as students write them

import numpy as np

from tests.exercises.harness import alternative, mistake, replaced

SAME = "hidden-conv2d-same"
CONV = ["hidden-conv2d", "hidden-conv2d-shapes", SAME]
PICTURE, KERNEL, BIAS = (f"hidden-conv2d_backward-{part}" for part in ("picture", "kernel", "bias"))
POOL, BACK, TIES = "hidden-max_pool", "hidden-max_pool_backward", "hidden-max_pool_backward-ties"

# -- mistakes of the syllabus ------------------------------------------------------------------


@mistake(CONV, says="turned around", public=True)
def true_convolution():
    def conv2d(X, K, b, s, padding):
        if padding == "same":
            ends = []
            for size, k in ((X.shape[1], K.shape[0]), (X.shape[2], K.shape[1])):
                p = max((-(-size // s) - 1) * s + k - size, 0)
                ends.append((p // 2, p - p // 2))
            X = np.pad(X, [(0, 0), *ends, (0, 0)])
        K = K[::-1, ::-1]
        kh, kw, _, m = K.shape
        rows, columns = (X.shape[1] - kh) // s + 1, (X.shape[2] - kw) // s + 1
        Z = np.zeros((len(X), rows, columns, m)) + b
        for u in range(kh):
            for v in range(kw):
                Z += X[:, u : u + s * rows : s, v : v + s * columns : s] @ K[u, v]
        return Z


@mistake([SAME], says="behind the picture: half of them", public=True)
def padding_behind_only():
    def conv2d(X, K, b, s, padding):
        kernel_height, kernel_width = K.shape[:2]
        if padding == "same":
            ends = []
            for size, k in ((X.shape[1], kernel_height), (X.shape[2], kernel_width)):
                ends.append((0, max((-(-size // s) - 1) * s + k - size, 0)))
            X = np.pad(X, [(0, 0), *ends, (0, 0)])
        kh, kw, _, m = K.shape
        rows, columns = (X.shape[1] - kh) // s + 1, (X.shape[2] - kw) // s + 1
        Z = np.zeros((len(X), rows, columns, m)) + b
        for u in range(kh):
            for v in range(kw):
                Z += X[:, u : u + s * rows : s, v : v + s * columns : s] @ K[u, v]
        return Z


@mistake([SAME], says="one zero more stands behind", public=True)
def surplus_before():
    def conv2d(X, K, b, s, padding):
        kernel_height, kernel_width = K.shape[:2]
        if padding == "same":
            ends = []
            for size, k in ((X.shape[1], kernel_height), (X.shape[2], kernel_width)):
                p = max((-(-size // s) - 1) * s + k - size, 0)
                ends.append((p - p // 2, p // 2))
            X = np.pad(X, [(0, 0), *ends, (0, 0)])
        kh, kw, _, m = K.shape
        rows, columns = (X.shape[1] - kh) // s + 1, (X.shape[2] - kw) // s + 1
        Z = np.zeros((len(X), rows, columns, m)) + b
        for u in range(kh):
            for v in range(kw):
                Z += X[:, u : u + s * rows : s, v : v + s * columns : s] @ K[u, v]
        return Z


@mistake(CONV, says="channels of the kernel are swapped|not right|mismatch|operand|shape")
def channel_order_of_the_kernel():
    def conv2d(X, K, b, s, padding):
        if padding == "same":
            ends = []
            for size, k in ((X.shape[1], K.shape[0]), (X.shape[2], K.shape[1])):
                p = max((-(-size // s) - 1) * s + k - size, 0)
                ends.append((p // 2, p - p // 2))
            X = np.pad(X, [(0, 0), *ends, (0, 0)])
        kh, kw, _, m = K.shape
        rows, columns = (X.shape[1] - kh) // s + 1, (X.shape[2] - kw) // s + 1
        Z = np.zeros((len(X), rows, columns, m)) + b
        for u in range(kh):
            for v in range(kw):
                Z += X[:, u : u + s * rows : s, v : v + s * columns : s] @ K[u, v].T
        return Z


@mistake(CONV, says="shape", public=True)
def channels_first():
    def conv2d(X, K, b, s, padding):
        if padding == "same":
            ends = []
            for size, k in ((X.shape[1], K.shape[0]), (X.shape[2], K.shape[1])):
                p = max((-(-size // s) - 1) * s + k - size, 0)
                ends.append((p // 2, p - p // 2))
            X = np.pad(X, [(0, 0), *ends, (0, 0)])
        kh, kw, _, m = K.shape
        rows, columns = (X.shape[1] - kh) // s + 1, (X.shape[2] - kw) // s + 1
        Z = np.zeros((len(X), rows, columns, m)) + b
        for u in range(kh):
            for v in range(kw):
                Z += X[:, u : u + s * rows : s, v : v + s * columns : s] @ K[u, v]
        return np.moveaxis(Z, -1, 1)


@mistake([TIES], says="only the first of them", public=True)
def ties_all_win():
    def max_pool_backward(X, k, s, G):
        dX = np.zeros(X.shape)
        for b, i, j, q in np.ndindex(*G.shape):
            window = X[b, s * i : s * i + k, s * j : s * j + k, q]
            dX[b, s * i : s * i + k, s * j : s * j + k, q] += (window == window.max()) * G[
                b, i, j, q
            ]
        return dX


@mistake([TIES], says="they do not share|only the first", public=True)
def ties_share():
    def max_pool_backward(X, k, s, G):
        dX = np.zeros(X.shape)
        for b, i, j, q in np.ndindex(*G.shape):
            window = X[b, s * i : s * i + k, s * j : s * j + k, q]
            won = window == window.max()
            dX[b, s * i : s * i + k, s * j : s * j + k, q] += won / won.sum() * G[b, i, j, q]
        return dX


# -- mistakes that students make too -----------------------------------------------------------


@mistake(["hidden-output_size"], says="first place counts", public=True)
def first_place_forgotten():
    def output_size(n, k, s, padding):
        return (n - k) // s if padding == "valid" else -(-n // s)


@mistake(["hidden-output_size"], says="rounded up", public=True)
def same_rounded_down():
    def output_size(n, k, s, padding):
        return (n - k) // s + 1 if padding == "valid" else n // s


@mistake(["hidden-output_size"], says="stride is missing|stride counts", public=True)
def stride_of_one():
    def output_size(n, k, s, padding):
        return n - k + 1 if padding == "valid" else n


@mistake(["hidden-output_size"], says="round down|stick out", public=True)
def valid_rounded_up():
    def output_size(n, k, s, padding):
        return -(-(n - k) // s) + 1 if padding == "valid" else -(-n // s)


@mistake(["hidden-output_size"], says="stride counts as well", public=True)
def same_size_whatever_the_stride():
    def output_size(n, k, s, padding):
        return (n - k) // s + 1 if padding == "valid" else n


@mistake([SAME], says="stride changes")
def padding_without_the_stride():
    def conv2d(X, K, b, s, padding):
        kernel_height, kernel_width = K.shape[:2]
        if padding == "same":
            ends = [((k - 1) // 2, k // 2) for k in (kernel_height, kernel_width)]
            X = np.pad(X, [(0, 0), *ends, (0, 0)])
        kh, kw, _, m = K.shape
        rows, columns = (X.shape[1] - kh) // s + 1, (X.shape[2] - kw) // s + 1
        Z = np.zeros((len(X), rows, columns, m)) + b
        for u in range(kh):
            for v in range(kw):
                Z += X[:, u : u + s * rows : s, v : v + s * columns : s] @ K[u, v]
        return Z


@mistake([SAME], says="swapped", public=True)
def height_for_width():
    def conv2d(X, K, b, s, padding):
        kernel_height, kernel_width = K.shape[:2]
        if padding == "same":
            ends = []
            for size, k in ((X.shape[1], kernel_width), (X.shape[2], kernel_height)):
                p = max((-(-size // s) - 1) * s + k - size, 0)
                ends.append((p // 2, p - p // 2))
            X = np.pad(X, [(0, 0), *ends, (0, 0)])
        kh, kw, _, m = K.shape
        rows, columns = (X.shape[1] - kh) // s + 1, (X.shape[2] - kw) // s + 1
        Z = np.zeros((len(X), rows, columns, m)) + b
        for u in range(kh):
            for v in range(kw):
                Z += X[:, u : u + s * rows : s, v : v + s * columns : s] @ K[u, v]
        return Z


@mistake([SAME], says="shape|different from", public=True)
def channels_padded_too():
    def conv2d(X, K, b, s, padding):
        kernel_height, kernel_width = K.shape[:2]
        if padding == "same":
            ends = []
            for size, k in ((X.shape[1], kernel_height), (X.shape[2], kernel_width)):
                p = max((-(-size // s) - 1) * s + k - size, 0)
                ends.append((p // 2, p - p // 2))
            X = np.pad(X, [(0, 0), *ends, ends[0]])
        kh, kw, _, m = K.shape
        rows, columns = (X.shape[1] - kh) // s + 1, (X.shape[2] - kw) // s + 1
        Z = np.zeros((len(X), rows, columns, m)) + b
        for u in range(kh):
            for v in range(kw):
                Z += X[:, u : u + s * rows : s, v : v + s * columns : s] @ K[u, v]
        return Z


@mistake([SAME], says="negative|raised", public=False)
def padding_below_zero():
    def conv2d(X, K, b, s, padding):
        kernel_height, kernel_width = K.shape[:2]
        if padding == "same":
            ends = []
            for size, k in ((X.shape[1], kernel_height), (X.shape[2], kernel_width)):
                p = (-(-size // s) - 1) * s + k - size
                ends.append((p // 2, p - p // 2))
            X = np.pad(X, [(0, 0), *ends, (0, 0)])
        kh, kw, _, m = K.shape
        rows, columns = (X.shape[1] - kh) // s + 1, (X.shape[2] - kw) // s + 1
        Z = np.zeros((len(X), rows, columns, m)) + b
        for u in range(kh):
            for v in range(kw):
                Z += X[:, u : u + s * rows : s, v : v + s * columns : s] @ K[u, v]
        return Z


@mistake(CONV, says="biases are missing", public=True)
def no_bias():
    def conv2d(X, K, b, s, padding):
        if padding == "same":
            ends = []
            for size, k in ((X.shape[1], K.shape[0]), (X.shape[2], K.shape[1])):
                p = max((-(-size // s) - 1) * s + k - size, 0)
                ends.append((p // 2, p - p // 2))
            X = np.pad(X, [(0, 0), *ends, (0, 0)])
        kh, kw, _, m = K.shape
        rows, columns = (X.shape[1] - kh) // s + 1, (X.shape[2] - kw) // s + 1
        Z = np.zeros((len(X), rows, columns, m))
        for u in range(kh):
            for v in range(kw):
                Z += X[:, u : u + s * rows : s, v : v + s * columns : s] @ K[u, v]
        return Z


@mistake(CONV, says="stride is missing|shape", public=True)
def stride_ignored():
    def conv2d(X, K, b, s, padding):
        if padding == "same":
            ends = []
            for size, k in ((X.shape[1], K.shape[0]), (X.shape[2], K.shape[1])):
                p = max((-(-size // s) - 1) * s + k - size, 0)
                ends.append((p // 2, p - p // 2))
            X = np.pad(X, [(0, 0), *ends, (0, 0)])
        kh, kw, _, m = K.shape
        rows, columns = X.shape[1] - kh + 1, X.shape[2] - kw + 1
        Z = np.zeros((len(X), rows, columns, m)) + b
        for u in range(kh):
            for v in range(kw):
                Z += X[:, u : u + rows, v : v + columns] @ K[u, v]
        return Z


@mistake(CONV, says="first channel", public=True)
def first_channel_only():
    def conv2d(X, K, b, s, padding):
        if padding == "same":
            ends = []
            for size, k in ((X.shape[1], K.shape[0]), (X.shape[2], K.shape[1])):
                p = max((-(-size // s) - 1) * s + k - size, 0)
                ends.append((p // 2, p - p // 2))
            X = np.pad(X, [(0, 0), *ends, (0, 0)])
        kh, kw, _, m = K.shape
        rows, columns = (X.shape[1] - kh) // s + 1, (X.shape[2] - kw) // s + 1
        Z = np.zeros((len(X), rows, columns, m)) + b
        for u in range(kh):
            for v in range(kw):
                Z += X[:, u : u + s * rows : s, v : v + s * columns : s, :1] @ K[u, v, :1]
        return Z


@mistake(CONV, says="changed its argument", public=True)
def biases_in_place():
    def conv2d(X, K, b, s, padding):
        if padding == "same":
            ends = []
            for size, k in ((X.shape[1], K.shape[0]), (X.shape[2], K.shape[1])):
                p = max((-(-size // s) - 1) * s + k - size, 0)
                ends.append((p // 2, p - p // 2))
            X = np.pad(X, [(0, 0), *ends, (0, 0)])
        b *= 2
        kh, kw, _, m = K.shape
        rows, columns = (X.shape[1] - kh) // s + 1, (X.shape[2] - kw) // s + 1
        Z = np.zeros((len(X), rows, columns, m)) + b / 2
        for u in range(kh):
            for v in range(kw):
                Z += X[:, u : u + s * rows : s, v : v + s * columns : s] @ K[u, v]
        b /= 2
        b += 1
        return Z


@mistake(["hidden-conv2d-shapes"], says="raised|whole numbers|not right")
def dtype_of_the_picture():
    def conv2d(X, K, b, s, padding):
        if padding == "same":
            ends = []
            for size, k in ((X.shape[1], K.shape[0]), (X.shape[2], K.shape[1])):
                p = max((-(-size // s) - 1) * s + k - size, 0)
                ends.append((p // 2, p - p // 2))
            X = np.pad(X, [(0, 0), *ends, (0, 0)])
        kh, kw, _, m = K.shape
        rows, columns = (X.shape[1] - kh) // s + 1, (X.shape[2] - kw) // s + 1
        Z = np.zeros((len(X), rows, columns, m), dtype=X.dtype)
        for i in range(rows):
            for j in range(columns):
                patch = X[:, s * i : s * i + kh, s * j : s * j + kw]
                Z[:, i, j] = np.tensordot(patch, K, 3) + b
        return Z


@mistake([PICTURE], says="they add up|add up", public=True)
def shares_overwritten():
    def conv2d_backward(X, K, s, G):
        dX, dK = np.zeros(X.shape), np.zeros(K.shape)
        kh, kw = K.shape[:2]
        for i in range(G.shape[1]):
            for j in range(G.shape[2]):
                rows, columns = slice(s * i, s * i + kh), slice(s * j, s * j + kw)
                dX[:, rows, columns] = np.einsum("nf,uvqf->nuvq", G[:, i, j], K)
                dK += np.einsum("nuvq,nf->uvqf", X[:, rows, columns], G[:, i, j])
        return dX, dK, G.sum(axis=(0, 1, 2))


@mistake([PICTURE], says="once too often", public=True)
def kernel_turned_on_the_way_back():
    def conv2d_backward(X, K, s, G):
        dX, dK = np.zeros(X.shape), np.zeros(K.shape)
        kh, kw = K.shape[:2]
        for i in range(G.shape[1]):
            for j in range(G.shape[2]):
                rows, columns = slice(s * i, s * i + kh), slice(s * j, s * j + kw)
                dX[:, rows, columns] += np.einsum("nf,uvqf->nuvq", G[:, i, j], K[::-1, ::-1])
                dK += np.einsum("nuvq,nf->uvqf", X[:, rows, columns], G[:, i, j])
        return dX, dK, G.sum(axis=(0, 1, 2))


@mistake([KERNEL], says="turned around", public=True)
def gradient_of_the_kernel_turned():
    def conv2d_backward(X, K, s, G):
        dX, dK = np.zeros(X.shape), np.zeros(K.shape)
        kh, kw = K.shape[:2]
        for i in range(G.shape[1]):
            for j in range(G.shape[2]):
                rows, columns = slice(s * i, s * i + kh), slice(s * j, s * j + kw)
                dX[:, rows, columns] += np.einsum("nf,uvqf->nuvq", G[:, i, j], K)
                dK += np.einsum("nuvq,nf->uvqf", X[:, rows, columns], G[:, i, j])
        return dX, dK[::-1, ::-1], G.sum(axis=(0, 1, 2))


@mistake([KERNEL], says="only the last one is left", public=False)
def last_place_only():
    def conv2d_backward(X, K, s, G):
        dX, dK = np.zeros(X.shape), np.zeros(K.shape)
        kh, kw = K.shape[:2]
        for i in range(G.shape[1]):
            for j in range(G.shape[2]):
                rows, columns = slice(s * i, s * i + kh), slice(s * j, s * j + kw)
                dX[:, rows, columns] += np.einsum("nf,uvqf->nuvq", G[:, i, j], K)
                dK = np.einsum("nuvq,nf->uvqf", X[:, rows, columns], G[:, i, j])
        return dX, dK, G.sum(axis=(0, 1, 2))


@mistake([KERNEL, BIAS], says="number of pictures")
def mean_over_the_batch():
    def conv2d_backward(X, K, s, G):
        dX, dK = np.zeros(X.shape), np.zeros(K.shape)
        kh, kw = K.shape[:2]
        for i in range(G.shape[1]):
            for j in range(G.shape[2]):
                rows, columns = slice(s * i, s * i + kh), slice(s * j, s * j + kw)
                dX[:, rows, columns] += np.einsum("nf,uvqf->nuvq", G[:, i, j], K)
                dK += np.einsum("nuvq,nf->uvqf", X[:, rows, columns], G[:, i, j])
        n = max(1, len(X))
        return dX, dK / n, G.sum(axis=(0, 1, 2)) / n


@mistake([BIAS], says="not a mean|Sums", public=True)
def mean_of_the_bias():
    def conv2d_backward(X, K, s, G):
        dX, dK = np.zeros(X.shape), np.zeros(K.shape)
        kh, kw = K.shape[:2]
        for i in range(G.shape[1]):
            for j in range(G.shape[2]):
                rows, columns = slice(s * i, s * i + kh), slice(s * j, s * j + kw)
                dX[:, rows, columns] += np.einsum("nf,uvqf->nuvq", G[:, i, j], K)
                dK += np.einsum("nuvq,nf->uvqf", X[:, rows, columns], G[:, i, j])
        return dX, dK, G.sum(axis=(0, 1, 2)) / max(1, G[..., 0].size)


@mistake([BIAS], says="shape", public=True)
def bias_not_summed():
    def conv2d_backward(X, K, s, G):
        dX, dK = np.zeros(X.shape), np.zeros(K.shape)
        kh, kw = K.shape[:2]
        for i in range(G.shape[1]):
            for j in range(G.shape[2]):
                rows, columns = slice(s * i, s * i + kh), slice(s * j, s * j + kw)
                dX[:, rows, columns] += np.einsum("nf,uvqf->nuvq", G[:, i, j], K)
                dK += np.einsum("nuvq,nf->uvqf", X[:, rows, columns], G[:, i, j])
        return dX, dK, G.sum(axis=0)


@mistake([POOL], says="means", public=True)
def mean_pooled():
    def max_pool(X, k, s):
        return np.lib.stride_tricks.sliding_window_view(X, (k, k), axis=(1, 2))[:, ::s, ::s].mean(
            axis=(-2, -1)
        )


@mistake([POOL], says="one stride apart|not one width", public=True)
def stride_of_the_width():
    def max_pool(X, k, s):
        return np.lib.stride_tricks.sliding_window_view(X, (k, k), axis=(1, 2))[:, ::k, ::k].max(
            axis=(-2, -1)
        )


@mistake([POOL], says="below zero")
def largest_begins_at_zero():
    def max_pool(X, k, s):
        rows, columns = (X.shape[1] - k) // s + 1, (X.shape[2] - k) // s + 1
        A = np.zeros((len(X), rows, columns, X.shape[3]))
        for u in range(k):
            for v in range(k):
                A = np.maximum(A, X[:, u : u + s * rows : s, v : v + s * columns : s])
        return A


@mistake([BACK, TIES], says="mean shares|not right|first of them")
def shared_as_a_mean():
    def max_pool_backward(X, k, s, G):
        dX = np.zeros(X.shape)
        for b, i, j, q in np.ndindex(*G.shape):
            dX[b, s * i : s * i + k, s * j : s * j + k, q] += G[b, i, j, q] / k**2
        return dX


@mistake([BACK, TIES], says="get a 1|not right")
def ones_for_winners():
    def max_pool_backward(X, k, s, G):
        dX = np.zeros(X.shape)
        for b, i, j, q in np.ndindex(*G.shape):
            window = X[b, s * i : s * i + k, s * j : s * j + k, q]
            u, v = np.unravel_index(window.argmax(), window.shape)
            dX[b, s * i + u, s * j + v, q] += 1
        return dX


@mistake([TIES], says="wins|add up", public=True)
def overlaps_overwritten():
    def max_pool_backward(X, k, s, G):
        dX = np.zeros(X.shape)
        for b, i, j, q in np.ndindex(*G.shape):
            window = X[b, s * i : s * i + k, s * j : s * j + k, q]
            u, v = np.unravel_index(window.argmax(), window.shape)
            dX[b, s * i + u, s * j + v, q] = G[b, i, j, q]
        return dX


@mistake([TIES], says="last of the largest", public=True)
def last_winner():
    def max_pool_backward(X, k, s, G):
        dX = np.zeros(X.shape)
        for b, i, j, q in np.ndindex(*G.shape):
            window = X[b, s * i : s * i + k, s * j : s * j + k, q]
            u, v = np.argwhere(window == window.max())[-1]
            dX[b, s * i + u, s * j + v, q] += G[b, i, j, q]
        return dX


@mistake(["hidden-parameter_count"], says="biases are missing", public=True)
def weights_only():
    def parameter_count(shape, layers):
        total, (h, w, c) = 0, shape
        for kind, *numbers in layers:
            if kind == "conv":
                m, k = numbers
                total, h, w, c = total + k * k * c * m, h - k + 1, w - k + 1, m
            elif kind == "pool":
                h, w = h // numbers[0], w // numbers[0]
            elif kind == "dense":
                total, h, w, c = total + h * w * c * numbers[0], 1, 1, numbers[0]
        return total


@mistake(["hidden-parameter_count"], says="makes the maps smaller", public=True)
def maps_keep_their_size():
    def parameter_count(shape, layers):
        total, (h, w, c) = 0, shape
        for kind, *numbers in layers:
            if kind == "conv":
                m, k = numbers
                total, c = total + (k * k * c + 1) * m, m
            elif kind == "pool":
                h, w = h // numbers[0], w // numbers[0]
            elif kind == "dense":
                total, h, w, c = total + (h * w * c + 1) * numbers[0], 1, 1, numbers[0]
        return total


@mistake(["hidden-parameter_count"], says="all channels that come in", public=True)
def kernels_without_depth():
    def parameter_count(shape, layers):
        total, (h, w, c) = 0, shape
        for kind, *numbers in layers:
            if kind == "conv":
                m, k = numbers
                total, h, w, c = total + (k * k + 1) * m, h - k + 1, w - k + 1, m
            elif kind == "pool":
                h, w = h // numbers[0], w // numbers[0]
            elif kind == "dense":
                total, h, w, c = total + (h * w * c + 1) * numbers[0], 1, 1, numbers[0]
        return total


@mistake(["hidden-sloping_kernels"], says="not zero where nothing changes", public=False)
def corners_that_do_not_cancel():
    def sloping_kernels():
        first = np.array([[-1.0, -1.0, 1.0], [-1.0, 0.0, 1.0], [-1.0, 1.0, 1.0]])
        return np.array([first, np.flipud(first)]).transpose(1, 2, 0)[:, :, None]


@mistake(["hidden-sloping_kernels"], says="kernels swapped", public=True)
def kernels_in_the_other_order():
    def sloping_kernels():
        first = np.array([[-1.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
        return np.array([np.flipud(first), first]).transpose(1, 2, 0)[:, :, None]


@mistake(["hidden-sloping_kernels"], says="nowhere less|brighter", public=True)
def edges_of_the_wrong_sign():
    def sloping_kernels():
        first = np.array([[1.0, 1.0, 0.0], [1.0, 0.0, -1.0], [0.0, -1.0, -1.0]])
        return np.array([first, np.flipud(first)]).transpose(1, 2, 0)[:, :, None]


@mistake(
    ["hidden-sloping_kernels"], says="along ↗ nothing changes|first kernel is not zero", public=True
)
def edges_upright_and_level():
    def sloping_kernels():
        right = np.array([[-1.0, 0.0, 1.0]] * 3)
        return np.stack([right, right.T], axis=-1)[:, :, None]


@mistake(["hidden-sloping_kernels"], says="first kernel is negative", public=False)
def one_side_diagonal_turned():
    def sloping_kernels():
        first = np.array([[-1.0, -1.0, 0.0], [1.0, 0.0, 1.0], [0.0, -1.0, 1.0]])
        return np.array([first, np.flipud(first)]).transpose(1, 2, 0)[:, :, None]


@mistake([POOL], says="stick out has no place", public=True)
def windows_that_stick_out():
    def max_pool(X, k, s):
        n, h, w, c = X.shape
        A = np.zeros((n, -(-(h - k) // s) + 1, -(-(w - k) // s) + 1, c))
        for i in range(A.shape[1]):
            for j in range(A.shape[2]):
                A[:, i, j] = X[:, i * s : i * s + k, j * s : j * s + k].max(axis=(1, 2))
        return A


@mistake([BACK], says="not right|some numbers", public=False)
def nearly_the_largest():
    def max_pool_backward(X, k, s, G):
        dX = np.zeros(X.shape)
        for n, i, j, q in np.ndindex(*G.shape):
            P = X[n, i * s : i * s + k, j * s : j * s + k, q]
            u, v = np.argwhere(np.isclose(P, P.max()))[0]
            dX[n, i * s + u, j * s + v, q] += G[n, i, j, q]
        return dX


gradient_in_the_dtype_of_the_maps = replaced(
    "gradient_in_the_dtype_of_the_maps",
    "max_pool_backward",
    nearly_the_largest.answers["max_pool_backward"],
    [
        ("np.zeros(X.shape)", "np.zeros_like(X)"),
        ("np.argwhere(np.isclose(P, P.max()))[0]", "np.unravel_index(P.argmax(), P.shape)"),
    ],
    loses=[BACK],
    says="not right",
)
maps_in_the_dtype_of_the_kernel = replaced(
    "maps_in_the_dtype_of_the_kernel",
    "conv2d",
    dtype_of_the_picture.answers["conv2d"],
    [("dtype=X.dtype", "dtype=K.dtype")],
    loses=["hidden-conv2d-shapes"],
    says="fractional part is cut off",
)
gradient_in_the_dtype_of_the_pictures = replaced(
    "gradient_in_the_dtype_of_the_pictures",
    "conv2d_backward",
    shares_overwritten.answers["conv2d_backward"],
    [
        ("np.zeros(X.shape)", "np.zeros_like(X)"),
        ("dX[:, rows, columns] = np", "dX[:, rows, columns] = dX[:, rows, columns] + np"),
    ],
    loses=[PICTURE],
    says="not right|whole",
)


@mistake(["hidden-sloping_kernels"], says="nowhere less|not zero", public=True)
def one_kernel_for_all_edges():
    def sloping_kernels():
        every = np.array([[-1.0, -1.0, -1.0], [-1.0, 8.0, -1.0], [-1.0, -1.0, -1.0]])
        return np.stack([every, every], axis=-1)[:, :, None]


@mistake(["hidden-sloping_kernels"], says="second .* zero", public=True)
def the_second_turned_by_a_half():
    def sloping_kernels():
        first = np.array([[-1.0, -1.0, 0.0], [-1.0, 0.0, 1.0], [0.0, 1.0, 1.0]])
        return np.array([first, first[::-1, ::-1]]).transpose(1, 2, 0)[:, :, None]


@mistake(["hidden-sloping_kernels"], says="second kernel is negative|less than 0.1", public=False)
def the_second_looks_downwards():
    def sloping_kernels():
        first = np.array([[-1.0, -1.0, 0.0], [-1.0, 0.0, 1.0], [0.0, 1.0, 1.0]])
        return np.array([first, np.fliplr(first)]).transpose(1, 2, 0)[:, :, None]


@mistake(["hidden-dense_as_kernel"], says="side by side", public=True)
def flattened_channel_by_channel():
    def dense_as_kernel(W, h, w):
        return np.moveaxis(W.reshape(-1, h, w, W.shape[1]), 0, 2)


@mistake(["hidden-dense_as_kernel"], says="those that go out|shape", public=True)
def weights_transposed():
    def dense_as_kernel(W, h, w):
        return W.T.reshape(h, w, W.shape[1], -1)


@mistake(["hidden-dense_as_kernel"], says="turned around", public=True)
def turned_as_for_a_true_convolution():
    def dense_as_kernel(W, h, w):
        return W.reshape(h, w, -1, W.shape[1])[::-1, ::-1]


# -- other right answers -----------------------------------------------------------------------


@alternative
def loops_all_the_way():
    def output_size(n, k, s, padding):
        if padding == "same":
            return len(range(0, n, s))
        return len(range(0, n - k + 1, s))

    def conv2d(X, K, b, s, padding):
        if padding == "same":
            n, h, w, c = X.shape
            down = max(((h + s - 1) // s - 1) * s + K.shape[0] - h, 0)
            right = max(((w + s - 1) // s - 1) * s + K.shape[1] - w, 0)
            larger = np.zeros((n, h + down, w + right, c))
            larger[:, down // 2 : down // 2 + h, right // 2 : right // 2 + w] = X
            X = larger
        kh, kw, c, m = K.shape
        rows, columns = (X.shape[1] - kh) // s + 1, (X.shape[2] - kw) // s + 1
        Z = np.zeros((len(X), rows, columns, m))
        for n, i, j, f in np.ndindex(*Z.shape):
            Z[n, i, j, f] = b[f]
            for u, v, q in np.ndindex(kh, kw, c):
                Z[n, i, j, f] += X[n, s * i + u, s * j + v, q] * K[u, v, q, f]
        return Z

    def conv2d_backward(X, K, s, G):
        dX, dK, db = np.zeros(X.shape), np.zeros(K.shape), np.zeros(K.shape[3])
        kh, kw, c, _ = K.shape
        for n, i, j, f in np.ndindex(*G.shape):
            db[f] += G[n, i, j, f]
            for u, v, q in np.ndindex(kh, kw, c):
                dX[n, s * i + u, s * j + v, q] += K[u, v, q, f] * G[n, i, j, f]
                dK[u, v, q, f] += X[n, s * i + u, s * j + v, q] * G[n, i, j, f]
        return dX, dK, db

    def max_pool(X, k, s):
        rows, columns = (X.shape[1] - k) // s + 1, (X.shape[2] - k) // s + 1
        A = np.empty((len(X), rows, columns, X.shape[3]))
        for i in range(rows):
            for j in range(columns):
                A[:, i, j] = X[:, s * i : s * i + k, s * j : s * j + k].max(axis=(1, 2))
        return A

    def max_pool_backward(X, k, s, G):
        dX = np.zeros(X.shape)
        for n, i, j, q in np.ndindex(*G.shape):
            best = None
            for u in range(k):
                for v in range(k):
                    value = X[n, s * i + u, s * j + v, q]
                    if best is None or value > best[0]:
                        best = value, s * i + u, s * j + v
            dX[n, best[1], best[2], q] += G[n, i, j, q]
        return dX

    def parameter_count(shape, layers):
        total, (h, w, c) = 0, shape
        for layer in layers:
            if layer[0] == "conv":
                total += layer[1] * (layer[2] ** 2 * c) + layer[1]
                h, w, c = h - layer[2] + 1, w - layer[2] + 1, layer[1]
            if layer[0] == "pool":
                h, w = h // layer[1], w // layer[1]
            if layer[0] == "dense":
                total += h * w * c * layer[1] + layer[1]
                h, w, c = 1, 1, layer[1]
        return total

    def sloping_kernels():
        K = np.zeros((3, 3, 1, 2))
        K[0, 0, 0, 0], K[2, 2, 0, 0] = -0.5, 0.5
        K[2, 0, 0, 1], K[0, 2, 0, 1] = -0.5, 0.5
        return K

    def dense_as_kernel(W, h, w):
        c = W.shape[0] // (h * w)
        K = np.zeros((h, w, c, W.shape[1]))
        for row, (i, j, q) in enumerate(np.ndindex(h, w, c)):
            K[i, j, q] = W[row]
        return K


@alternative
def matrix_products():
    def output_size(n, k, s, padding):
        return int(np.ceil(n / s)) if padding == "same" else int(np.floor((n - k) / s)) + 1

    def conv2d(X, K, b, s, padding):
        def ends(size, k):
            rest = size % s or s
            p = max(k - rest, 0) if padding == "same" else 0
            return p // 2, (p + 1) // 2

        X = np.pad(X, ((0, 0), ends(X.shape[1], K.shape[0]), ends(X.shape[2], K.shape[1]), (0, 0)))
        kh, kw, c, m = K.shape
        windows = np.lib.stride_tricks.sliding_window_view(X, (kh, kw), axis=(1, 2))[:, ::s, ::s]
        rows = windows.transpose(0, 1, 2, 4, 5, 3).reshape(-1, kh * kw * c)
        return (rows @ K.reshape(-1, m)).reshape(*windows.shape[:3], m) + b

    def conv2d_backward(X, K, s, G):
        kh, kw, c, m = K.shape
        windows = np.lib.stride_tricks.sliding_window_view(X, (kh, kw), axis=(1, 2))[:, ::s, ::s]
        rows = windows.transpose(0, 1, 2, 4, 5, 3).reshape(-1, kh * kw * c)
        g = G.reshape(-1, m)
        # A full correlation of the spread gradient with the turned kernel.
        n, h, w, _ = X.shape
        spread = np.zeros((n, h - kh + 1, w - kw + 1, m))
        spread[:, ::s, ::s][:, : G.shape[1], : G.shape[2]] = G
        padded = np.pad(spread, ((0, 0), (kh - 1, kh - 1), (kw - 1, kw - 1), (0, 0)))
        around = np.lib.stride_tricks.sliding_window_view(padded, (kh, kw), axis=(1, 2))
        dX = np.einsum("nijfuv,uvqf->nijq", around, K[::-1, ::-1])
        return dX, (rows.T @ g).reshape(K.shape), g.sum(axis=0)

    def max_pool(X, k, s):
        rows, columns = (X.shape[1] - k) // s + 1, (X.shape[2] - k) // s + 1
        parts = [
            X[:, u : u + s * rows : s, v : v + s * columns : s] for u in range(k) for v in range(k)
        ]
        return np.max(parts, axis=0)

    def max_pool_backward(X, k, s, G):
        rows, columns = G.shape[1:3]
        parts = np.array(
            [
                X[:, u : u + s * rows : s, v : v + s * columns : s]
                for u in range(k)
                for v in range(k)
            ]
        )
        winner = parts.argmax(axis=0)
        dX = np.zeros(X.shape)
        for index in range(k * k):
            u, v = divmod(index, k)
            dX[:, u : u + s * rows : s, v : v + s * columns : s] += np.where(winner == index, G, 0)
        return dX

    def parameter_count(shape, layers):
        if not layers:
            return 0
        (kind, *numbers), rest = layers[0], layers[1:]
        if kind == "conv":
            m, k = numbers
            after = (shape[0] - k + 1, shape[1] - k + 1, m)
            return m * (k**2 * shape[2] + 1) + parameter_count(after, rest)
        if kind == "pool":
            k = numbers[0]
            return parameter_count((shape[0] // k, shape[1] // k, shape[2]), rest)
        if kind == "flatten":
            return parameter_count((int(np.prod(shape)),), rest)
        return numbers[0] * (shape[0] + 1) + parameter_count((numbers[0],), rest)

    def sloping_kernels():
        sobel = np.array([[-2, -1, 0], [-1, 0, 1], [0, 1, 2]])
        return np.array([sobel, np.rot90(sobel)]).transpose(1, 2, 0).reshape(3, 3, 1, 2)

    def dense_as_kernel(W, h, w):
        return np.array(np.split(W, h * w)).reshape(h, w, len(W) // (h * w), -1)
