"""The ONNX graph of the `words` encoder, written node by node, with its weights in int8.

Knows the BERT architecture and onnxruntime's fused operators; knows neither training nor text.
By hand rather than by an exporter: the file is the same on every machine and with every version of
torch, and holds exactly the operators that are meant.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

Floats = npt.NDArray[np.float32]

HIDDEN = 384
HEADS = 12
_MAX_LEVEL = 63
"""Weights use 7 of 8 bits: on processors without VNNI, u8 x s8 sums of two saturate at 16 bits."""


@dataclass
class Graph:
    """Nodes and weights collected so far; every method adds to them and names its output."""

    nodes: list[onnx.NodeProto] = field(default_factory=list)
    weights: list[onnx.TensorProto] = field(default_factory=list)

    def constant(self, name: str, value: npt.NDArray[np.generic]) -> str:
        """A weight."""
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def add(self, kind: str, *inputs: str, domain: str = "", **attributes: object) -> str:
        """A node with one output."""
        name = f"{kind}_{len(self.nodes)}"
        node = helper.make_node(kind, list(inputs), [name], name=name, domain=domain, **attributes)
        self.nodes.append(node)
        return name

    def split(self, source: str, parts: int) -> list[str]:
        """Equal parts of the last axis."""
        names = [f"{source}_part{i}" for i in range(parts)]
        self.nodes.append(
            helper.make_node("Split", [source], names, axis=-1, num_outputs=parts, name=names[0])
        )
        return names

    def linear(self, source: str, name: str, weight_io: Floats, bias_o: Floats) -> str:
        """source @ weight + bias, the weight in int8 with a scale a column."""
        scale_o = np.maximum(np.abs(weight_io).max(axis=0), 1e-12) / _MAX_LEVEL
        levels = np.rint(weight_io / scale_o).astype(np.int8)
        return self.add(
            "DynamicQuantizeMatMul",
            source,
            self.constant(f"{name}.weight", levels),
            self.constant(f"{name}.scale", scale_o.astype(np.float32)),
            "",
            self.constant(f"{name}.bias", bias_o.astype(np.float32)),
            domain="com.microsoft",
        )


def quantize_rows(table_vd: Floats) -> tuple[npt.NDArray[np.int8], Floats]:
    """A table in int8 and the scale (v, 1) of each row."""
    scale_v1 = np.maximum(np.abs(table_vd).max(axis=1, keepdims=True), 1e-12) / 127
    return np.rint(table_vd / scale_v1).astype(np.int8), scale_v1.astype(np.float32)


def _embed(graph: Graph, state: Mapping[str, Floats], positions: int) -> str:
    """Token and position embeddings of `ids` (1, s) -> (1, s, 384)."""
    levels, scale = quantize_rows(state["embeddings.word_embeddings.weight"])
    rows = graph.add("Gather", graph.constant("tokens.weight", levels), "ids")
    scales = graph.add("Gather", graph.constant("tokens.scale", scale), "ids")
    tokens = graph.add("Mul", graph.add("Cast", rows, to=TensorProto.FLOAT), scales)
    table = state["embeddings.position_embeddings.weight"][:positions]
    table = table + state["embeddings.token_type_embeddings.weight"][0]
    length = graph.add("Shape", "ids", start=1, end=2)
    zero = graph.constant("zero", np.zeros(1, np.int64))
    halves = graph.constant("positions", table.astype(np.float16))
    places = graph.add("Slice", graph.add("Cast", halves, to=TensorProto.FLOAT), zero, length, zero)
    return graph.add(
        "LayerNormalization",
        graph.add("Add", tokens, places),
        graph.constant("embeddings.gain", state["embeddings.LayerNorm.weight"]),
        graph.constant("embeddings.shift", state["embeddings.LayerNorm.bias"]),
        epsilon=1e-12,
    )


def _add_and_norm(graph: Graph, new: str, old: str, state: Mapping[str, Floats], name: str) -> str:
    return graph.add(
        "SkipLayerNormalization",
        new,
        old,
        graph.constant(f"{name}.gain", state[f"{name}.weight"]),
        graph.constant(f"{name}.shift", state[f"{name}.bias"]),
        domain="com.microsoft",
        epsilon=1e-12,
    )


def _layer(graph: Graph, source: str, state: Mapping[str, Floats], number: int) -> str:
    """One transformer layer, (1, s, 384) -> (1, s, 384)."""
    base = f"encoder.layer.{number}."

    def linear(source: str, *names: str) -> str:
        weight = np.concatenate([state[f"{base}{name}.weight"] for name in names]).T
        bias = np.concatenate([state[f"{base}{name}.bias"] for name in names])
        return graph.linear(source, base + names[0], weight, bias)

    attention = [f"attention.self.{part}" for part in ("query", "key", "value")]
    query, key, value = graph.split(linear(source, *attention), 3)
    mixed = graph.add(
        "MultiHeadAttention", query, key, value, domain="com.microsoft", num_heads=HEADS
    )
    out = linear(mixed, "attention.output.dense")
    middle = _add_and_norm(graph, out, source, state, f"{base}attention.output.LayerNorm")
    wide = graph.add("Gelu", linear(middle, "intermediate.dense"), domain="com.microsoft")
    narrow = linear(wide, "output.dense")
    return _add_and_norm(graph, narrow, middle, state, f"{base}output.LayerNorm")


def build(
    state: Mapping[str, Floats],
    heads: Mapping[str, Mapping[int, Floats]],
    *,
    layers: int,
    positions: int,
) -> onnx.ModelProto:
    """`ids` (1, s) int64 -> for each name of `heads` (1, s, d) float.

    A head is a sum over layers (0: the embeddings, n: after the n-th layer) of the layer's features
    times a matrix (384, d).
    """
    graph = Graph()
    states = [_embed(graph, state, positions)]
    for number in range(layers):
        states.append(_layer(graph, states[-1], state, number))
    outputs = []
    for name, matrices in heads.items():
        terms = [
            graph.add("MatMul", states[layer], graph.constant(f"{name}.{layer}", matrix_hd))
            for layer, matrix_hd in matrices.items()
        ]
        total = terms[0]
        for term in terms[1:]:
            total = graph.add("Add", total, term)
        graph.nodes.append(helper.make_node("Identity", [total], [name], name=name))
        dim = next(iter(matrices.values())).shape[1]
        outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, "s", dim]))
    ids = helper.make_tensor_value_info("ids", TensorProto.INT64, [1, "s"])
    model = helper.make_model(
        helper.make_graph(graph.nodes, "words", [ids], outputs, graph.weights),
        opset_imports=[helper.make_opsetid("", 18), helper.make_opsetid("com.microsoft", 1)],
        producer_name="recto",
        ir_version=8,
    )
    onnx.checker.check_model(model)
    return model
