"""Tokenizers of a few hundred tokens, trained on the spot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

_CORPUS = [
    "Describe the image. Describe this image. Describe the content. Query: Question: ",
    "the quarterly revenue grew by twelve percent while operating costs fell, see table and figure",
    "user assistant system model User: Assistant:\n",
] * 4


def tokenizer(
    specials: Sequence[str],
    *,
    eos: str,
    pad: str,
    bos: str | None = None,
    unk: str | None = None,
    named: Mapping[str, str] | None = None,
    template: str | None = None,
    side: str = "left",
) -> PreTrainedTokenizerFast:
    """Byte-level BPE; `named` are special tokens that become attributes of the tokenizer."""
    pairs = Tokenizer(models.BPE())
    pairs.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    pairs.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=512,
        special_tokens=list(specials),
        show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )
    pairs.train_from_iterator(_CORPUS, trainer)
    made = PreTrainedTokenizerFast(
        tokenizer_object=pairs,
        bos_token=bos,
        eos_token=eos,
        pad_token=pad,
        unk_token=unk,
        padding_side=side,
        model_max_length=8192,
        **({"extra_special_tokens": dict(named)} if named else {}),
    )
    if template:
        made.chat_template = template
    return made
