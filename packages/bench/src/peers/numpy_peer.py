"""The workloads in NumPy. Reads {"workload", "runs"} lines; the answers are as in ../peer.ts."""
import json
import os
import sys
import time

import numpy as np


def filled(n, k):
    """Values in [-1, 1) that every system can make: a fixed integer recurrence."""
    i = np.arange(n, dtype=np.uint32)
    x = (i * np.uint32(2654435761) + np.uint32(k) * np.uint32(40503)) >> np.uint32(8)
    return (x.astype(np.float64) / 2.0**23 - 1.0).astype(np.float32)


def matmul(n):
    a, b = filled(n * n, 1).reshape(n, n), filled(n * n, 2).reshape(n, n)
    return lambda: a @ b


def chain(f):
    a, b, c = (filled(1 << 22, k) for k in (1, 2, 3))
    return lambda: f(a, b, c)


def softmax():
    x = filled(1 << 20, 1).reshape(1024, 1024)

    def run():
        e = np.exp(x - x.max(axis=-1, keepdims=True))
        return e / e.sum(axis=-1, keepdims=True)

    return run


def layernorm():
    x = filled(1 << 20, 1).reshape(1024, 1024)

    def run():
        c = x - x.mean(axis=-1, keepdims=True)
        return c / np.sqrt((c * c).mean(axis=-1, keepdims=True) + np.float32(1e-5))

    return run


def total():
    x = filled(1 << 22, 1) + np.float32(1)
    return lambda: x.sum()


def mlp():
    x = filled(128 * 784, 1).reshape(128, 784)
    y = np.eye(10, dtype=np.float32)[np.arange(128) % 10]
    w1, b1 = filled(784 * 256, 2).reshape(784, 256) * np.float32(0.05), np.zeros(256, np.float32)
    w2, b2 = filled(256 * 10, 3).reshape(256, 10) * np.float32(0.05), np.zeros(10, np.float32)
    rate = np.float32(0.01)

    def run():
        h = np.maximum(x @ w1 + b1, 0)
        z = h @ w2 + b2
        z = z - z.max(axis=-1, keepdims=True)
        e = np.exp(z)
        p = e / e.sum(axis=-1, keepdims=True)
        dz = (p - y) / np.float32(128)
        dh = (dz @ w2.T) * (h > 0)
        new_1 = w1 - rate * (x.T @ dh), b1 - rate * dh.sum(0)
        new_2 = w2 - rate * (h.T @ dz), b2 - rate * dz.sum(0)
        return [*new_1, *new_2]

    return run


def dispatch():
    a, b = filled(16, 1), filled(16, 2)
    return lambda: a + b


WORKLOADS = {
    "matmul512": lambda: matmul(512),
    "matmul1024": lambda: matmul(1024),
    "chainA": lambda: chain(lambda a, b, c: a * b + c * a - b),
    "chainT": lambda: chain(lambda a, b, c: np.tanh(a * b) + np.exp(-a * a) * c),
    "softmax": softmax,
    "layernorm": layernorm,
    "sum": total,
    "mlp": mlp,
    "dispatch": dispatch,
}


def fingerprint(y):
    """Of each output: its size, the sums of x and |x|, and up to 64 elements at even distances."""
    flats = [np.asarray(v, dtype=np.float64).ravel() for v in (y if isinstance(y, list) else [y])]
    return [
        {
            "size": v.size,
            "sum": float(v.sum()),
            "magnitude": float(np.abs(v).sum()),
            "samples": v[:: -(-v.size // 64)].tolist(),
        }
        for v in flats
    ]


def timed(run, runs):
    ms = []
    busy = time.process_time()
    began = time.perf_counter()
    for _ in range(runs):
        start = time.perf_counter()
        y = run()
        ms.append((time.perf_counter() - start) * 1000)
    wall = time.perf_counter() - began
    return {"ms": ms, "busy": (time.process_time() - busy) / wall, "outputs": fingerprint(y)}


def main():
    threads = int(os.environ["OPENBLAS_NUM_THREADS"])
    print(json.dumps({"version": np.__version__, "threads": threads}), flush=True)
    made = {}
    for line in sys.stdin:
        job = json.loads(line)
        name = job["workload"]
        if name not in WORKLOADS:
            answer = {"unknown": True}
        else:
            if name not in made:
                made[name] = WORKLOADS[name]()
            answer = timed(made[name], job["runs"])
        print(json.dumps(answer), flush=True)


main()
