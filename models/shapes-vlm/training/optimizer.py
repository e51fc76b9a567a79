"""Muon for the inner matrices, AdamW for the rest; gradients averaged over the processes and clipped by their common norm."""
import math

import torch


class Muon:
    """Momentum, then the update's singular values brought to about 1 by Newton-Schulz steps. Update RMS 0.2, as AdamW's usually is."""

    def __init__(self, matrices, weight_decay=0.02):
        """matrices: (parameter, number of matrices stacked in its rows, factor of the learning rate)"""
        self.matrices, self.weight_decay = matrices, weight_decay
        self.momenta = [torch.zeros_like(p) for p, _, _ in matrices]

    @torch.no_grad()
    def step(self, rate):
        for (p, stacked, factor), momentum in zip(self.matrices, self.momenta):
            momentum.lerp_(p.grad, 0.05)
            update = _orthogonalised(p.grad.lerp(momentum, 0.95).view(stacked, -1, p.shape[1]))
            scale = 0.2 * math.sqrt(max(update.shape[1:]))
            p.mul_(1 - rate * factor * self.weight_decay).add_(update.reshape(p.shape), alpha=-scale * rate * factor)


def _orthogonalised(u):
    tall = u.shape[1] > u.shape[2]
    if tall:
        u = u.transpose(1, 2)
    u = u / (u.flatten(1).norm(dim=1)[:, None, None] + 1e-7)
    for _ in range(5):
        a = u @ u.transpose(1, 2)
        u = 3.4445 * u + (-4.7750 * a + 2.0315 * a @ a) @ u
    return u.transpose(1, 2) if tall else u


class Optimizer:
    """One step for all parameters of some modules."""

    def __init__(self, modules, team):
        """modules: (module, factor of the learning rate) pairs; parameters that need no gradient are left alone."""
        self.team = team
        named = [(f"{i}.{name}", p, factor) for i, (module, factor) in enumerate(modules)
                 for name, p in module.named_parameters() if p.requires_grad]
        self.parameters = [p for _, p, _ in named]
        self.muon = Muon([(p, 3 if name.endswith("qkv.weight") else 1, factor) for name, p, factor in named if _is_inner_matrix(name, p)])
        factors = sorted({factor for _, _, factor in named})
        groups = [{"params": [p for name, p, f in named if not _is_inner_matrix(name, p) and f == factor], "factor": factor}
                  for factor in factors]
        self.adam = torch.optim.AdamW([g for g in groups if g["params"]], lr=1e-3, betas=(0.9, 0.98), weight_decay=0.02)

    def step(self, loss, muon_rate, adam_rate, clip):
        """Backward, average, clip, update. Returns the gradient's norm before clipping."""
        for p in self.parameters:
            p.grad = None
        loss.backward()
        gradient = torch.cat([(torch.zeros_like(p) if p.grad is None else p.grad).flatten() for p in self.parameters])
        gradient = self.team.average(gradient)
        norm = gradient.norm().item()
        gradient *= min(1.0, clip / (norm + 1e-6))
        for p, part in zip(self.parameters, gradient.split([p.numel() for p in self.parameters])):
            p.grad = part.view_as(p)
        self.muon.step(muon_rate)
        for group in self.adam.param_groups:
            group["lr"] = adam_rate * group["factor"]
        self.adam.step()
        return norm

    def state_dict(self):
        return {"momenta": self.muon.momenta, "adam": self.adam.state_dict()}

    def load_state_dict(self, state):
        for momentum, saved in zip(self.muon.momenta, state["momenta"], strict=True):
            momentum.copy_(saved)
        self.adam.load_state_dict(state["adam"])


def _is_inner_matrix(name, p):
    return p.dim() == 2 and any(part in name for part in ("layers.", "fc1", "fc2"))
