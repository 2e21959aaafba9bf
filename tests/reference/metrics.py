#!/usr/bin/python3
"""Compares papertag's metrics with scikit-learn's on generated predictions: ties, papers without gold tags, disputed
pairs, gold tags that the model does not know.

usage: OBJ=build/release tests/reference/metrics.py
"""
import os, random, subprocess, warnings
import numpy as np
from sklearn.metrics import (average_precision_score, f1_score, label_ranking_average_precision_score, ndcg_score,
                             precision_recall_fscore_support, precision_score, recall_score)

warnings.filterwarnings("ignore")
MEASURE = os.path.join(os.environ["OBJ"], "reference", "measure")
number = 0


def annif(Y, S, A):
    """Figures of the tags assigned, over all papers; a paper without gold tags has an NDCG of 1."""
    scores = np.where(A, S, 0)
    order = np.argsort(-np.where(A, S, -1), axis=1, kind="stable")
    out = {"annif/tp": (Y & A).sum(), "annif/fp": (A & (1 - Y)).sum(), "annif/fn": (Y & (1 - A)).sum(),
           "annif/precision": precision_score(Y, A, average="samples", zero_division=0),
           "annif/recall": recall_score(Y, A, average="samples", zero_division=0),
           "annif/f1": f1_score(Y, A, average="samples", zero_division=0),
           "annif/lrap": label_ranking_average_precision_score(Y, scores)}
    for key, depth in (("", Y.shape[1]), ("_at_5", 5), ("_at_10", 10)):
        values = []
        for y, a, o in zip(Y, A, order):
            top = o[: min(depth, a.sum())]
            best = (1 / np.log2(np.arange(2, min(depth, y.sum()) + 2))).sum()
            values.append((y[top] / np.log2(np.arange(2, len(top) + 2))).sum() / best if y.any() else 1)
        out["annif/ndcg" + key] = np.mean(values)
    for k in (1, 3, 5):
        top = np.zeros_like(A)
        for a, o, t in zip(A, order, top):
            t[o[: min(k, a.sum())]] = 1
        out["annif/p_at_%d" % k] = precision_score(Y, top, average="samples", zero_division=0)
    return out


def libmultilabel(Y, S, A):
    """Figures of the whole ranking over all papers, divided by k; macro over all tags."""
    tp, fp, fn = (Y & A).sum(0), (A & (1 - Y)).sum(0), (Y & (1 - A)).sum(0)
    share = lambda a, b: np.divide(a, b, out=np.zeros(len(a)), where=b > 0)
    p, r = share(tp, tp + fp).mean(), share(tp, tp + fn).mean()
    out = {"lml/micro_f1": f1_score(Y, A, average="micro", zero_division=0),
           "lml/macro_f1": f1_score(Y, A, average="macro", zero_division=0),
           "lml/another_macro_f1": 2 * p * r / (p + r)}
    hits = np.take_along_axis(Y, np.argsort(-S, axis=1, kind="stable"), 1)
    for k in (1, 3, 5):
        out["lml/p_at_%d" % k] = (hits[:, :k].sum(1) / k).mean()
    out["lml/rp_at_5"] = share(hits[:, :5].sum(1), np.minimum(5, Y.sum(1))).mean()
    return out


def reference(Y, S, A, care, tags):
    raw, A = A, np.where(care, A, 0)
    seen, has = Y.sum(0) > 0, Y.sum(1) > 0
    out = {
        "f1_micro": f1_score(Y, A, average="micro", zero_division=0),
        "f1_macro": f1_score(Y[:, seen], A[:, seen], average="macro", zero_division=0),
        "f1_samples": f1_score(Y[has], A[has], average="samples", zero_division=0),
        "precision_micro": precision_score(Y, A, average="micro", zero_division=0),
        "recall_micro": recall_score(Y, A, average="micro", zero_division=0),
        "lrap": label_ranking_average_precision_score(Y, S),
    }
    order = np.argsort(-S, axis=1, kind="stable")
    top = np.take_along_axis(np.where(care, Y, 1), order, 1)[has]
    for k in (1, 3, 5):
        out["p_at_%d" % k] = np.mean(top[:, :k].sum(1) / k)
    gain = np.take_along_axis(Y, order, 1)[has][:, :5] / np.log2(np.arange(2, 7))[: min(5, len(tags))]
    ideal = [np.sum(1 / np.log2(np.arange(2, min(5, n) + 2))) for n in Y[has].sum(1)]
    out["ndcg_at_5"] = np.mean(gain.sum(1) / ideal)
    bins = np.minimum((S * 10).astype(int), 9)
    out["ece"] = sum(abs(S[bins == b].sum() - Y[bins == b].sum()) for b in range(10)) / S.size
    for other in (annif(Y, S, raw), libmultilabel(Y, S, raw)):  # neither has disputed pairs
        out.update(other)
    p, r, f, n = precision_recall_fscore_support(Y, A, average=None, zero_division=0)
    for j, t in enumerate(tags):
        out.update({t + "/precision": p[j], t + "/recall": r[j], t + "/f1": f[j], t + "/support": n[j],
                    t + "/average_precision": average_precision_score(Y[:, j], S[:, j]) if n[j] else 0})
    return out


def check(name, papers, known, unknown, digits, ties=True):
    global number
    number += 1
    rng = np.random.RandomState(number)
    tags = sorted(["t%02d" % j for j in range(known + unknown)])
    new = set(rng.choice(known + unknown, unknown, replace=False))
    model = [t for j, t in enumerate(tags) if j not in new]
    Y = (rng.rand(papers, len(tags)) < 0.15).astype(int)
    Y[:, list(new)] &= (rng.rand(papers, unknown) < 0.3).astype(int)
    Y[rng.rand(papers) < 0.1] = 0
    S = np.round(np.clip(0.4 * Y + 0.6 * rng.rand(*Y.shape), 0, 1), digits)
    A = (S > 0.55).astype(int)
    care = rng.rand(*Y.shape) > 0.03
    for j in new:
        S[:, j], A[:, j] = 0, 0
        if not Y[:, j].any():
            Y[0, j] = 1
    lines = [" ".join(model)]
    for i in range(papers):
        lines.append(" ".join(t for j, t in enumerate(tags) if Y[i, j]))
        lines.append(" ".join(t for j, t in enumerate(tags) if not care[i, j]))
        lines.append(" ".join("%r:%d" % (float(S[i, j]), A[i, j]) for j, t in enumerate(tags) if j not in new))
    # papertag ignores a disputed tag that no earlier paper has: leave those out here
    for j in new:
        care[:, j] = True
    out = subprocess.run([MEASURE], input="\n".join(lines) + "\n", text=True, capture_output=True)
    got = {k: float(v) for k, v in (line.split() for line in out.stdout.splitlines())}
    want = reference(Y, S, A, care, tags)
    wrong = [(k, want[k], got.get(k)) for k in want if k not in got or abs(want[k] - got[k]) > 1e-9]
    print("%s %d - %s, %d papers, %d tags" % ("not ok" if wrong else "ok", number, name, papers, len(tags)))
    for row in wrong[:10]:
        print("#   %s: expected %r, got %r" % row)


check("plain", 200, 20, 0, 6)
check("many ties", 200, 20, 0, 1)
check("gold tags that the model does not know", 150, 12, 4, 3)
check("few tags", 50, 3, 0, 2)
check("many tags", 300, 90, 10, 4)
