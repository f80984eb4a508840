"""What the model is shown: MODEL_PLANES of @sgaps/core (sdk-core/src/model/ModelInput.ts), in its order."""

PLANES = (
    "red",
    "green",
    "blue",
    "previousRed",
    "previousGreen",
    "previousBlue",
    "previousKnown",
    "step",
    "confidence",
    "age",
    "looked",
    "column",
    "row",
    "innovation",
)
BASE = slice(0, 3)
PREVIOUS = slice(3, 6)
KNOWN = slice(6, 7)
STEP = slice(7, 8)
LOOKED = slice(10, 11)
#: Values of `looked` / 255 (FrameEvidence.ts): above NONE something was looked at, above CODED exactly.
NONE = 0.25
CODED = 0.9
#: The step plane is 1 + 30 log2(step in levels).
DOUBLING = 30.0
#: Motion is told in parts of a pixel.
MOTION_PARTS = 16
