"""Make engine/store/sketch/maxsim.onnx: `uv run --group weights scripts/make_maxsim.py`.

The graph has no weights: blocks of page vectors (b, n, d) of uint8 around 128 and a question (d, t)
of int8 become the largest inner product of each block with each vector of the question, (b, t).
"""

from __future__ import annotations

from pathlib import Path

from onnx import ModelProto, TensorProto, checker, helper, save

PLACE = Path(__file__).parents[1] / "engine" / "store" / "sketch" / "maxsim.onnx"


def graph() -> ModelProto:
    """MatMulInteger is the operation that processors have instructions for."""
    nodes = [
        helper.make_node("MatMulInteger", ["blocks", "question", "middle"], ["products"]),
        helper.make_node("ReduceMax", ["products"], ["maxima"], axes=[1], keepdims=0),
    ]
    inputs = [
        helper.make_tensor_value_info("blocks", TensorProto.UINT8, ["b", "n", "d"]),
        helper.make_tensor_value_info("question", TensorProto.INT8, ["d", "t"]),
    ]
    outputs = [helper.make_tensor_value_info("maxima", TensorProto.INT32, ["b", "t"])]
    middle = helper.make_tensor("middle", TensorProto.UINT8, [], [128])
    made = helper.make_graph(nodes, "maxsim", inputs, outputs, [middle])
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)


if __name__ == "__main__":
    model = graph()
    checker.check_model(model)
    save(model, PLACE)
    print(f"{PLACE}: {PLACE.stat().st_size} bytes")
