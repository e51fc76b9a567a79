"""shapes-vlm: LLaVA-1.5's shape in small. Vision transformer -> Linear-GELU-Linear projector -> LLaMA-style decoder."""
import math
from dataclasses import asdict, dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from attention import attention, question_attention
from questions import PREFIX_IDS, VOCABULARY
from scenes import GRID, PATCH_COUNT, PATCH_SIZE

IMAGE_MEAN = (0.48145466, 0.4578275, 0.40821073)       # CLIP's
IMAGE_STD = (0.26862954, 0.26130258, 0.27577711)


@dataclass(frozen=True)
class Sizes:
    """Widths and depths. The defaults are what ships: 1.3 million parameters."""
    encoder_width: int = 96
    encoder_layers: int = 3
    encoder_heads: int = 3
    encoder_mlp: int = 384
    decoder_width: int = 128
    decoder_layers: int = 4
    decoder_heads: int = 4
    decoder_mlp: int = 352
    vocabulary: int = len(VOCABULARY)
    rope_theta: float = 500_000.0
    norm_epsilon: float = 1e-5

    def as_dict(self):
        return asdict(self)


def patchify(images: np.ndarray, device="cpu") -> torch.Tensor:
    """uint8 [B, S, S, 3] -> normalised float [B, 576, 588], each patch in Conv2d's order (channel, row, column)."""
    patches = torch.from_numpy(images).to(device).view(-1, GRID, PATCH_SIZE, GRID, PATCH_SIZE, 3)
    patches = patches.permute(0, 1, 3, 5, 2, 4).reshape(-1, PATCH_COUNT, 3, PATCH_SIZE ** 2).float()
    mean = 255 * torch.tensor(IMAGE_MEAN, device=device)[:, None]
    std = 255 * torch.tensor(IMAGE_STD, device=device)[:, None]
    return ((patches - mean) / std).flatten(2)


def _grid_positions(width: int) -> torch.Tensor:
    """Sines and cosines of row and column, wavelengths from 5 to 60 patches; [576, width]."""
    angle = np.arange(GRID)[:, None] * (2 * math.pi / np.geomspace(5, 60, width // 4))
    axis = np.concatenate([np.sin(angle), np.cos(angle)], 1)
    both = np.concatenate([np.repeat(axis[:, None], GRID, 1), np.repeat(axis[None], GRID, 0)], -1)
    return torch.tensor(both.reshape(PATCH_COUNT, width), dtype=torch.float32)


class EncoderLayer(nn.Module):
    """Pre-norm transformer layer with GELU."""

    def __init__(self, width: int, heads: int, mlp: int):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.fc1, self.fc2 = nn.Linear(width, mlp), nn.Linear(mlp, width)
        with torch.no_grad():   # queries and keys start correlated: attention begins as matching by content and place
            weight = self.qkv.weight.normal_(std=1 / math.sqrt(width))
            weight[width:2 * width] = 0.9 * weight[:width] + 0.3 * weight[width:2 * width]
            self.out.weight.normal_(std=0.5 / math.sqrt(width))
            self.qkv.bias.zero_()
            self.out.bias.zero_()

    def forward(self, x):
        batch, tokens, width = x.shape
        qkv = self.qkv(self.norm1(x)).view(batch, tokens, 3, self.heads, width // self.heads)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)
        x = x + self.out(attention(q, k, v).transpose(1, 2).reshape(batch, tokens, width))
        return x + self.fc2(F.gelu(self.fc1(self.norm2(x))))


class VisionEncoder(nn.Module):
    """Patches [B, 576, 588] -> visual tokens [B, 576, D] and the CLS row [B, D] (used by a training loss only)."""

    def __init__(self, sizes: Sizes):
        super().__init__()
        width = sizes.encoder_width
        self.patch = nn.Conv2d(3, width, PATCH_SIZE, PATCH_SIZE)
        self.cls = nn.Parameter(torch.randn(1, 1, width) * 0.5)
        self.position = nn.Parameter(_grid_positions(width) * 0.7)
        self.layers = nn.ModuleList(EncoderLayer(width, sizes.encoder_heads, sizes.encoder_mlp) for _ in range(sizes.encoder_layers))

    def forward(self, patches):
        x = F.linear(patches, self.patch.weight.flatten(1), self.patch.bias) + self.position
        x = torch.cat([self.cls.expand(len(x), -1, -1), x], 1)
        for layer in self.layers:
            x = layer(x)
        return x[:, 1:], x[:, 0]


class Projector(nn.Module):
    """Visual tokens [..., D] -> projected visual tokens [..., H]."""

    def __init__(self, sizes: Sizes):
        super().__init__()
        self.fc1 = nn.Linear(sizes.encoder_width, sizes.decoder_width)
        self.fc2 = nn.Linear(sizes.decoder_width, sizes.decoder_width)

    def forward(self, x):
        return self.fc2(F.gelu(self.fc1(x)))


class RmsNorm(nn.Module):
    """x / rms(x) * weight"""

    def __init__(self, width: int, epsilon: float):
        super().__init__()
        self.weight, self.epsilon = nn.Parameter(torch.ones(width)), epsilon

    def forward(self, x):
        return x * torch.rsqrt((x * x).mean(-1, keepdim=True) + self.epsilon) * self.weight


def rotate(x, cos, sin):
    """Rotary position embedding, halves paired as in LLaMA; x [B, H, T, D], cos and sin [..., T, D]."""
    half = x.shape[-1] // 2
    return x * cos + torch.cat([-x[..., half:], x[..., :half]], -1) * sin


class DecoderLayer(nn.Module):
    """Pre-norm layer of LLaMA: rotary attention without biases, SwiGLU."""

    def __init__(self, sizes: Sizes):
        super().__init__()
        width, mlp = sizes.decoder_width, sizes.decoder_mlp
        self.heads = sizes.decoder_heads
        self.input_norm = RmsNorm(width, sizes.norm_epsilon)
        self.q, self.k, self.v, self.o = (nn.Linear(width, width, bias=False) for _ in range(4))
        self.post_norm = RmsNorm(width, sizes.norm_epsilon)
        self.gate, self.up = (nn.Linear(width, mlp, bias=False) for _ in range(2))
        self.down = nn.Linear(mlp, width, bias=False)
        for linear in (self.q, self.k, self.v, self.gate, self.up):
            nn.init.normal_(linear.weight, std=1 / math.sqrt(width))
        nn.init.normal_(self.down.weight, std=0.5 / math.sqrt(mlp))
        with torch.no_grad():   # query and key start correlated (match by content), value and output start as a copy
            self.k.weight.copy_(0.9 * self.q.weight + 0.3 * self.k.weight)
            self.q.weight.mul_(2)
            nn.init.orthogonal_(self.v.weight)
            self.o.weight.copy_(0.5 * self.v.weight.t())

    def split(self, x):
        """[B, T, H] -> [B, heads, T, head width]"""
        return x.view(x.shape[0], x.shape[1], self.heads, -1).transpose(1, 2)

    def merge(self, x):
        """[B, heads, T, head width] -> [B, T, H]"""
        return x.transpose(1, 2).flatten(2)

    def mlp(self, x):
        y = self.post_norm(x)
        return x + self.down(F.silu(self.gate(y)) * self.up(y))


class Decoder(nn.Module):
    """Embeddings in, hidden states out; `logits` turns those into scores of words."""

    def __init__(self, sizes: Sizes):
        super().__init__()
        width = sizes.decoder_width
        self.embed = nn.Embedding(sizes.vocabulary, width)
        nn.init.normal_(self.embed.weight, std=0.2)
        self.layers = nn.ModuleList(DecoderLayer(sizes) for _ in range(sizes.decoder_layers))
        self.norm = RmsNorm(width, sizes.norm_epsilon)
        self.head = nn.Linear(width, sizes.vocabulary, bias=False)
        nn.init.normal_(self.head.weight, std=0.5 / math.sqrt(width))
        head_width = width // sizes.decoder_heads
        frequency = 1 / sizes.rope_theta ** (torch.arange(0, head_width, 2).float() / head_width)
        self.register_buffer("frequency", frequency, persistent=False)

    def cos_sin(self, positions):
        angle = positions[..., None].float() * self.frequency
        angle = torch.cat([angle, angle], -1)
        return angle.cos(), angle.sin()

    def logits(self, hidden):
        return self.head(self.norm(hidden))

    def forward(self, embeddings, positions):
        """One sequence an item, causal: embeddings [B, T, H], positions [T] or [B, T] -> hidden states [B, T, H]."""
        cos, sin = self.cos_sin(positions)
        if cos.dim() == 3:
            cos, sin = cos[:, None], sin[:, None]
        x = embeddings
        for layer in self.layers:
            y = layer.input_norm(x)
            q, k, v = layer.split(layer.q(y)), layer.split(layer.k(y)), layer.split(layer.v(y))
            x = layer.mlp(x + layer.o(layer.merge(attention(rotate(q, cos, sin), rotate(k, cos, sin), v, causal=True))))
        return x

    def answer_many(self, prefix, ids, observe=None):
        """Many questions about each image in one pass, each of which sees the prefix and itself only, exactly as if it were alone.

        prefix [B, P, H]: words before the image and all visual tokens; ids [B, Q, L]. Returns hidden states [B, Q, L, H].
        `observe(layer number, text queries, prefix keys, text keys)`, all [B, heads, ..., head width], may watch the attention.
        """
        batch, count, length = ids.shape
        first = prefix.shape[1]
        cos, sin = self.cos_sin(torch.arange(first, device=ids.device))
        text_cos, text_sin = (t.repeat(count, 1) for t in self.cos_sin(first + torch.arange(length, device=ids.device)))
        x, text = prefix, self.embed(ids).view(batch, count * length, -1)
        for number, layer in enumerate(self.layers):
            y, text_y = layer.input_norm(x), layer.input_norm(text)
            k, v = rotate(layer.split(layer.k(y)), cos, sin), layer.split(layer.v(y))
            text_q = rotate(layer.split(layer.q(text_y)), text_cos, text_sin)
            text_k = rotate(layer.split(layer.k(text_y)), text_cos, text_sin)
            text_v = layer.split(layer.v(text_y))
            if observe:
                observe(number, text_q, k, text_k)
            seen = question_attention(text_q, k, v, text_k, text_v, length)
            text = layer.mlp(text + layer.o(layer.merge(seen)))
            if number < len(self.layers) - 1:       # after the last layer nobody looks at the prefix again
                q = rotate(layer.split(layer.q(y)), cos, sin)
                x = layer.mlp(x + layer.o(layer.merge(attention(q, k, v, causal=True))))
        return text.view(batch, count, length, -1)


class ShapesVlm(nn.Module):
    """The whole model."""

    def __init__(self, sizes: Sizes = Sizes()):
        super().__init__()
        self.sizes = sizes
        self.encoder, self.projector, self.decoder = VisionEncoder(sizes), Projector(sizes), Decoder(sizes)

    def prefix(self, projected):
        """<bos> user : and the visual tokens, [B, 3 + N, H]."""
        words = self.decoder.embed(torch.tensor(PREFIX_IDS, device=projected.device))
        return torch.cat([words.expand(len(projected), -1, -1), projected], 1)
