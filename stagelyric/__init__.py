"""A live-performance companion for bands: a trigger comes in, a lyric line goes out."""

import os

__version__ = "0.1.0"

# ONNX Runtime collects usage statistics in a database and uploads them when it can. We disable that; it reads this
# variable on import, in each of our processes.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
