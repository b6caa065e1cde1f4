"""The network as ONNX, operator by operator: everything it does to a row is in the graph, and its bytes repeat."""

import numpy as np
import torch
from onnx import TensorProto, helper

import onnx_model
from pytorch_network import FARTHEST, FIRST, MISSING, UNSEEN, Network


class _Graph:
    def __init__(self) -> None:
        self.nodes: list = []
        self.constants: list = []

    def constant(self, name: str, value) -> str:
        array = value.detach().cpu().numpy() if isinstance(value, torch.Tensor) else np.asarray(value)
        self.constants.append(onnx_model.tensor(name, array))
        return name

    def add(self, operator: str, inputs: list[str], output: str, **attributes) -> str:
        self.nodes.append(helper.make_node(operator, inputs, [output], name=output, **attributes))
        return output


def to_onnx(network: Network, features: int) -> bytes:
    """Scores as probabilities. Raises TrainingError when ONNX's checker refuses the graph."""
    graph = _Graph()
    zero = graph.constant("zero", np.float32(0))
    parts = []
    if len(network.numeric):
        parts += _numbers(graph, network, zero)
    if network.table is not None:
        parts.append(_categories(graph, network, zero))
    x = graph.add("Concat", parts, "row", axis=1)
    for at, layer in enumerate([*network.hidden, network.last]):
        weight = graph.constant(f"weight{at}", layer.weight)
        bias = graph.constant(f"bias{at}", layer.bias)
        x = graph.add("Gemm", [x, weight, bias], f"layer{at}", transB=1)
        if layer is not network.last:
            x = graph.add("Relu", [x], f"active{at}")
    flat = graph.constant("flat", np.array([-1], dtype=np.int64))
    margin = graph.add("Reshape", [x, flat], "margin")
    graph.add("Sigmoid", [margin], onnx_model.OUTPUT)
    return onnx_model.build("network", features, graph.nodes, graph.constants)


def _numbers(graph: _Graph, network: Network, zero: str) -> list[str]:
    numbers = graph.add("Gather", [onnx_model.INPUT, graph.constant("numeric", network.numeric)], "numbers", axis=1)
    absent = graph.add("IsNaN", [numbers], "absent")
    centred = graph.add("Sub", [numbers, graph.constant("mean", network.mean)], "centred")
    scaled = graph.add("Mul", [centred, graph.constant("scale", network.scale)], "scaled")
    low, high = graph.constant("low", np.float32(-FARTHEST)), graph.constant("high", np.float32(FARTHEST))
    near = graph.add("Clip", [scaled, low, high], "near")
    present = graph.add("Where", [absent, zero, near], "standardised")
    return [present, graph.add("Cast", [absent], "indicators", to=TensorProto.FLOAT)]


def _categories(graph: _Graph, network: Network, zero: str) -> str:
    codes = graph.add("Gather", [onnx_model.INPUT, graph.constant("categorical", network.categorical)], "codes", axis=1)
    below = graph.add("Less", [codes, zero], "below")
    above = graph.add("GreaterOrEqual", [codes, graph.constant("sizes", network.sizes)], "above")
    outside = graph.add("Or", [below, above], "outside")
    shifted = graph.add("Add", [codes, graph.constant("first", np.float32(FIRST))], "shifted")
    seen = graph.add("Where", [outside, graph.constant("unseen", np.float32(UNSEEN)), shifted], "seen")
    missing = graph.constant("missing", np.float32(MISSING))
    known = graph.add("Where", [graph.add("IsNaN", [codes], "lacking"), missing, seen], "known")
    start = graph.add("Add", [known, graph.constant("starts", network.starts)], "place")
    index = graph.add("Cast", [start], "index", to=TensorProto.INT64)
    vectors = graph.add("Gather", [graph.constant("table", network.table.weight), index], "vectors", axis=0)
    width = len(network.sizes) * network.table.embedding_dim
    return graph.add("Reshape", [vectors, graph.constant("width", np.array([-1, width]))], "embedded")
