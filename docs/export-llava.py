"""Exports a LLaVA or LLaVA-NeXT of Hugging Face transformers (4.56 or later) as the folder that ZooPrune reads.

    pip install transformers torch pillow onnx safetensors
    python export-llava.py llava-hf/llava-1.5-7b-hf llava-1.5-7b

Float32. Needs memory for the weights two to three times over: 60 to 90 GB for a model of 7 billion parameters.
"""
import pathlib
import sys
import tempfile

import onnx
import torch
from safetensors.torch import save_file
from transformers import AutoModelForImageTextToText, AutoProcessor, DynamicCache

name, folder = sys.argv[1], pathlib.Path(sys.argv[2])
graphs = folder / "onnx"
graphs.mkdir(parents=True, exist_ok=True)
model = AutoModelForImageTextToText.from_pretrained(name, dtype=torch.float32, attn_implementation="eager").eval()
core, config, text = model.model, model.config, model.config.text_config
for part in (config, model.generation_config, AutoProcessor.from_pretrained(name)):
    part.save_pretrained(folder)
if hasattr(core, "image_newline"):  # LLaVA-NeXT: the only tensor that is in no graph
    save_file({"image_newline": core.image_newline.detach().clone()}, folder / "model.safetensors")


class Vision(torch.nn.ModuleDict):
    def forward(self, pixel_values):
        hidden = self["tower"](pixel_values, output_hidden_states=True).hidden_states[config.vision_feature_layer]
        return self["projector"](hidden[:, 1:] if config.vision_feature_select_strategy == "default" else hidden)


class Decoder(torch.nn.ModuleDict):
    def forward(self, inputs_embeds, attention_mask, position_ids, *past):
        cache = DynamicCache()
        for layer in range(text.num_hidden_layers):
            cache.update(past[2 * layer], past[2 * layer + 1], layer)
        # The mask is made here, not by transformers: its own way of making it differs from version to version and does not always trace.
        columns = torch.arange(attention_mask.shape[1])
        rows = columns[-inputs_embeds.shape[1]:]
        seen = (columns[None] <= rows[:, None])[None, None] & (attention_mask[:, None, None] > 0)
        mask = (~seen).float() * torch.finfo(torch.float32).min
        hidden = self["layers"](
            inputs_embeds=inputs_embeds, attention_mask=mask, position_ids=position_ids, past_key_values=cache, use_cache=True
        ).last_hidden_state
        return self["head"](hidden), *[tensor for layer in cache.layers for tensor in (layer.keys, layer.values)]


def export(module, file, inputs, outputs, axes):
    data = graphs / f"{file}.onnx_data"
    with tempfile.TemporaryDirectory(dir=folder) as scratch:  # over 2 GB the exporter writes one file a tensor
        path = f"{scratch}/{file}.onnx"
        torch.onnx.export(
            module, tuple(inputs.values()), path, input_names=list(inputs), output_names=outputs, dynamic_axes=axes,
            opset_version=17, dynamo=False)
        data.unlink(missing_ok=True)  # onnx would append
        onnx.save_model(onnx.load(path), str(graphs / f"{file}.onnx"), save_as_external_data=True, location=data.name)


heads, size = text.num_key_value_heads, config.vision_config.image_size
width = getattr(text, "head_dim", None) or text.hidden_size // text.num_attention_heads
tokens, total, past = {0: "batch", 1: "tokens"}, {0: "batch", 1: "total"}, {0: "batch", 2: "past"}
caches = [f"{layer}.{kind}" for layer in range(text.num_hidden_layers) for kind in ("key", "value")]
with torch.no_grad():
    export(
        Vision({"tower": core.vision_tower, "projector": core.multi_modal_projector}),
        "vision_encoder",
        {"pixel_values": torch.rand(2, 3, size, size)},
        ["image_features"],
        {"pixel_values": {0: "batch"}, "image_features": {0: "batch"}})
    export(
        model.get_input_embeddings(),
        "embed_tokens",
        {"input_ids": torch.ones(2, 3, dtype=torch.int64)},
        ["inputs_embeds"],
        {"input_ids": tokens, "inputs_embeds": tokens})
    export(
        Decoder({"layers": core.language_model, "head": model.lm_head}),
        "decoder_model_merged",
        {
            "inputs_embeds": torch.rand(2, 3, text.hidden_size),
            "attention_mask": torch.ones(2, 8, dtype=torch.int64),
            "position_ids": torch.arange(5, 8).repeat(2, 1),
            **{f"past_key_values.{cache}": torch.rand(2, heads, 5, width) for cache in caches},
        },
        ["logits", *(f"present.{cache}" for cache in caches)],
        {
            "inputs_embeds": tokens,
            "attention_mask": total,
            "position_ids": tokens,
            "logits": tokens,
            **{f"past_key_values.{cache}": past for cache in caches},
            **{f"present.{cache}": {0: "batch", 2: "total"} for cache in caches},
        })
