"""The model boundary in ONNX: ``features`` float32 [N, F] in, ``score`` float32 [N] out; and its check."""

from collections.abc import Callable, Iterable

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper

from contract import TrainingError

INPUT = "features"
OUTPUT = "score"
# Largest difference between a score of the trainer's own model and of the exported one (float32 sums both).
TOLERANCE = 1e-5
OPSET = 17
ML_OPSET = 3
# IR 8 came with opset 15 to 18; runtimes since onnxruntime 1.10 read it.
IR_VERSION = 8


def build(name: str, features: int, nodes: list, initializers: list) -> bytes:
    """The graph as bytes that depend on nothing but the model: no date, no name of a machine.

    Raises TrainingError when ONNX's own checker refuses it.
    """
    graph = helper.make_graph(
        nodes,
        name,
        [helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, ["N", features])],
        [helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, ["N"])],
        initializers,
    )
    opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid("ai.onnx.ml", ML_OPSET)]
    model = helper.make_model(graph, producer_name="coalmine", opset_imports=opsets, ir_version=IR_VERSION)
    try:
        onnx.checker.check_model(model)
    except onnx.checker.ValidationError as error:
        raise TrainingError(f"the exported model is not valid ONNX: {error}") from None
    return model.SerializeToString(deterministic=True)


def tensor(name: str, values: np.ndarray):
    return onnx.numpy_helper.from_array(np.ascontiguousarray(values), name)


def session(model: bytes) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def verify(model: bytes, batches: Iterable[np.ndarray], expected: Callable[[np.ndarray], np.ndarray]) -> float:
    """Runs the exported model on every row and compares with the trainer's own scores.

    Returns the largest difference. Raises TrainingError above 1e-5.
    """
    running = session(model)
    worst = 0.0
    for features in batches:
        scores = running.run([OUTPUT], {INPUT: features})[0]
        if scores.shape != (len(features),):
            raise TrainingError(f"the exported model answers {scores.shape} to {len(features)} rows")
        difference = np.abs(scores.astype(np.float64) - expected(features))
        worst = max(worst, float(difference.max(initial=0.0)))
        if not worst <= TOLERANCE or np.isnan(scores).any():
            raise TrainingError(f"the exported model differs from the trained one by {worst}, allowed is {TOLERANCE}")
    return worst
