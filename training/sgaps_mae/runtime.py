"""The reconstructor's model in ONNX Runtime, as the product runs it."""

import numpy as np

from .. import onnx_session


class Session(onnx_session.Session):
    """A model of planes, held open in a process of its own."""

    def run(self, planes: np.ndarray) -> dict:
        """planes uint8 [batch, planes, height, width]; returns the outputs by name."""
        return super().run({"planes": planes.astype(np.uint8, copy=False)})
