import torch
from .model import HstMae
from .presets import Preset
def load_model(path: str) -> HstMae:
    state = torch.load(path, map_location="cpu")
    model = HstMae(Preset.from_dict(state["preset"]))
    model.load_state_dict(state["model"])
    return model.eval()
