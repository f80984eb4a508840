"""An ONNX graph under the knife, for compact.py."""

import numpy as np


def onnx():
    try:
        import onnx as package
        from onnx import numpy_helper, shape_inference  # noqa: F401

        return package
    except ImportError as error:
        raise SystemExit("Compacting needs the Python package onnx: `apt-get install python3-onnx`, or `pip install onnx`.") from error


class Graph:
    """A model under the knife: what its tensors are, and which nodes lie between its convolutions."""

    def __init__(self, file, kept=()):
        self.model = onnx().load(str(file))
        self.graph = self.model.graph
        self.values = {i.name: i for i in self.graph.initializer}
        self.values.update({n.output[0]: n.attribute[0].t for n in self.graph.node if n.op_type == "Constant"})
        # The exporter stores equal weights once and gives them further names.
        named = {n.output[0]: n.input[0] for n in self.graph.node if n.op_type == "Identity" and n.input[0] in self.values}
        for n in self.graph.node:
            for k, name in enumerate(n.input):
                n.input[k] = named.get(name, name)
        kinds = onnx().shape_inference.infer_shapes(self.model).graph
        self.floats = {v.name for v in list(kinds.value_info) + list(kinds.output) if v.type.tensor_type.elem_type == 1}
        self.convs = [n for n in self.graph.node if n.op_type == "Conv" and n.name not in kept]
        behind, ahead = set(), set()
        for n in self.graph.node:
            if n in self.convs or behind.intersection(n.input):
                behind.update(n.output)
        for n in reversed(self.graph.node):
            if n in self.convs or ahead.intersection(n.output):
                ahead.update(n.input)
        self.inner = {n.name for n in self.graph.node if n in self.convs or (behind.intersection(n.input) and ahead.intersection(n.output))}

    def array(self, name: str) -> np.ndarray:
        return onnx().numpy_helper.to_array(self.values[name])

    def weights(self) -> list:
        return [i for i in self.graph.initializer if i.data_type == 1 and len(i.dims) > 1]

    def constant(self, name: str, array: np.ndarray) -> str:
        if name not in self.values:
            self.graph.initializer.append(onnx().numpy_helper.from_array(np.array(array, order="C"), name))
            self.values[name] = self.graph.initializer[-1]
        return name

    def moving(self, node) -> list:
        """Places of a node's inputs that are float and no constants. What tells Resize its size stays as it is."""
        return [k for k, name in enumerate(node.input) if name in self.floats and name not in self.values and not (node.op_type == "Resize" and k)]

    def bytes(self, nodes=None) -> bytes:
        """The model, with other nodes, less what these do not use."""
        nodes = list(self.graph.node) if nodes is None else nodes
        used = {name for n in nodes for name in n.input} | {v.name for v in self.graph.output}
        kept = [i for i in self.graph.initializer if i.name in used]
        nodes = [n for n in nodes if used.intersection(n.output)]
        del self.graph.node[:], self.graph.initializer[:], self.graph.value_info[:]
        self.graph.node.extend(nodes)
        self.graph.initializer.extend(kept)
        onnx().checker.check_model(self.model)
        return self.model.SerializeToString()


def node(kind: str, inputs, output: str, **attributes):
    return onnx().helper.make_node(kind, list(inputs), [output], name=f"compact/{output}", **attributes)
