#!/usr/bin/python3
"""Compares tf-idf rows with those of scikit-learn's TfidfVectorizer, on random texts and with options that both have.

usage: OBJ=build/release tests/reference/tfidf.py
"""
import os, random, subprocess
from sklearn.feature_extraction.text import TfidfVectorizer

ROWS = os.path.join(os.environ["OBJ"], "reference", "rows")
number = 0


def check(name, texts, ngrams, min_df, max_df):
    global number
    number += 1
    vectorizer = TfidfVectorizer(token_pattern=r"(?u)\b\w+\b", ngram_range=(1, ngrams), sublinear_tf=True,
                                 min_df=min_df, max_df=max_df)
    want = vectorizer.fit_transform(texts)
    terms = vectorizer.get_feature_names_out()
    out = subprocess.run([ROWS, str(ngrams), str(min_df), str(max_df)], input="\n".join(texts) + "\n", text=True,
                         capture_output=True)
    worst, problem = 0.0, out.stderr
    lines = out.stdout.split("\n")[:-1]
    if len(lines) != len(texts):
        problem = "%d rows for %d texts" % (len(lines), len(texts))
    for i, line in enumerate(lines):
        got = {t: float(v) for t, v in (pair.rsplit("=", 1) for pair in line.split("\t") if pair)}
        row = want[i]
        expected = {terms[j]: v for j, v in zip(row.indices, row.data)}
        if set(got) != set(expected):
            problem = "row %d: terms differ: %s" % (i, sorted(set(got) ^ set(expected))[:5])
            break
        worst = max([worst] + [abs(got[t] - expected[t]) for t in got])
    good = not problem and worst < 1e-6
    print("%s %d - %s (largest difference %.1e%s)" % ("ok" if good else "not ok", number, name, worst,
                                                    "; " + problem if problem else ""))


random.seed(1)
words = ["w%d" % i for i in range(300)] + ["model", "data", "4", "bit", "fp8"]
texts = [" ".join(words[min(int(random.expovariate(0.02)), len(words) - 1)] for _ in range(random.randint(1, 120)))
         for _ in range(400)]
check("unigrams", texts, 1, 1, 1.0)
check("unigrams and bigrams", texts, 2, 1, 1.0)
check("up to trigrams, df limits", texts, 3, 3, 0.4)
check("bigrams, min_df 2, max_df 0.5", texts + [""], 2, 2, 0.5)
