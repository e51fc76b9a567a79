"""Where stage 2 starts from: a projector scaled to the encoder's output, and words that already lie near what they name."""
import torch
import torch.nn.functional as F

from batches import STARTING, asked_scene, draw_batch
from model import patchify
from questions import PLURALS, TOKEN_IDS
from scenes import COLORS, GRID, PATCH_COUNT, SHAPES, SIZES

_IMAGES = 48
_TOKEN_NORM = 2.5


@torch.no_grad()
def prepare_projector_and_words(model, seed, device):
    """Changes the projector (random, scaled by data) and the decoder's words; needs a trained encoder."""
    batch = draw_batch((STARTING, seed, 0, 0), range(_IMAGES), asked_scene)
    tokens = torch.cat([model.encoder(patchify(batch.images[i:i + 8], device))[0] for i in range(0, _IMAGES, 8)])
    projected = _scale_projector(model.projector, tokens)
    _start_words(model.decoder, projected, torch.from_numpy(batch.labels).to(device))


def _scale_projector(projector, tokens):
    """Random weights such that hidden values have unit spread and outputs have zero mean and norm 2.5 or so."""
    fc1, fc2, mean = projector.fc1, projector.fc2, tokens.mean((0, 1))
    fc1.weight.normal_()
    fc1.weight.div_(((tokens - mean) @ fc1.weight.t()).std())
    fc1.bias.copy_(-fc1.weight @ mean)
    fc2.weight.normal_()
    fc2.bias.zero_()
    z = projector(tokens)
    fc2.weight.div_((z - z.mean((0, 1))).pow(2).sum(-1).mean().sqrt() / _TOKEN_NORM)
    fc2.bias.sub_(projector(tokens).mean((0, 1)))
    return projector(tokens)


def _start_words(decoder, projected, labels):
    """Words for shapes, colours, sizes and sides start at the direction of the projector's output that best tells them
    (ridge regression); all words share one more vector, by which text finds text among 576 patches."""
    words, width = decoder.embed.weight, decoder.embed.weight.shape[1]
    z, labels = projected.flatten(0, 1), labels.flatten(0, 1)
    covered = labels[:, 0] >= 0
    named = torch.cat([F.one_hot(labels[covered][:, i], len(names)).float() for i, names in enumerate((SHAPES, COLORS, SIZES))], 1)
    place = torch.arange(len(z), device=z.device) % PATCH_COUNT
    row, column, half = place // GRID, place % GRID, GRID // 2
    sides = torch.stack([column < half, column >= half, row < half, row >= half], 1).float()
    of_objects = _ridge_directions(z[covered] - z[covered].mean(0), named)
    directions = torch.cat([of_objects, _ridge_directions(z, sides)])
    for word, direction in zip(SHAPES + COLORS + SIZES + ["left", "right", "top", "bottom"], directions):
        words[TOKEN_IDS[word]] = 2 * direction + 0.02 * torch.randn(width).to(words)
    for word, direction in zip(PLURALS, directions):
        words[TOKEN_IDS[word]] = 2 * direction + 0.06 * torch.randn(width).to(words)
    decoder.head.weight.copy_(0.3 * words)
    common = torch.randn(width).to(words)
    words.add_(1.5 * common / common.norm())


def _ridge_directions(z, targets):
    targets = targets - targets.mean(0)
    gram = z.t() @ z + 1e-2 * len(z) * z.pow(2).mean() * torch.eye(z.shape[1], device=z.device)
    weight = torch.linalg.solve(gram, z.t() @ targets).t()
    return weight / weight.norm(dim=1, keepdim=True)
