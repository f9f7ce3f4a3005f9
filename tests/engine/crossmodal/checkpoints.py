"""Tiny checkpoints of transformers' models of sound and sight, written into folders."""

from __future__ import annotations

import warnings
from pathlib import Path

import torch
import transformers

from tests.checkpoints.tokens import tokenizer


def _tokens() -> transformers.PreTrainedTokenizerFast:
    return tokenizer(["<pad>", "<s>", "</s>"], eos="</s>", pad="<pad>", bos="<s>", side="right")


def _letters() -> transformers.Siglip2Tokenizer:
    """The second SigLIP's own class, which a saved checkpoint is read by, with a token a letter."""
    texts = ["<pad>", "<eos>", "<bos>", "<unk>", "<mask>", "▁", *map(chr, range(97, 123))]
    return transformers.Siglip2Tokenizer({text: number for number, text in enumerate(texts)})


def _write(
    folder: Path, model: transformers.PreTrainedModel, processor: transformers.ProcessorMixin
) -> Path:
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder


def write_clap(folder: Path) -> Path:
    with torch.random.fork_rng(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.manual_seed(0)
        tokens = _tokens()
        text = {
            "vocab_size": 512,
            "hidden_size": 16,
            "num_hidden_layers": 1,
            "num_attention_heads": 2,
            "intermediate_size": 16,
            "pad_token_id": tokens.pad_token_id,
            "max_position_embeddings": 90,
        }
        audio = {
            "hidden_size": 64,
            "patch_embeds_hidden_size": 8,
            "depths": [1, 1, 1, 1],
            "num_attention_heads": [1, 1, 2, 2],
            "window_size": 8,
            "projection_dim": 24,
            "num_hidden_layers": 4,
        }
        config = transformers.ClapConfig(text_config=text, audio_config=audio, projection_dim=24)
        model = transformers.ClapModel(config)
        extractor = transformers.ClapFeatureExtractor(truncation="rand_trunc")
        return _write(folder, model, transformers.ClapProcessor(extractor, tokens))


def write_siglip(folder: Path, *, second: bool) -> Path:
    with torch.random.fork_rng(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.manual_seed(1)
        sizes = {
            "hidden_size": 16,
            "intermediate_size": 16,
            "num_hidden_layers": 1,
            "num_attention_heads": 2,
        }
        text = sizes | {"vocab_size": 512, "max_position_embeddings": 64, "projection_size": 16}
        tokens = _tokens()
        if second:
            config = transformers.Siglip2Config(
                text_config=text, vision_config=sizes | {"patch_size": 8, "num_patches": 16}
            )
            images = transformers.Siglip2ImageProcessor(patch_size=8, max_num_patches=16)
            processor = transformers.Siglip2Processor(images, _letters())
            return _write(folder, transformers.Siglip2Model(config), processor)
        config = transformers.SiglipConfig(
            text_config=text, vision_config=sizes | {"image_size": 32, "patch_size": 8}
        )
        pictures = transformers.SiglipImageProcessor(size={"height": 32, "width": 32})
        siglip = transformers.SiglipProcessor(pictures, tokens)
        return _write(folder, transformers.SiglipModel(config), siglip)


def write_pe_av(folder: Path) -> Path:
    with torch.random.fork_rng(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.manual_seed(2)
        sizes = {
            "hidden_size": 16,
            "intermediate_size": 16,
            "num_hidden_layers": 1,
            "num_attention_heads": 2,
            "head_dim": 8,
        }
        tokens = _tokens()
        text = {
            "model_type": "modernbert",
            "vocab_size": 512,
            "hidden_size": 16,
            "intermediate_size": 16,
            "num_hidden_layers": 1,
            "num_attention_heads": 2,
            "pad_token_id": tokens.pad_token_id,
            "bos_token_id": tokens.bos_token_id,
            "eos_token_id": tokens.eos_token_id,
            "cls_token_id": tokens.bos_token_id,
            "sep_token_id": tokens.eos_token_id,
        }
        dac = {
            "model_type": "dac",
            "downsampling_ratios": [2, 8, 10, 12],
            "encoder_hidden_size": 4,
            "codebook_dim": 8,
        }
        timm = {
            "model_type": "timm_wrapper",
            "architecture": "vit_pe_core_tiny_patch16_384",
            "do_pooling": True,
            "num_classes": 16,
            "global_pool": "map",
            "initializer_range": 0.02,
            "model_args": {"embed_dim": 16, "depth": 1, "num_heads": 2, "img_size": 32},
        }
        audio = sizes | {"model_type": "pe_audio_encoder", "dac_config": dac}
        video = sizes | {"model_type": "pe_video_encoder", "vision_config": timm}
        both = sizes | {"audio_config": audio, "video_config": video}
        config = transformers.PeAudioVideoConfig(text_config=text, audio_video_config=both)
        processor = transformers.PeAudioVideoProcessor(
            transformers.PeAudioFeatureExtractor(),
            transformers.PeVideoVideoProcessor(
                size={"height": 32, "width": 32},
                do_resize=True,
                do_rescale=True,
                do_normalize=True,
                image_mean=[0.5] * 3,
                image_std=[0.5] * 3,
            ),
            tokens,
        )
        return _write(folder, transformers.PeAudioVideoModel(config), processor)
