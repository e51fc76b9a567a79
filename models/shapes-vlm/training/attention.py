"""Attention for training. On torch 2 it is F.scaled_dot_product_attention; Debian's torch 1.13 lacks that, and on a CPU the
functions here, one head of one image at a time so that scores stay in the cache, recomputed in the backward pass instead of
kept, take half the time of a batched softmax(q k') v."""
import math

import torch
import torch.nn.functional as F

_HAS_FUSED = hasattr(F, "scaled_dot_product_attention")
_ROWS = 200     # causal attention goes in blocks of rows, each of which sees only the keys up to its end


class _Attention(torch.autograd.Function):
    """softmax(q k' / sqrt(D)) v for q, k, v [B, H, N, D]; causal or not."""

    @staticmethod
    def forward(ctx, q, k, v, causal):
        q, k, v = q.contiguous(), k.contiguous(), v.contiguous()
        out = torch.empty_like(q)
        ctx.causal = causal
        ctx.save_for_backward(q, k, v)
        for b, h in _heads(q):
            for start, end, keys in _blocks(q.shape[2], causal):
                p = _probabilities(q[b, h, start:end], k[b, h, :keys], start if causal else None)
                torch.mm(p, v[b, h, :keys], out=out[b, h, start:end])
        return out

    @staticmethod
    def backward(ctx, grad):
        q, k, v = ctx.saved_tensors
        grad = grad.contiguous()
        dq, dk, dv = torch.empty_like(q), torch.zeros_like(k), torch.zeros_like(v)
        for b, h in _heads(q):
            for start, end, keys in _blocks(q.shape[2], ctx.causal):
                rows = slice(start, end)
                p = _probabilities(q[b, h, rows], k[b, h, :keys], start if ctx.causal else None)
                dv[b, h, :keys].addmm_(p.t(), grad[b, h, rows])
                ds = _softmax_gradient(grad[b, h, rows] @ v[b, h, :keys].t(), p)
                torch.mm(ds, k[b, h, :keys], out=dq[b, h, rows])
                dk[b, h, :keys].addmm_(ds.t(), q[b, h, rows])
        scale = 1 / math.sqrt(q.shape[-1])
        return dq.mul_(scale), dk.mul_(scale), dv, None


class _QuestionAttention(torch.autograd.Function):
    """Many questions beside one another: each position sees the whole prefix and, of the text, its own question up to itself.

    q, k_text, v_text [B, H, Q * L, D]; k, v [B, H, P, D] of the prefix.
    """

    @staticmethod
    def forward(ctx, q, k, v, k_text, v_text, length):
        q, k, v, k_text, v_text = (t.contiguous() for t in (q, k, v, k_text, v_text))
        out = torch.empty_like(q)
        ctx.length = length
        ctx.save_for_backward(q, k, v, k_text, v_text)
        future = _future(length)
        for b, h in _heads(q):
            p_prefix, p_own = _question_probabilities(q[b, h], k[b, h], k_text[b, h], future)
            torch.mm(p_prefix, v[b, h], out=out[b, h])
            out[b, h].view(-1, length, q.shape[-1]).baddbmm_(p_own, v_text[b, h].view(-1, length, q.shape[-1]))
        return out

    @staticmethod
    def backward(ctx, grad):
        q, k, v, k_text, v_text = ctx.saved_tensors
        grad, length, width = grad.contiguous(), ctx.length, q.shape[-1]
        dq, dk, dv, dk_text, dv_text = (torch.empty_like(t) for t in (q, k, v, k_text, v_text))
        prefix, future = k.shape[2], _future(length)

        def by_question(t):
            return t.view(-1, length, width)

        for b, h in _heads(q):
            p_prefix, p_own = _question_probabilities(q[b, h], k[b, h], k_text[b, h], future)
            g = grad[b, h]
            torch.mm(p_prefix.t(), g, out=dv[b, h])
            by_question(dv_text[b, h]).copy_(torch.bmm(p_own.transpose(1, 2), by_question(g)))
            dp_own = torch.bmm(by_question(g), by_question(v_text[b, h]).transpose(1, 2)).view(-1, length)
            dp = torch.cat([g @ v[b, h].t(), dp_own], 1)
            ds = _softmax_gradient(dp, torch.cat([p_prefix, p_own.reshape(-1, length)], 1))
            ds_prefix, ds_own = ds[:, :prefix], ds[:, prefix:].reshape(-1, length, length)
            torch.mm(ds_prefix, k[b, h], out=dq[b, h])
            by_question(dq[b, h]).baddbmm_(ds_own, by_question(k_text[b, h]))
            torch.mm(ds_prefix.t(), q[b, h], out=dk[b, h])
            by_question(dk_text[b, h]).copy_(torch.bmm(ds_own.transpose(1, 2), by_question(q[b, h])))
        scale = 1 / math.sqrt(width)
        return dq.mul_(scale), dk.mul_(scale), dv, dk_text.mul_(scale), dv_text, None


def _heads(q):
    return ((b, h) for b in range(q.shape[0]) for h in range(q.shape[1]))


def _blocks(rows, causal):
    """(first row, end row, number of keys seen)"""
    if not causal:
        return [(0, rows, rows)]
    return [(start, min(start + _ROWS, rows), min(start + _ROWS, rows)) for start in range(0, rows, _ROWS)]


def _future(length):
    """0 where a position may look, -inf where it would see what comes after it; [length, length]"""
    return torch.full((length, length), -math.inf).triu_(1)


def _probabilities(q, k, diagonal):
    scores = torch.mm(q * (1 / math.sqrt(q.shape[1])), k.t())
    if diagonal is not None:
        scores[:, diagonal:] += _future(q.shape[0])
    return torch.softmax(scores, 1)


def _question_probabilities(q, k, k_text, future):
    length, width = len(future), q.shape[1]
    q = q * (1 / math.sqrt(width))
    own = torch.bmm(q.view(-1, length, width), k_text.view(-1, length, width).transpose(1, 2)) + future
    p = torch.softmax(torch.cat([torch.mm(q, k.t()), own.view(-1, length)], 1), 1)
    return p[:, :len(k)], p[:, len(k):].reshape(-1, length, length)


def _softmax_gradient(dp, p):
    return torch._softmax_backward_data(dp, p, 1, torch.float32)


def attention(q, k, v, causal=False):
    """softmax(q k' / sqrt(D)) v; all [B, H, N, D]."""
    if _HAS_FUSED:
        return F.scaled_dot_product_attention(q, k, v, is_causal=causal)
    return _Attention.apply(q, k, v, causal)


def question_attention(q, k, v, k_text, v_text, length):
    """Attention of questions of `length` positions that lie beside one another: each sees the prefix (k, v) and itself."""
    if not _HAS_FUSED:
        return _QuestionAttention.apply(q, k, v, k_text, v_text, length)
    questions, prefix = q.shape[2] // length, k.shape[2]
    own = torch.block_diag(*[torch.ones(length, length, device=q.device).tril()] * questions) > 0
    seen = torch.cat([torch.ones(q.shape[2], prefix, dtype=torch.bool, device=q.device), own], 1)
    return F.scaled_dot_product_attention(q, torch.cat([k, k_text], 2), torch.cat([v, v_text], 2), attn_mask=seen)
