"""Exports a vision-language model of Hugging Face transformers (4.56 or later) as the folder that ZooPrune reads.

    pip install transformers torch torchvision pillow onnx safetensors
    python export-model.py llava-hf/llava-1.5-7b-hf llava-1.5-7b

llava, llava_next, qwen2_vl and qwen2_5_vl, in float32. Needs memory for the weights two to three times over: 60 to 90 GB for a model
of 7 billion parameters.
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


class TileEncoder(torch.nn.ModuleDict):
    """LLaVA: pixel_values [tiles, 3, S, S] -> image_features [tiles, N, H]."""

    def forward(self, pixel_values):
        hidden = self["tower"](pixel_values, output_hidden_states=True).hidden_states[config.vision_feature_layer]
        return self["projector"](hidden[:, 1:] if config.vision_feature_select_strategy == "default" else hidden)


class PatchEncoder(torch.nn.ModuleDict):
    """Qwen, one picture: pixel_values [P, L], image_grid_thw [1, 3] -> image_features [P / 4, H].

    transformers computes positions and windows in Python, which a trace would freeze for one grid. Here they are tensors, and a
    window is a mask instead of another order of the patches.
    """

    def forward(self, pixel_values, image_grid_thw):
        vision = config.vision_config
        merge, heads = vision.spatial_merge_size, vision.num_heads
        across = torch.div(image_grid_thw[0, 2], merge, rounding_mode="floor")  # tokens in a row
        patch = torch.arange(pixel_values.shape[0])
        token, part = torch.div(patch, merge * merge, rounding_mode="floor"), patch % (merge * merge)
        token_row, token_column = torch.div(token, across, rounding_mode="floor"), token % across
        row, column = token_row * merge + torch.div(part, merge, rounding_mode="floor"), token_column * merge + part % merge

        weight = self["encoder"].patch_embed.proj.weight
        hidden = pixel_values @ weight.reshape(weight.shape[0], -1).T
        width = hidden.shape[1] // heads
        frequencies = 1 / 10000 ** (torch.arange(0, width // 2, 2) / (width // 2))
        angles = torch.cat([row[:, None] * frequencies, column[:, None] * frequencies], -1).repeat(1, 2)
        cos, sin = angles.cos()[:, None], angles.sin()[:, None]

        windows = None
        if getattr(vision, "fullatt_block_indexes", None) is not None:  # Qwen2.5
            side = vision.window_size // vision.patch_size // merge
            down, right = (torch.div(place, side, rounding_mode="floor") for place in (token_row, token_column))
            window = down * image_grid_thw[0, 2] + right
            windows = (window[:, None] != window).float() * torch.finfo(torch.float32).min

        for index, block in enumerate(self["encoder"].blocks):
            query, key, value = block.attn.qkv(block.norm1(hidden)).reshape(-1, 3, heads, width).unbind(1)
            query, key = (cos * x + sin * torch.cat([-x[..., width // 2:], x[..., :width // 2]], -1) for x in (query, key))
            scores = query.transpose(0, 1) @ key.permute(1, 2, 0) * width ** -0.5
            if windows is not None and index not in vision.fullatt_block_indexes:
                scores = scores + windows
            mixed = scores.softmax(-1) @ value.transpose(0, 1)
            hidden = hidden + block.attn.proj(mixed.transpose(0, 1).reshape(-1, heads * width))
            hidden = hidden + block.mlp(block.norm2(hidden))
        return self["encoder"].merger(hidden)


class Decoder(torch.nn.ModuleDict):
    def forward(self, inputs_embeds, attention_mask, position_ids, *past):
        cache = DynamicCache()
        for index, (key, value) in enumerate(zip(past[::2], past[1::2])):
            cache.update(key, value, index)
            layer = cache.layers[index]
            layer.keys, layer.values = key, value  # without the empty tensor that a layer starts from, which ONNX cannot join
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


def export_vision():
    if hasattr(core, "visual"):
        inputs = {"pixel_values": torch.rand(6 * 10, 3 * 2 * 14 * 14), "image_grid_thw": torch.tensor([[1, 6, 10]])}
        encoder, axes = PatchEncoder({"encoder": core.visual}), {"pixel_values": {0: "patches"}, "image_features": {0: "tokens"}}
    else:
        size = config.vision_config.image_size
        inputs = {"pixel_values": torch.rand(2, 3, size, size)}
        encoder = TileEncoder({"tower": core.vision_tower, "projector": core.multi_modal_projector})
        axes = {"pixel_values": {0: "tiles"}, "image_features": {0: "tiles"}}
    export(encoder, "vision_encoder", inputs, ["image_features"], axes)


def export_embeddings():
    tokens = {0: "batch", 1: "tokens"}
    export(
        model.get_input_embeddings(), "embed_tokens", {"input_ids": torch.ones(2, 3, dtype=torch.int64)}, ["inputs_embeds"],
        {"input_ids": tokens, "inputs_embeds": tokens})


def export_decoder():
    heads = text.num_key_value_heads
    width = getattr(text, "head_dim", None) or text.hidden_size // text.num_attention_heads
    caches = [f"{layer}.{kind}" for layer in range(text.num_hidden_layers) for kind in ("key", "value")]
    tokens = {0: "batch", 1: "tokens"}
    positions = torch.arange(5, 8).repeat(2, 1)
    position_axes = tokens
    if hasattr(core, "visual"):  # mRoPE: three numbers a position
        positions, position_axes = positions.repeat(3, 1, 1), {1: "batch", 2: "tokens"}
    export(
        Decoder({"layers": core.language_model, "head": model.lm_head}),
        "decoder_model_merged",
        {
            "inputs_embeds": torch.rand(2, 3, text.hidden_size),
            "attention_mask": torch.ones(2, 8, dtype=torch.int64),
            "position_ids": positions,
            **{f"past_key_values.{cache}": torch.rand(2, heads, 5, width) for cache in caches},
        },
        ["logits", *(f"present.{cache}" for cache in caches)],
        {
            "inputs_embeds": tokens,
            "attention_mask": {0: "batch", 1: "total"},
            "position_ids": position_axes,
            "logits": tokens,
            **{f"past_key_values.{cache}": {0: "batch", 2: "past"} for cache in caches},
            **{f"present.{cache}": {0: "batch", 2: "total"} for cache in caches},
        })


with torch.no_grad():
    export_vision()
    export_embeddings()
    export_decoder()
