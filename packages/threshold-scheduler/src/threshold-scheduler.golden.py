"""Golden thresholds of whole schedules, made with numpy and scipy by other routes than the package's.

    pip install numpy scipy
    python threshold-scheduler.golden.py > threshold-scheduler.golden.json
"""

import json
import math
import platform

import numpy as np
import scipy
from scipy import stats

SEED = 250605300
LAYERS, HEADS, WARMUP, PROMPT = 2, 3, 16, 40
SIFTED = [WARMUP + 1, WARMUP + 2, 100, 2000]


def least_squares(u, v):
    slope, intercept = np.polyfit(u, v, 1)
    return -slope, intercept, 2, lambda s, share: s / math.sqrt(share * np.sum((u - u.mean()) ** 2))


def theil_sen(u, v):
    slope, intercept, _, _ = stats.theilslopes(v, u, method="joint")
    return -slope, intercept, 2, lambda s, share: s / math.sqrt(share * np.sum((u - u.mean()) ** 2))


def slope_prior(u, v):
    mean, std = 1.0, 0.1
    line = stats.linregress(u, v)
    rest = v - line.intercept - line.slope * u
    noise = np.sum(rest**2) / (len(u) - 2)
    design = np.vstack([np.column_stack([np.ones_like(u), -u]) / math.sqrt(noise), [0, 1 / std]])
    beta = np.linalg.lstsq(design, np.append(v / math.sqrt(noise), mean / std), rcond=None)[0][1]
    sxx = np.sum((u - u.mean()) ** 2)
    parameters = 1 + sxx / (sxx + noise / std**2)
    return beta, np.median(v + beta * u), parameters, lambda s, share: 1 / math.sqrt(share * sxx / noise + std**-2)


FITS = {"least-squares": least_squares, "theil-sen": theil_sen, "slope-prior": slope_prior}


def threshold(x, y, fit, margin, at):
    u, v = np.log(x), np.log(y)
    beta, log_scale, parameters, std_at = FITS[fit](u, v)
    law = log_scale - beta * math.log(at)
    if margin == "none":
        return law
    r = v - (log_scale - beta * u)
    s = math.sqrt(np.sum(r**2) / (len(u) - parameters))
    centred = r - r.mean()
    rho = np.dot(centred[:-1], centred[1:]) / np.dot(centred, centred)
    n_eff = len(u) * (1 - rho) / (1 + rho)
    t = stats.t.ppf(margin, max(1, min(len(u), n_eff) - parameters))
    spread = std_at(s, min(1, n_eff / len(u))) * (math.log(at) - u.mean())
    return law - t * math.hypot(s * math.sqrt(1 + 1 / n_eff), spread)


rng = np.random.default_rng(SEED)
steps = np.arange(1, WARMUP + 1)
# Weights' quantiles fall about as 1/N; rounded to f32, as attention reports them.
quantiles = np.exp(rng.normal(-0.5, 0.3, (1, LAYERS, HEADS)) + rng.normal(0, 0.2, (WARMUP, LAYERS, HEADS)))
quantiles = (quantiles / (PROMPT + steps)[:, None, None]).astype(np.float32).astype(float)

cases = []
for clock in ["generated-steps", "context-length"]:
    for fit in FITS:
        for margin in ["none", 0.9]:
            clock_of = lambda step: float(step if clock == "generated-steps" else PROMPT + step)
            x = np.array([clock_of(step) for step in steps])
            thresholds = [
                [threshold(x, quantiles[:, l, h], fit, margin, clock_of(step)) for l in range(LAYERS) for h in range(HEADS)]
                for step in SIFTED
            ]
            cases.append({"clock": clock, "fit": fit, "margin": margin, "logThresholds": thresholds})

tools = {"python": platform.python_version(), "numpy": np.__version__, "scipy": scipy.__version__}
print(json.dumps({
    "tools": tools, "seed": SEED, "layers": LAYERS, "heads": HEADS, "warmup": WARMUP, "prompt": PROMPT,
    "siftedSteps": SIFTED, "quantiles": quantiles.tolist(), "cases": cases,
}, indent=1))
