"""A live-performance companion for bands: a trigger comes in, a lyric line goes out."""

import os

__version__ = "0.1.0"

# ONNX Runtime counts its uses, keeps them in a database and sends them off when it can. Not from a band's machine;
# it looks at this as it is imported, in whichever of our processes that is.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
