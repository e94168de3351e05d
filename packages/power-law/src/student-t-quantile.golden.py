"""Golden values of studentTQuantile: scipy's percent point function, its lower tail mirrored for accuracy.

    pip install scipy
    python student-t-quantile.golden.py > student-t-quantile.golden.json
"""

import json
import platform

import scipy
from scipy import stats

PROBABILITIES = [1e-90, 1e-30, 1e-12, 1e-6, 0.001, 0.01, 0.05, 0.1, 0.25, 0.4, 0.49, 0.5]
PROBABILITIES += [0.51, 0.6, 0.75, 0.9, 0.95, 0.975, 0.99, 0.999, 0.999999]
FREEDOMS = [1, 1.5, 2, 2.7, 3, 5, 10, 29.25, 62, 127, 128, 129, 1000, 1e5, 1e7]

values = [
    {"probability": p, "degreesOfFreedom": nu, "quantile": float(stats.t.ppf(p, nu))}
    for nu in FREEDOMS
    for p in PROBABILITIES
]
tools = {"python": platform.python_version(), "scipy": scipy.__version__}
print(json.dumps({"tools": tools, "values": values}, indent=1))
