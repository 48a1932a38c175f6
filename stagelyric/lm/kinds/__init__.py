"""A folder for each kind of model: `model` (torch), `graph` (ONNX), `runtime` (at showtime)."""
