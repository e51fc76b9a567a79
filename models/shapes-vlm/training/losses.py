"""What training asks for beside right answers. All of it is annealed to zero before the end, none of it touches the projector's output.

DenseHeads: throw-away linear heads on the ENCODER's output, which make it see shapes, colours, sizes, centres and places.
AttentionGuide: losses on a few attention heads of the decoder, without which learning to look at 576 tokens does not start.
"""
import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from questions import PREFIX_IDS, TEXT_LENGTH, named_by
from scenes import COLORS, GRID, PATCH_COUNT, SHAPES, SIZES, centre_weights

_CENTRE_MAPS = 1 + len(SHAPES) + len(COLORS)        # any object, each shape, each colour
_PLACE_WAVES = 10
_PARTS = [len(SHAPES), len(COLORS), len(SIZES), 1, _CENTRE_MAPS, _PLACE_WAVES]
_MOST_COUNTED = 6


def _place_targets() -> torch.Tensor:
    """Five harmonics of the row and of the column of each patch, [576, 10]."""
    p = (np.arange(GRID) + 0.5) / GRID
    axis = np.stack([2 * p - 1, np.sin(2 * np.pi * p), np.cos(2 * np.pi * p), np.sin(4 * np.pi * p), np.cos(4 * np.pi * p)], -1)
    both = np.concatenate([np.repeat(axis[:, None], GRID, 1), np.repeat(axis[None], GRID, 0)], -1)
    return torch.tensor(both.reshape(PATCH_COUNT, _PLACE_WAVES), dtype=torch.float32)


class DenseHeads(nn.Module):
    """Linear heads on visual tokens and on CLS; they exist in training only."""

    def __init__(self, width: int):
        super().__init__()
        self.patch = nn.Linear(width, sum(_PARTS))
        self.cls = nn.Linear(width, len(SHAPES) * len(COLORS) + _MOST_COUNTED)
        nn.init.normal_(self.patch.weight, std=0.02)
        nn.init.normal_(self.cls.weight, std=0.02)
        self.register_buffer("place", _place_targets(), persistent=False)

    def forward(self, tokens, cls, scenes, labels):
        """Visual tokens [B, 576, D], CLS [B, D], the scenes and their patch labels [B, 576, 3] -> loss and its parts."""
        labels = torch.from_numpy(labels).to(tokens.device)
        shape, color, size, is_object, centres, place = self.patch(tokens).split(_PARTS, -1)
        covered = labels[..., 0] >= 0
        named = labels[covered]
        maps, pairs, counts = (torch.from_numpy(t).to(tokens.device) for t in _scene_targets(scenes))
        # One more place to look at, with logit 0, stands for "nowhere": exp(logit) comes to sum to 1 an object.
        divergence = (maps * (torch.log(maps + 1e-9) - torch.log_softmax(F.pad(centres.transpose(1, 2), (0, 1)), -1))).sum(-1)
        pair_logits, count_logits = self.cls(cls).split([pairs.shape[1], _MOST_COUNTED], -1)
        parts = {
            "shape": F.cross_entropy(shape[covered], named[:, 0]),
            "color": F.cross_entropy(color[covered], named[:, 1]),
            "size": F.cross_entropy(size[covered], named[:, 2]),
            "object": F.binary_cross_entropy_with_logits(is_object[..., 0], covered.float()),
            "centre": divergence[:, 0].mean(),
            "centre_shape": divergence[:, 1:1 + len(SHAPES)].mean(),
            "centre_color": divergence[:, 1 + len(SHAPES):].mean(),
            "place": F.mse_loss(place, self.place.expand_as(place)),
            "cls": 5 * F.binary_cross_entropy_with_logits(pair_logits, pairs) + 0.2 * F.cross_entropy(count_logits, counts),
        }
        loss = (1.5 * parts["shape"] + 0.5 * parts["color"] + 0.3 * parts["size"] + 0.3 * parts["object"] + parts["centre"]
                + parts["centre_shape"] + parts["centre_color"] + parts["place"] + 0.2 * parts["cls"])
        with torch.no_grad():
            for index, (name, logits) in enumerate((("shape", shape), ("color", color), ("size", size))):
                parts["right_" + name] = (logits[covered].argmax(-1) == named[:, index]).float().mean()
        return loss, parts


def _scene_targets(scenes):
    """Centre maps [B, 15, 577] that sum to 1, which (shape, colour) occur [B, 48], and how many objects (as a class) [B]."""
    maps = np.zeros((len(scenes), _CENTRE_MAPS, PATCH_COUNT + 1), np.float32)
    pairs = np.zeros((len(scenes), len(SHAPES) * len(COLORS)), np.float32)
    for b, objects in enumerate(scenes):
        for o in objects:
            pairs[b, o.shape * len(COLORS) + o.color] = 1
            for row in (0, 1 + o.shape, 1 + len(SHAPES) + o.color):
                maps[b, row, :PATCH_COUNT] += centre_weights(o)
    maps[..., PATCH_COUNT] = 1
    counts = np.array([min(len(objects), _MOST_COUNTED) - 1 for objects in scenes])
    return maps / maps.sum(-1, keepdims=True), pairs, counts


class AttentionGuide:
    """Watches one pass of Decoder.answer_many and adds up three losses on its attention:

    layer 0: the noun onto the word before it ("red" of "red circle");
    layer 1: the noun onto the patches that it names (heads 0 and 1: all their mass; head 2: the objects' centres);
    layer 2: the position that answers onto the noun.
    """

    def __init__(self, ids, answer_position, scenes, labels, device):
        """ids [B, Q, L] and the first position that answers [B, Q] as arrays; scenes; labels [B, 576, 3]."""
        noun, patches, centres = _guide_targets(ids, scenes, labels)
        self.noun, self.answer = torch.from_numpy(noun).to(device), torch.from_numpy(answer_position).to(device)
        self.patches, self.centres = torch.from_numpy(patches).to(device), torch.from_numpy(centres).to(device)
        self.loss, self.parts = 0.0, {}

    def __call__(self, layer, text_q, k, text_k):
        if layer == 0:
            self._text_to_text("guide_word", self.noun, self.noun - 1, text_q, k, text_k)
        elif layer == 1:
            self._noun_to_image(text_q, k, text_k)
        elif layer == 2:
            self._text_to_text("guide_answer", self.answer, self.noun, text_q, k, text_k)

    def _add(self, name, loss):
        self.loss = self.loss + loss
        self.parts[name] = loss.detach()

    def _log_attention(self, heads, position, text_q, k, text_k):
        """Log attention of one position of each question: onto the prefix [B, heads, Q, P] and onto its own text [B, heads, Q, L]."""
        batch, _, _, width = text_q.shape
        text_q = text_q[:, :heads].view(batch, heads, -1, TEXT_LENGTH, width)
        text_k = text_k[:, :heads].view(batch, heads, -1, TEXT_LENGTH, width)
        at = position[:, None, :, None, None].expand(-1, heads, -1, 1, width)
        q = text_q.gather(3, at)[:, :, :, 0] / math.sqrt(width)
        own = (q[:, :, :, None] * text_k).sum(-1)
        later = torch.arange(TEXT_LENGTH, device=q.device) > position[:, None, :, None]
        own = own.masked_fill(later, -math.inf)
        scores = torch.log_softmax(torch.cat([q @ k[:, :heads].transpose(-1, -2), own], -1), -1)
        return scores.split([k.shape[2], TEXT_LENGTH], -1)

    def _text_to_text(self, name, source, target, text_q, k, text_k):
        _, own = self._log_attention(2, source, text_q, k, text_k)
        onto = own.gather(3, target[:, None, :, None].expand(-1, 2, -1, 1))
        self._add(name, -onto.clamp(min=-12).mean())

    def _noun_to_image(self, text_q, k, text_k):
        onto, _ = self._log_attention(3, self.noun, text_q, k, text_k)
        mass = (onto[:, :2].exp() * self.patches[:, None]).sum(-1)
        self._add("guide_patches", -torch.log(mass + 1e-4).mean())
        excess = self.centres * (torch.log(self.centres + 1e-9) - onto[:, 2].clamp(min=-12))
        self._add("guide_centres", excess.sum(-1).mean())


def _guide_targets(ids, scenes, labels):
    """The noun's position [B, Q], the prefix positions it names [B, Q, P] (0/1; <bos> where it names none), and its
    objects' centres with <bos> as one unit [B, Q, P] (sum 1)."""
    noun, shape, color = named_by(ids)
    words = len(PREFIX_IDS)
    patches = np.zeros((*noun.shape, words + PATCH_COUNT), np.float32)
    centres = np.zeros_like(patches)
    centres[..., 0] = 1
    for b, objects in enumerate(scenes):
        asked_shape, asked_color = shape[b][:, None], color[b][:, None]

        def fits(shapes, colors):
            return ((asked_shape < 0) | (shapes == asked_shape)) & ((asked_color < 0) | (colors == asked_color))

        patch_shape, patch_color = labels[b][None, :, 0], labels[b][None, :, 1]
        patches[b, :, words:] = (patch_shape >= 0) & fits(patch_shape, patch_color)
        object_shapes, object_colors = np.array([[o.shape for o in objects]]), np.array([[o.color for o in objects]])
        weights = np.stack([centre_weights(o) for o in objects])
        centres[b, :, words:] = fits(object_shapes, object_colors).astype(np.float32) @ weights
    patches[..., 0] = patches.sum(-1) == 0
    return noun, patches, centres / centres.sum(-1, keepdims=True)
