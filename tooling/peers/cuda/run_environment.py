"""The device and the versions that a run's figures belong to."""

import platform
import subprocess

import torch
import triton


def describe_run() -> dict:
    properties = torch.cuda.get_device_properties(0)
    device = {
        "name": properties.name,
        "driver": driver_version(),
        "multiprocessors": properties.multi_processor_count,
        "l2Bytes": properties.L2_cache_size,
        "memoryBytes": properties.total_memory,
    }
    versions = {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "triton": triton.__version__,
        "cuda": torch.version.cuda,
        "cudnn": torch.backends.cudnn.version(),
    }
    return {"device": device, "versions": versions}


def driver_version() -> str | None:
    command = ["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[0].strip()
    except (OSError, subprocess.CalledProcessError, IndexError):
        return None
