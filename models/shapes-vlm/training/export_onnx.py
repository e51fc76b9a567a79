"""Writes the four ONNX graphs and the JSON files of the model's folder from a checkpoint.

    python3 export_onnx.py --weights run/model.pt --folder ..

Float32, opset 17. vision_encoder.onnx ends BEFORE the projector and leaves CLS out, so that its output is the 576 visual tokens.
"""
import argparse
import json
import math
from pathlib import Path

import onnx
import torch
import torch.nn.functional as F
from torch import nn

from model import IMAGE_MEAN, IMAGE_STD, ShapesVlm
from questions import SPECIAL_TOKENS, TOKEN_IDS, VOCABULARY
from scenes import IMAGE_SIZE, PATCH_COUNT, PATCH_SIZE

OPSET = 17
MAX_NEW_TOKENS = 8
MAX_POSITIONS = 1024
PROMPT = "user : <image> {question} assistant :"
# Where kept tokens stand after pruning: "original" (gaps stay) or "compact" (renumbered). Chosen by measurement, see README.md.
POSITIONS = "original"
CHAT_TEMPLATE = (
    "{% for message in messages %}{{ message['role'] }} :{% for item in message['content'] %}"
    "{% if item['type'] == 'image' %} <image>{% else %} {{ item['text'] }}{% endif %}{% endfor %} {% endfor %}"
    "{% if add_generation_prompt %}assistant :{% endif %}")


class VisionGraph(nn.Module):
    """pixel_values [B, 3, S, S] -> visual_tokens [B, 576, D]"""

    def __init__(self, encoder, sizes):
        super().__init__()
        self.encoder, self.width = encoder, sizes.encoder_width

    def forward(self, pixel_values):
        encoder = self.encoder
        x = encoder.patch(pixel_values).flatten(2).transpose(1, 2) + encoder.position
        x = torch.cat([encoder.cls.expand(x.shape[0], -1, -1), x], 1)
        for layer in encoder.layers:
            head_width = self.width // layer.heads
            q, k, v = layer.qkv(layer.norm1(x)).reshape(-1, PATCH_COUNT + 1, 3, layer.heads, head_width).permute(2, 0, 3, 1, 4).unbind(0)
            scores = (q * (1 / math.sqrt(head_width))) @ k.transpose(-1, -2)
            seen = (torch.softmax(scores, -1) @ v).transpose(1, 2).reshape(-1, PATCH_COUNT + 1, self.width)
            x = x + layer.out(seen)
            x = x + layer.fc2(F.gelu(layer.fc1(layer.norm2(x))))
        return x[:, 1:]


class DecoderGraph(nn.Module):
    """One forward pass with a KV cache; the causal mask and the padding of a batch are made from attention_mask."""

    def __init__(self, decoder, sizes):
        super().__init__()
        self.decoder, self.heads, self.head_width = decoder, sizes.decoder_heads, sizes.decoder_width // sizes.decoder_heads

    def forward(self, inputs_embeds, attention_mask, position_ids, *past):
        """inputs_embeds [B, L, H], attention_mask [B, T], position_ids [B, L], past keys and values [B, heads, T - L, head width]."""
        decoder = self.decoder
        cos, sin = (t[:, None] for t in decoder.cos_sin(position_ids))
        hidden = self._hidden_keys(attention_mask, inputs_embeds.shape[1])
        x, present = inputs_embeds, []
        for number, layer in enumerate(decoder.layers):
            y = layer.input_norm(x)
            q = self._rotate(self._split(layer.q(y)), cos, sin)
            k = torch.cat([past[2 * number], self._rotate(self._split(layer.k(y)), cos, sin)], 2)
            v = torch.cat([past[2 * number + 1], self._split(layer.v(y))], 2)
            scores = (q * (1 / math.sqrt(self.head_width))) @ k.transpose(-1, -2) + hidden
            seen = (torch.softmax(scores, -1) @ v).transpose(1, 2).flatten(2)
            x = layer.mlp(x + layer.o(seen))
            present += [k, v]
        return (decoder.logits(x), *present)

    @staticmethod
    def _hidden_keys(attention_mask, length):
        """0 where a position may look, a large negative number elsewhere (not -inf: a padded row may see nothing); [B, 1, L, T]."""
        keys = torch.arange(attention_mask.shape[1], device=attention_mask.device)
        queries = keys[attention_mask.shape[1] - length:]
        allowed = (keys[None, :] <= queries[:, None])[None] & (attention_mask > 0)[:, None]
        return ((1 - allowed.float()) * -1e9)[:, None]

    def _split(self, x):
        return x.reshape(x.shape[0], -1, self.heads, self.head_width).transpose(1, 2)

    @staticmethod
    def _rotate(x, cos, sin):
        first, second = x.chunk(2, -1)
        return x * cos + torch.cat([-second, first], -1) * sin


def _export(module, arguments, path, inputs, outputs, dynamic, widths):
    """Exports, names the outputs' fixed dimensions (`widths`, by output), checks."""
    torch.onnx.export(module.eval(), arguments, str(path), opset_version=OPSET, input_names=inputs, output_names=outputs, dynamic_axes=dynamic)
    graph = onnx.load(str(path))
    graph.producer_name, graph.producer_version = "shapes-vlm", ""
    for node in graph.graph.node:
        node.doc_string = ""
    for output in graph.graph.output:
        for dimension, (axis, size) in zip(output.type.tensor_type.shape.dim, enumerate(widths(output.name))):
            if axis not in dynamic[output.name]:
                dimension.Clear()
                dimension.dim_value = size
    onnx.checker.check_model(graph, full_check=True)
    onnx.save(graph, str(path))


@torch.no_grad()
def export_graphs(model, folder):
    """The four graphs, into folder/onnx."""
    folder = folder / "onnx"
    folder.mkdir(parents=True, exist_ok=True)
    sizes = model.sizes
    _export(VisionGraph(model.encoder, sizes), (torch.randn(2, 3, IMAGE_SIZE, IMAGE_SIZE),), folder / "vision_encoder.onnx",
            ["pixel_values"], ["visual_tokens"], {"pixel_values": {0: "batch"}, "visual_tokens": {0: "batch"}},
            lambda _: (0, PATCH_COUNT, sizes.encoder_width))
    _export(model.projector, (torch.randn(2, 5, sizes.encoder_width),), folder / "projector.onnx",
            ["visual_tokens"], ["projected_tokens"],
            {"visual_tokens": {0: "batch", 1: "tokens"}, "projected_tokens": {0: "batch", 1: "tokens"}},
            lambda _: (0, 0, sizes.decoder_width))
    _export(model.decoder.embed, (torch.ones(2, 5, dtype=torch.long),), folder / "embed_tokens.onnx",
            ["input_ids"], ["inputs_embeds"], {"input_ids": {0: "batch", 1: "length"}, "inputs_embeds": {0: "batch", 1: "length"}},
            lambda _: (0, 0, sizes.decoder_width))
    _export_decoder(model, folder / "decoder_model_merged.onnx")


def _export_decoder(model, path):
    sizes, batch, length, past = model.sizes, 2, 5, 3
    cache = [torch.randn(batch, sizes.decoder_heads, past, sizes.decoder_width // sizes.decoder_heads) for _ in range(2 * sizes.decoder_layers)]
    names = [f"{number}.{part}" for number in range(sizes.decoder_layers) for part in ("key", "value")]
    inputs = ["inputs_embeds", "attention_mask", "position_ids"] + ["past_key_values." + name for name in names]
    outputs = ["logits"] + ["present." + name for name in names]
    dynamic = {"inputs_embeds": {0: "batch", 1: "length"}, "attention_mask": {0: "batch", 1: "total_length"},
               "position_ids": {0: "batch", 1: "length"}, "logits": {0: "batch", 1: "length"}}
    dynamic.update({"past_key_values." + name: {0: "batch", 2: "past_length"} for name in names})
    dynamic.update({"present." + name: {0: "batch", 2: "total_length"} for name in names})
    arguments = (torch.randn(batch, length, sizes.decoder_width), torch.ones(batch, past + length, dtype=torch.long),
                 torch.arange(past, past + length).expand(batch, -1), *cache)
    cached = (0, sizes.decoder_heads, 0, sizes.decoder_width // sizes.decoder_heads)
    _export(DecoderGraph(model.decoder, sizes), arguments, path, inputs, outputs, dynamic,
            lambda name: (0, 0, sizes.vocabulary) if name == "logits" else cached)


def write_json_files(model, folder):
    """config, generation_config, preprocessor_config, tokenizer and tokenizer_config, as Hugging Face writes them."""
    sizes, special = model.sizes, {name.strip("<>"): TOKEN_IDS[name] for name in SPECIAL_TOKENS}
    ends = {"bos_token_id": special["bos"], "eos_token_id": special["eos"], "pad_token_id": special["pad"]}
    files = {
        "config.json": {
            "architectures": ["LlavaForConditionalGeneration"],
            "model_type": "llava",
            "image_token_index": special["image"],
            "image_seq_length": PATCH_COUNT,
            "projector_hidden_act": "gelu",
            "multimodal_projector_bias": True,
            "vision_feature_layer": -1,
            "vision_feature_select_strategy": "default",
            "tie_word_embeddings": False,
            "torch_dtype": "float32",
            **ends,
            "vision_config": {
                "model_type": "shapes_vision_model", "image_size": IMAGE_SIZE, "patch_size": PATCH_SIZE, "num_channels": 3,
                "hidden_size": sizes.encoder_width, "intermediate_size": sizes.encoder_mlp, "num_hidden_layers": sizes.encoder_layers,
                "num_attention_heads": sizes.encoder_heads, "hidden_act": "gelu", "layer_norm_eps": 1e-5},
            "text_config": {
                "model_type": "llama", "vocab_size": sizes.vocabulary, "hidden_size": sizes.decoder_width,
                "intermediate_size": sizes.decoder_mlp, "num_hidden_layers": sizes.decoder_layers,
                "num_attention_heads": sizes.decoder_heads, "num_key_value_heads": sizes.decoder_heads,
                "head_dim": sizes.decoder_width // sizes.decoder_heads, "hidden_act": "silu", "rms_norm_eps": sizes.norm_epsilon,
                "rope_theta": sizes.rope_theta, "max_position_embeddings": MAX_POSITIONS, "attention_bias": False, "mlp_bias": False,
                "tie_word_embeddings": False, **ends},
            "zooprune": {"positions": POSITIONS, "prompt": PROMPT},
        },
        "generation_config.json": {**ends, "do_sample": False, "max_new_tokens": MAX_NEW_TOKENS},
        "preprocessor_config.json": {
            "image_processor_type": "CLIPImageProcessor",
            "do_convert_rgb": True,
            "do_resize": True, "size": {"shortest_edge": IMAGE_SIZE}, "resample": 3,
            "do_center_crop": True, "crop_size": {"height": IMAGE_SIZE, "width": IMAGE_SIZE},
            "do_rescale": True, "rescale_factor": 1 / 255,
            "do_normalize": True, "image_mean": list(IMAGE_MEAN), "image_std": list(IMAGE_STD),
        },
        "tokenizer.json": _tokenizer(special),
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": MAX_POSITIONS, "clean_up_tokenization_spaces": False,
            "bos_token": "<bos>", "eos_token": "<eos>", "pad_token": "<pad>", "unk_token": "<unk>", "image_token": "<image>",
            "padding_side": "left", "chat_template": CHAT_TEMPLATE,
        },
    }
    for name, content in files.items():
        (folder / name).write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _tokenizer(special):
    """Words of a small vocabulary; lower case, blanks part words, each punctuation mark is a word of its own."""
    added = [{"id": index, "content": f"<{name}>", "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
             for name, index in special.items()]
    return {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": added,
        "normalizer": {"type": "Lowercase"},
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"}, {"type": "Punctuation", "behavior": "Isolated"}]},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [{"SpecialToken": {"id": "<bos>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
            "pair": [{"SpecialToken": {"id": "<bos>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
            "special_tokens": {"<bos>": {"id": "<bos>", "ids": [special["bos"]], "tokens": ["<bos>"]}},
        },
        "decoder": None,
        "model": {"type": "WordLevel", "vocab": {word: index for index, word in enumerate(VOCABULARY)}, "unk_token": "<unk>"},
    }


def load_model(weights):
    """The model of a checkpoint's "model" entry, ready to be used."""
    model = ShapesVlm()
    model.load_state_dict(torch.load(weights, map_location="cpu", weights_only=False)["model"])
    return model.eval().requires_grad_(False)


def main():
    here = Path(__file__).parent
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, default=here / "run" / "model.pt")
    parser.add_argument("--folder", type=Path, default=here.parent)
    options = parser.parse_args()
    model = load_model(options.weights)
    export_graphs(model, options.folder)
    write_json_files(model, options.folder)


if __name__ == "__main__":
    main()
