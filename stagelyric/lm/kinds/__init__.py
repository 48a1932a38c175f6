"""One folder for each kind of model: `model` (torch), `graph` (ONNX export), `runtime` (inference)."""
