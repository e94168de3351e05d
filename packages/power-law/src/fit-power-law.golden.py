"""Golden values of fitPowerLaw and predictionInterval, made with numpy and scipy by other routes than the package's.

    pip install numpy scipy
    python fit-power-law.golden.py > fit-power-law.golden.json
"""

import json
import math
import platform

import numpy as np
import scipy
from scipy import stats

SEED = 20250605
LEVEL = 0.9


def power_law(rng, x, log_scale, exponent, std, rho=0.0):
    noise = rng.normal(0, std, len(x))
    for i in range(1, len(x)):
        noise[i] = rho * noise[i - 1] + math.sqrt(1 - rho * rho) * noise[i]
    return np.exp(log_scale - exponent * np.log(x) + noise)


def data_sets(rng):
    steps = np.arange(1.0, 65.0)
    context = 500 + steps
    wide = np.unique(np.exp(np.linspace(np.log(16), np.log(8192), 64)).round())
    outliers = power_law(rng, wide, 0.5, 1.2, 0.05)
    outliers[::5] *= 40
    return {
        "generated steps": (steps, power_law(rng, steps, -4, 0.8, 0.2)),
        "a long prompt: 64 steps after 500 tokens": (context, power_law(rng, context, -0.3, 1.0, 0.15)),
        "prefill rows over a wide range, correlated": (wide, power_law(rng, wide, 0.2, 1.37, 0.3, 0.7)),
        "one point in five is an outlier": (wide, outliers),
        "ties in x": (np.repeat([3.0, 9.0, 27.0, 81.0], 5), power_law(rng, np.repeat([3.0, 9.0, 27.0, 81.0], 5), 1, 2, 0.1)),
        "weights near 1e-30, growing": (steps[:9], power_law(rng, steps[:9], -69, -0.4, 0.5)),
        "three points": (np.array([2.0, 5.0, 11.0]), np.array([0.31, 0.2, 0.04])),
    }


def least_squares(u, v):
    fit = stats.linregress(u, v)
    return -fit.slope, fit.intercept, 2, lambda share: fit.stderr / math.sqrt(share)


def theil_sen(u, v):
    slope, intercept, _, _ = stats.theilslopes(v, u, method="joint")
    return -slope, intercept, 2, None


def slope_prior(u, v, mean, std, intercept):
    # The ridge as one more observation of the slope: weighted least squares of the stacked system.
    noise = np.linalg.lstsq(np.column_stack([np.ones_like(u), -u]), v, rcond=None)[1][0] / (len(u) - 2)
    s = math.sqrt(noise)
    design = np.vstack([np.column_stack([np.ones_like(u), -u]) / s, [0, 1 / std]])
    solution = np.linalg.lstsq(design, np.append(v / s, mean / std), rcond=None)[0]
    covariance = np.linalg.inv(design.T @ design)
    beta = solution[1]
    # Degrees of freedom: the trace of the smoother matrix of the real observations.
    hat = design[:-1] @ covariance @ design[:-1].T
    log_scale = solution[0] if intercept == "mean" else np.median(v + beta * u)


    def exponent_std(share):
        # Correlated rows weigh as if there were fewer of them.
        rows = design * np.append(np.full(len(u), math.sqrt(share)), 1)[:, None]
        return math.sqrt(np.linalg.inv(rows.T @ rows)[1, 1])

    return beta, log_scale, np.trace(hat), exponent_std


METHODS = {
    "least-squares": ({"method": "least-squares"}, least_squares),
    "theil-sen": ({"method": "theil-sen"}, theil_sen),
    "slope-prior": ({"method": "slope-prior"}, lambda u, v: slope_prior(u, v, 1, 0.1, "median")),
    "slope-prior, mean intercept, own prior": (
        {"method": "slope-prior", "priorMean": 1.4, "priorStd": 0.3, "intercept": "mean"},
        lambda u, v: slope_prior(u, v, 1.4, 0.3, "mean"),
    ),
}


def describe(x, y, method):
    u, v = np.log(x), np.log(y)
    n = len(u)
    beta, log_scale, parameters, std_at = method(u, v)
    r = v - (log_scale - beta * u)
    dof = n - parameters
    s = math.sqrt(np.sum(r**2) / dof)
    centred = r - r.mean()
    rho = float(np.dot(centred[:-1], centred[1:]) / np.dot(centred, centred))
    n_eff = n * (1 - rho) / (1 + rho)
    sxx = float(np.sum((u - u.mean()) ** 2))
    share = min(1, n_eff / n)
    exponent_std = std_at(share) if std_at else s / math.sqrt(sxx * share)
    at = float(x.max() * 3)
    t = stats.t.ppf((1 + LEVEL) / 2, max(1, min(n, n_eff) - parameters))
    middle = log_scale - beta * math.log(at)
    half = t * math.sqrt(s**2 * (1 + 1 / n_eff) + exponent_std**2 * (math.log(at) - u.mean()) ** 2)
    return {
        "fit": {
            "logScale": float(log_scale),
            "exponent": float(beta),
            "count": n,
            "degreesOfFreedom": float(dof),
            "residualStd": s,
            "rSquared": float(1 - np.sum(r**2) / np.sum((v - v.mean()) ** 2)),
            "autocorrelation": rho,
            "effectiveCount": n_eff,
            "exponentStd": float(exponent_std),
            "meanLogX": float(u.mean()),
            "sxx": sxx,
        },
        "interval": {"x": at, "level": LEVEL, "lowLog": float(middle - half), "highLog": float(middle + half)},
    }


rng = np.random.default_rng(SEED)
cases = []
for name, (x, y) in data_sets(rng).items():
    fits = [{"options": options, **describe(x, y, method)} for options, method in METHODS.values()]
    cases.append({"name": name, "x": list(map(float, x)), "y": list(map(float, y)), "fits": fits})
tools = {"python": platform.python_version(), "numpy": np.__version__, "scipy": scipy.__version__}
print(json.dumps({"tools": tools, "seed": SEED, "cases": cases}, indent=1))
