"""Mistakes and other right answers for the exercise ``activations``."""

# ruff: noqa: B905, F821, RUF005, SIM108  # answers are written as students write them, with the notebook's names

import numpy as np

from tests.exercises.harness import alternative, mistake

# -- mistakes of the syllabus ------------------------------------------------------------------


# Swish and tanh build on the sigmoid, and fall with it.
@mistake(
    ["hidden-sigmoid-extremes", "hidden-tanh", "hidden-swish-extremes"],
    says="warned: .*overflow",
    public=True,
)
def overflow():
    def sigmoid(z):
        a = 1 / (1 + np.exp(-z))
        return a, a * (1 - a)


@mistake(["hidden-relu-kink"], says="At z = 0 the slope is 0", public=True)
def derivative_at_zero():
    def relu(z):
        return np.maximum(z, 0), (z >= 0).astype(z.dtype)


@mistake(["hidden-leaky_relu-care"], says="At z = 0 the slope is alpha", public=True)
def leaky_derivative_at_zero():
    def leaky_relu(z, alpha):
        slopes = np.where(z >= 0, 1.0, alpha).astype(z.dtype)
        return slopes * z, slopes


@mistake(
    ["hidden-sigmoid-slope", "hidden-sigmoid-extremes", "hidden-sigmoid-float32"]
    + ["hidden-swish-slope", "hidden-swish-extremes", "hidden-survival"],
    says="not right|activation",
    public=True,
)
def derivative_as_a_function_of_the_output():
    def sigmoid(z):
        small = np.exp(-np.abs(z))
        a = np.where(z >= 0, 1 / (1 + small), small / (1 + small))
        return a, z * (1 - z)


@mistake(["hidden-tanh-slope", "hidden-survival"], says="activation|not right", public=True)
def slope_of_tanh_at_the_output():
    def tanh(z):
        a = 2 * sigmoid(2 * z)[0] - 1
        return a, 1 - np.tanh(a) ** 2


# -- mistakes that students make too -----------------------------------------------------------


@mistake(
    ["hidden-sigmoid-float32", "hidden-tanh-float32", "hidden-swish-extremes"],
    says="the dtype is float64, where float32 was expected",
    public=True,
)
def everything_in_float64():
    def sigmoid(z):
        z = np.asarray(z, dtype=float)
        small = np.exp(-np.abs(z))
        a = np.where(z >= 0, 1 / (1 + small), small / (1 + small))
        return a, a * (1 - a)


@mistake(
    ["hidden-sigmoid-extremes", "hidden-tanh", "hidden-swish-extremes"],
    says=r"warned: .*overflow.* \(in line 2 of your cell: `a = np.where|warned: .*overflow",
    public=True,
)
def both_forms_evaluated():
    def sigmoid(z):
        a = np.where(z >= 0, 1 / (1 + np.exp(-z)), np.exp(z) / (1 + np.exp(z)))
        return a, a * (1 - a)


@mistake(
    ["hidden-sigmoid-extremes", "hidden-tanh", "hidden-swish-extremes"], says="warned: .*overflow"
)
def clipped_for_float64_only():
    def sigmoid(z):
        a = 1 / (1 + np.exp(-np.clip(z, -700, 700)))
        return a, a * (1 - a)


@mistake(["hidden-tanh"], says="warned: .*overflow", public=True)
def tanh_by_exponentials():
    def tanh(z):
        a = (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z))
        return a, 1 - a**2


@mistake(["hidden-tanh"], says="warned: .*overflow", public=True)
def tanh_by_one_exponential():
    def tanh(z):
        a = 2 / (1 + np.exp(-2 * z)) - 1
        return a, 1 - a**2


@mistake(["hidden-tanh"], says="warned: .*overflow", public=True)
def slope_of_tanh_by_cosh():
    def tanh(z):
        return np.tanh(z), 1 / np.cosh(z) ** 2


@mistake(["hidden-tanh"], says="warned: .*overflow")
def tanh_clipped_for_float64_only():
    def tanh(z):
        z = np.clip(z, -300, 300)
        a = (np.exp(2 * z) - 1) / (np.exp(2 * z) + 1)
        return a, 1 - a**2


@mistake(["hidden-tanh-float32"], says="the dtype is float64, where float32 was expected")
def tanh_in_float64():
    def tanh(z):
        a = np.tanh(np.asarray(z, dtype=float))
        return a, 1 - a**2


@mistake(
    ["hidden-tanh-slope", "hidden-tanh-float32", "hidden-survival"],
    says="slope of the sigmoid|not right",
    public=True,
)
def tanh_with_the_slope_of_its_sigmoid():
    def tanh(z):
        a, slope = sigmoid(2 * z)
        return 2 * a - 1, slope


@mistake(
    ["hidden-tanh-slope", "hidden-tanh-float32", "hidden-survival"],
    says="slope of the sigmoid|not right",
    public=True,
)
def tanh_with_the_slope_of_the_sigmoid():
    def tanh(z):
        a, slope = sigmoid(2 * z)[0], sigmoid(z)[1]
        return 2 * a - 1, slope


@mistake(["hidden-relu-kink"], says="in part 2, the dtype is bool, where float", public=True)
def relu_with_truth_values():
    def relu(z):
        return np.maximum(z, 0), z > 0


@mistake(["hidden-relu-kink"], says="in part 2, the dtype is int64, where float", public=True)
def relu_with_whole_slopes():
    def relu(z):
        return np.maximum(z, 0), np.where(z > 0, 1, 0)


@mistake(["hidden-relu-kink"], says="the dtype is float64, where float32 was expected")
def relu_in_float64():
    def relu(z):
        z = z.astype(float)
        return np.maximum(z, 0), np.where(z > 0, 1.0, 0.0)


@mistake(["hidden-relu-kink"], says="raised TypeError")
def relu_for_float64_only():
    def relu(z):
        if z.dtype != float:
            raise TypeError("an array of float64 is needed")
        return np.maximum(z, 0), (z > 0).astype(float)


@mistake(["hidden-relu-kink"], says="not right", public=True)
def relu_one_at_zero():
    def relu(z):
        return np.where(z == 0, 1, np.maximum(z, 0)).astype(z.dtype), (z > 0).astype(z.dtype)


@mistake(["hidden-leaky_relu-care"], says="not right", public=True)
def leaky_alpha_at_zero():
    def leaky_relu(z, alpha):
        slopes = np.where(z > 0, 1.0, alpha).astype(z.dtype)
        return np.where(z == 0, alpha, slopes * z).astype(z.dtype), slopes


@mistake(["hidden-leaky_relu-care"], says="the entry .* is not right")
def leaky_zeros_in_float32():
    def leaky_relu(z, alpha):
        if z.dtype == np.float32:
            return np.zeros_like(z), np.ones_like(z)
        return np.where(z > 0, z, alpha * z), np.where(z > 0, 1.0, alpha)


@mistake(["hidden-leaky_relu-care"], says="not right|the dtype is float16")
def leaky_in_float16():
    def leaky_relu(z, alpha):
        dtype = z.dtype if z.dtype == float else np.float16
        slopes = np.where(z > 0, 1.0, alpha)
        return (slopes * z).astype(dtype), slopes.astype(dtype)


@mistake(["hidden-swish-extremes"], says="the dtype is float64, where float32 was expected")
def swish_in_float64():
    def swish(z):
        z = np.asarray(z, dtype=float)
        gate, slope = sigmoid(z)
        return z * gate, gate + z * slope


@mistake(
    ["hidden-sigmoid", "hidden-tanh", "hidden-swish", "hidden-sigmoid-slope"]
    + ["hidden-sigmoid-extremes", "hidden-sigmoid-float32", "hidden-tanh-slope"]
    + ["hidden-tanh-float32"]
    + ["hidden-swish-slope", "hidden-swish-extremes"],
    says="shape|raised",
    public=True,
)
def one_number_only():
    def sigmoid(z):
        if z >= 0:
            a = 1 / (1 + np.exp(-z))
        else:
            a = np.exp(z) / (1 + np.exp(z))
        return a, a * (1 - a)


@mistake(
    ["hidden-tanh", "hidden-tanh-slope", "hidden-survival"], says="too wide|not right", public=True
)
def tanh_too_wide():
    def tanh(z):
        a = 2 * sigmoid(z)[0] - 1
        return a, 1 - a**2


@mistake(["hidden-tanh-slope", "hidden-survival"], says="square is missing|not right", public=True)
def tanh_slope_without_square():
    def tanh(z):
        a = np.tanh(z)
        return a, 1 - a


@mistake(["hidden-relu", "hidden-relu-kink", "hidden-survival"], says="pair|unpack", public=True)
def activation_without_slope():
    def relu(z):
        return np.maximum(z, 0)


@mistake(
    ["hidden-relu", "hidden-relu-kink", "hidden-survival"], says="left side|not right", public=True
)
def slope_one_everywhere():
    def relu(z):
        slope = np.ones_like(z)
        return np.maximum(z, 0), np.where(z == 0, 0, slope)


@mistake(
    ["hidden-leaky_relu", "hidden-leaky_relu-care"], says="where is alpha|not right", public=True
)
def leaky_without_leak():
    def leaky_relu(z, alpha):
        return np.maximum(z, 0), (z > 0).astype(z.dtype)


@mistake(["hidden-leaky_relu-care"], says="in part 2, the dtype is float64")
def slopes_in_float64():
    def leaky_relu(z, alpha):
        return np.where(z > 0, z, z * z.dtype.type(alpha)), np.where(z > 0, 1.0, alpha)


@mistake(["hidden-relu", "hidden-relu-kink"], says="changed its argument", public=True)
def input_changed():
    def relu(z):
        slope = (z > 0).astype(z.dtype)
        z *= slope
        return z, slope


@mistake(["hidden-swish-slope", "hidden-swish-extremes"], says="two terms|not right", public=True)
def product_rule_forgotten():
    def swish(z):
        gate, _ = sigmoid(z)
        return z * gate, gate


@mistake(
    ["hidden-swish-slope", "hidden-swish-extremes"],
    says="factor z is missing|not right",
    public=True,
)
def product_rule_half():
    def swish(z):
        gate, slope = sigmoid(z)
        return z * gate, gate + slope


@mistake(["hidden-survival"], says="weights are missing", public=True)
def slopes_without_weights():
    def survival(x, w, b, name):
        function = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu}[name]
        a, derivative, derivatives = x, 1.0, []
        for w_l, b_l in zip(w, b):
            a, slope = function(np.array(w_l * a + b_l))
            derivative *= float(slope)
            derivatives.append(derivative)
        return np.array(derivatives)


@mistake(["hidden-survival"], says="one layer alone", public=True)
def factors_not_multiplied():
    def survival(x, w, b, name):
        function = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu}[name]
        a, derivatives = x, []
        for w_l, b_l in zip(w, b):
            a, slope = function(np.array(w_l * a + b_l))
            derivatives.append(float(w_l * slope))
        return np.array(derivatives)


@mistake(["hidden-survival"], says="belongs to the weighted sum", public=True)
def slope_at_the_activation():
    def survival(x, w, b, name):
        function = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu}[name]
        a, derivative, derivatives = x, 1.0, []
        for w_l, b_l in zip(w, b):
            a = function(np.array(w_l * a + b_l))[0]
            derivative *= float(w_l * function(np.array(a))[1])
            derivatives.append(derivative)
        return np.array(derivatives)


@mistake(["hidden-survival"], says="shape|one number", public=True)
def last_layer_only():
    def survival(x, w, b, name):
        function = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu}[name]
        a, derivative = x, 1.0
        for w_l, b_l in zip(w, b):
            a, slope = function(np.array(w_l * a + b_l))
            derivative *= float(w_l * slope)
        return derivative


@mistake(["hidden-survival"], says="belongs to the weighted sum|not right", public=True)
def slope_at_what_arrives():
    def survival(x, w, b, name):
        function = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu}[name]
        a, derivative, derivatives = np.array(x), 1.0, []
        for w_l, b_l in zip(w, b):
            derivative *= float(w_l * function(a)[1])
            a = np.array(function(np.array(w_l * a + b_l))[0])
            derivatives.append(derivative)
        return np.array(derivatives)


@mistake(["hidden-survival"], says="activation of the one before", public=True)
def input_at_every_layer():
    def survival(x, w, b, name):
        function = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu}[name]
        return np.cumprod(w * function(w * x + b)[1])


@mistake(["hidden-survival"], says="name chooses the function", public=True)
def always_the_sigmoid():
    def survival(x, w, b, name):
        a, derivative, derivatives = x, 1.0, []
        for w_l, b_l in zip(w, b):
            a, slope = sigmoid(np.array(w_l * a + b_l))
            derivative *= float(w_l * slope)
            derivatives.append(derivative)
        return np.array(derivatives)


@mistake(
    ["hidden-swish-slope", "hidden-swish-extremes"],
    says="two terms|not right",
    public=True,
)
def product_rule_second_half():
    def swish(z):
        gate, slope = sigmoid(z)
        return z * gate, z * slope


# -- other right answers ------------------------------------------------------------------------


@alternative
def by_numpy():
    def sigmoid(z):
        a = (1 + np.tanh(z / 2)) / 2
        return a, (1 - np.tanh(z / 2) ** 2) / 4

    def tanh(z):
        return np.tanh(z), 1 - np.tanh(z) ** 2

    def relu(z):
        return np.where(z > 0, z, 0), np.where(z > 0, 1.0, 0.0).astype(z.dtype)

    def leaky_relu(z, alpha):
        return np.maximum(z, alpha * z), alpha + (1 - alpha) * (z > 0).astype(z.dtype)

    def swish(z):
        a = (1 + np.tanh(z / 2)) / 2
        return z * a, a * (1 + z * (1 - a))

    def survival(x, w, b, name):
        out = np.zeros(len(w))
        product = 1.0
        for k in range(len(w)):
            z = w[k] * x + b[k]
            if name == "sigmoid":
                x = (1 + np.tanh(z / 2)) / 2
                slope = x * (1 - x)
            elif name == "tanh":
                x = np.tanh(z)
                slope = 1 - x**2
            else:
                x, slope = max(z, 0.0), float(z > 0)
            product *= w[k] * slope
            out[k] = product
        return out


@alternative
def piece_by_piece():
    def sigmoid(z):
        a = np.empty_like(z)
        right = z >= 0
        a[right] = 1 / (1 + np.exp(-z[right]))
        a[~right] = np.exp(z[~right]) / (1 + np.exp(z[~right]))
        return a, a - a * a

    def tanh(z):
        small = np.exp(-2 * np.abs(z))
        a = np.sign(z) * (1 - small) / (1 + small)
        return [a, (1 - a) * (1 + a)]

    def relu(z):
        return (np.abs(z) + z) / 2, np.heaviside(z, 0)

    def leaky_relu(z, alpha):
        values, slopes = z.copy(), np.ones_like(z)
        values[z <= 0] *= alpha
        slopes[z <= 0] = alpha
        return values, slopes

    def swish(z):
        small = np.exp(-np.abs(z))
        gate = np.where(z >= 0, 1, small) / (1 + small)
        return z * gate, gate + z * small / (1 + small) ** 2

    def survival(x, w, b, name):
        function = {"sigmoid": sigmoid, "tanh": tanh, "relu": relu}[name]
        activations, factors = [x], []
        for w_l, b_l in zip(w, b):
            value, slope = function(np.array([w_l * activations[-1] + b_l], dtype=float))
            activations.append(value[0])
            factors.append(w_l * slope[0])
        return np.cumprod(factors)


@alternative
def pairs_in_one_array():
    def sigmoid(z):
        a = np.exp(-np.logaddexp(0, -z))
        return np.stack([a, a * (1 - a)])

    def tanh(z):
        a, slope = sigmoid(2 * z)
        return np.array([2 * a - 1, 4 * slope])

    def relu(z):
        return np.stack([np.maximum(z, 0), np.heaviside(z, 0)])

    def leaky_relu(z, alpha):
        slopes = np.piecewise(z, [z > 0], [1, alpha])
        return np.stack([slopes * z, slopes])

    def swish(z):
        gate = sigmoid(z)[0]
        return np.stack([z * gate, gate * (1 + z * (1 - gate))])


@alternative
def warnings_switched_off():
    def sigmoid(z):
        with np.errstate(over="ignore"):
            a = 1 / (1 + np.exp(-z))
        return a, a * (1 - a)
