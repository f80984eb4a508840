"""Makes the untrained models that tests run: `/usr/bin/python3 make.py` in this folder (PyTorch 1.13). Anew whenever MODEL_PLANES changes."""
import base64
import hashlib
import json
import math
import os

import torch

PLANES = ["red", "green", "blue", "previousRed", "previousGreen", "previousBlue", "previousKnown", "step", "confidence", "age",
          "looked", "column", "row", "innovation"]
WIDTH, HEIGHT = 24, 16


class Untrained(torch.nn.Module):
    """Answers the memory's picture, a little changed by one convolution."""

    def __init__(self):
        super().__init__()
        self.convolve = torch.nn.Conv2d(len(PLANES), 4, 3, padding=1)

    def forward(self, planes):
        x = planes.float() / 255
        y = self.convolve(x)
        frame = ((x[:, :3] + 0.1 * torch.tanh(y[:, :3])).clamp(0, 1) * 255 + 0.5).to(torch.uint8)
        return frame, y[:, 3:4] + 3, torch.sigmoid(y[:, 3:4])


class Broken(Untrained):
    """Says of no pixel how sure it is."""

    def forward(self, planes):
        frame, log_variance, gap = super().forward(planes)
        return frame, torch.log(-1 - gap), gap


def export(model, name):
    outputs = ["frame", "logVariance", "gap"]
    axes = {key: {0: "batch", 2: "height", 3: "width"} for key in ["planes", *outputs]}
    example = torch.zeros(1, len(PLANES), 32, 48, dtype=torch.uint8)
    os.makedirs(name, exist_ok=True)
    torch.onnx.export(model, example, f"{name}/model.onnx", input_names=["planes"], output_names=outputs, dynamic_axes=axes, opset_version=17)
    sha256 = hashlib.sha256(open(f"{name}/model.onnx", "rb").read()).hexdigest()
    with open(f"{name}/model.json", "w") as file:
        json.dump({"id": f"{name}@1", "planes": PLANES, "licence": "MIT", "sha256": sha256}, file, indent=2)
        file.write("\n")


torch.manual_seed(0)
model = Untrained()
export(model, "untrained")
export(Broken(), "broken")

count = len(PLANES) * HEIGHT * WIDTH
planes = torch.tensor([(i * 31 + (i >> 5) * 17) & 255 for i in range(count)], dtype=torch.uint8)
with torch.no_grad():
    frame, log_variance, gap = model(planes.view(1, len(PLANES), HEIGHT, WIDTH))
rows = {"frame": frame.flatten().tolist(), "logVariance": [round(v, 5) for v in log_variance.flatten().tolist()],
        "gap": [round(v, 5) for v in gap.flatten().tolist()]}
assert all(math.isfinite(v) for v in rows["logVariance"])
encoded = base64.b64encode(bytes(rows["frame"])).decode()
with open("expected.json", "w") as file:
    json.dump({"width": WIDTH, "height": HEIGHT, "frame": encoded, "logVariance": rows["logVariance"], "gap": rows["gap"]}, file)
    file.write("\n")
