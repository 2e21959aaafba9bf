"""Topic tags for research papers, in Python: a module of one file over the shared library of papertag.

    >>> import papertag
    >>> model = papertag.Model()                      # the model that is installed, or Model("my.papertag")
    >>> [score.tag for score in model.tag("Four bits are enough", "We quantize language models.") if score.assigned]
    ['quantization', 'language-models']

Shapes: N papers, T tags of a model, K known terms of a paper. The library releases the interpreter lock while it works,
so threads run in parallel; a Model may be shared by all of them. It may be pickled, by its path.

With scikit-learn installed there is PapertagClassifier, which trains, and fits into cross_val_score and the like.
"""

from __future__ import annotations

import collections
import concurrent.futures
import ctypes
import functools
import itertools
import operator
import os
import struct
import tempfile
import threading
import weakref
from typing import Iterable, Iterator, NamedTuple, Optional, Union

__all__ = ["Error", "Explanation", "Model", "Score", "Tag", "Term", "library"]
VERSION = "0.1.0"  # of the library whose structures this file describes
BATCH = 64  # papers that tag_many hands to the library at once

Text = Optional[str]
Paper = Union[str, "tuple[Text, Text]", dict]


class Error(Exception):
    """What the library reports: the message is its own, `status` the number of its papertag_status."""

    def __init__(self, message: str, status: int = 0):
        super().__init__(message)
        self.status = status


class Score(NamedTuple):
    """What a model says of one tag of one paper."""

    tag: str
    p: float  # calibrated probability, 0 to 1
    margin: float  # signed, in units of the SVM's margin
    assigned: bool  # the margin reaches the tag's cut


class Term(NamedTuple):
    """A term of a paper and its exact part of a margin."""

    term: str
    contribution: float


class Explanation(NamedTuple):
    """Why a margin is what it is: margin = bias + the sum of the contributions."""

    tag: str
    margin: float
    bias: float
    terms: list[Term]  # [K], largest contribution first, whether for or against


class Tag(str):
    """A tag of a model: a string, its slug, with what the model knows of it."""

    name: str
    definition: Optional[str]
    group: Optional[str]
    aliases: list[str]
    examples: int  # papers that had it in the training set
    cut: float  # assigned from this margin on


# ---- the library ----------------------------------------------------------------------------------------------------


class _Error(ctypes.Structure):
    _fields_ = [("status", ctypes.c_int), ("message", ctypes.c_char * 1024), ("line", ctypes.c_size_t),
                ("reason", ctypes.c_size_t)]


class _Strings(ctypes.Structure):
    _fields_ = [("items", ctypes.POINTER(ctypes.c_char_p)), ("count", ctypes.c_size_t)]


class _TagInfo(ctypes.Structure):
    _fields_ = [
        ("tag", ctypes.c_char_p),
        ("name", ctypes.c_char_p),
        ("definition", ctypes.c_char_p),
        ("group", ctypes.c_char_p),
        ("aliases", _Strings),
        ("examples", ctypes.c_size_t),
        ("cut", ctypes.c_double),
        ("platt_a", ctypes.c_double),
        ("platt_b", ctypes.c_double),
    ]


class _Score(ctypes.Structure):
    _fields_ = [
        ("tag", ctypes.c_void_p),
        ("index", ctypes.c_size_t),
        ("margin", ctypes.c_double),
        ("p", ctypes.c_double),
        ("assigned", ctypes.c_bool),
    ]


_SCORE = struct.Struct("@PNdd?7x")  # the bytes of a _Score


class _Term(ctypes.Structure):
    _fields_ = [("term", ctypes.c_char_p), ("contribution", ctypes.c_double)]


class _Explanation(ctypes.Structure):
    _fields_ = [
        ("margin", ctypes.c_double),
        ("bias", ctypes.c_double),
        ("terms", ctypes.POINTER(_Term)),
        ("count", ctypes.c_size_t),
        ("cardinality", ctypes.c_double),
    ]


class _Paper(ctypes.Structure):
    _fields_ = (
        [(name, ctypes.c_char_p) for name in (
            "id arxiv doi title abstract date organization url source venue announced announce_type featured code_url "
            "project_url pdf_url").split()]
        + [(name, _Strings) for name in "authors categories keywords tags maybe".split()]
        + [("has_tags", ctypes.c_bool)]
        + [(name, ctypes.c_long) for name in "author_count upvotes comments".split()]
        + [("line", ctypes.c_size_t)]
    )


class _TrainOptions(ctypes.Structure):
    _fields_ = [
        ("ngram_max", ctypes.c_uint),
        ("stop_words", ctypes.c_bool),
        ("title_weight", ctypes.c_double),
        ("min_df", ctypes.c_size_t),
        ("max_df", ctypes.c_double),
        ("max_terms", ctypes.c_size_t),
        ("solver", ctypes.c_int),
        ("kernel", ctypes.c_int),
        ("gamma", ctypes.c_double),
        ("coef0", ctypes.c_double),
        ("degree", ctypes.c_int),
        ("c", ctypes.c_double),
        ("class_weight", ctypes.c_int),
        ("folds", ctypes.c_uint),
        ("min_examples", ctypes.c_size_t),
        ("skip_rare", ctypes.c_bool),
        ("seed", ctypes.c_uint64),
        ("jobs", ctypes.c_uint),
        ("precision", ctypes.c_int),
        ("name", ctypes.c_char_p),
        ("progress", ctypes.c_void_p),
        ("progress_context", ctypes.c_void_p),
    ]


def _load() -> ctypes.CDLL:
    """Loads $PAPERTAG_LIBRARY, or the library of the tree that this file is in, or else the system's."""
    here = os.path.dirname(os.path.abspath(__file__))
    near = [os.path.join(here, "..", "..", name) for name in ("build/libpapertag.so", "libpapertag.so.0")]
    path = os.environ.get("PAPERTAG_LIBRARY") or next(filter(os.path.exists, near), "libpapertag.so.0")
    try:
        loaded = ctypes.CDLL(path)
        loaded.papertag_version.restype = ctypes.c_char_p
        version = loaded.papertag_version().decode()
    except (OSError, AttributeError) as error:
        raise ImportError(f"papertag: {error}: install the library of papertag {VERSION}, or set PAPERTAG_LIBRARY to "
                          "its path") from None
    if version != VERSION:
        raise ImportError(f"papertag: this module is for version {VERSION} of the library, and {path} is {version}")
    return loaded


def _declare(loaded: ctypes.CDLL) -> ctypes.CDLL:
    pointer, text, size, err = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t, ctypes.POINTER(_Error)
    out = ctypes.POINTER(pointer)
    for name, result, arguments in (
        ("installed", ctypes.c_bool, [text, text, size]),
        ("model_open", ctypes.c_int, [out, text, err]),
        ("model_close", None, [pointer]),
        ("model_tags", size, [pointer, ctypes.POINTER(ctypes.POINTER(_TagInfo))]),
        ("model_find_tag", ctypes.c_int, [pointer, text, ctypes.POINTER(size), err]),
        ("model_hash", text, [pointer]),
        ("model_manifest", text, [pointer]),
        ("tagger_open", ctypes.c_int, [out, pointer, err]),
        ("tagger_close", None, [pointer]),
        ("tag_many", ctypes.c_int, [pointer, size, ctypes.POINTER(text), ctypes.POINTER(text), pointer, err]),
        ("explain", ctypes.c_int, [pointer, text, text, size, ctypes.POINTER(_Explanation), err]),
        ("train_options_init", None, [ctypes.POINTER(_TrainOptions)]),
        ("trainer_open", ctypes.c_int, [out, ctypes.POINTER(_TrainOptions), err]),
        ("trainer_add", ctypes.c_int, [pointer, ctypes.POINTER(_Paper), err]),
        ("trainer_fit", ctypes.c_int, [pointer, text, err]),
        ("trainer_close", None, [pointer]),
    ):
        function = getattr(loaded, "papertag_" + name)
        function.restype, function.argtypes = result, arguments
    return loaded


library = _declare(_load())


def _call(name: str, *arguments) -> None:
    """Calls a function that returns a status and takes a papertag_error last."""
    err = _Error()
    if getattr(library, "papertag_" + name)(*arguments, ctypes.byref(err)):
        message = err.message.decode(errors="replace")
        raise MemoryError() if err.status == 2 else Error(message, err.status)


def _bytes(text: Text) -> Optional[bytes]:
    """UTF-8 for the library, which ends a text at a NUL: that becomes a space. Lone surrogates are replaced."""
    return None if text is None else text.encode("utf-8", "replace").replace(b"\0", b" ")


def _parts(paper: Paper) -> tuple[Text, Text]:
    """Title and abstract of a paper: a pair, a dict with these keys, or a string, which is an abstract."""
    if isinstance(paper, str):
        return None, paper
    if isinstance(paper, dict):
        return paper.get("title"), paper.get("abstract")
    title, abstract = paper
    return title, abstract


def _text(value: Optional[bytes]) -> Optional[str]:
    return None if value is None else value.decode()


# ---- models ---------------------------------------------------------------------------------------------------------


class _Handle:
    """A handle of the library, closed with the last reference to this object."""

    def __init__(self, kind: str, what, holds: object = None):
        self.pointer = ctypes.c_void_p()
        self.holds = holds  # what must outlive the handle
        _call(kind + "_open", ctypes.byref(self.pointer), what)
        weakref.finalize(self, getattr(library, f"papertag_{kind}_close"), self.pointer)


class Model:
    """A model file. `path`: None for $PAPERTAG_MODEL, else the model that is installed. Raises Error."""

    def __init__(self, path: Union[str, os.PathLike, None] = None):
        self.path = os.path.abspath(os.fspath(path)) if path is not None else self._default()
        self._handle = _Handle("model", os.fsencode(self.path))
        self._local = threading.local()
        infos = ctypes.POINTER(_TagInfo)()
        count = library.papertag_model_tags(self._handle.pointer, ctypes.byref(infos))
        self._tags = [self._tag(infos[i]) for i in range(count)]

    @staticmethod
    def _default() -> str:
        path = ctypes.create_string_buffer(4096)
        if os.environ.get("PAPERTAG_MODEL"):
            return os.path.abspath(os.environ["PAPERTAG_MODEL"])
        if not library.papertag_installed(b"default.papertag", path, len(path)):
            raise Error("no model: none is given, PAPERTAG_MODEL is not set, and none is installed with the library")
        return os.path.normpath(os.fsdecode(path.value))

    @staticmethod
    def _tag(info: _TagInfo) -> Tag:
        tag = Tag(info.tag.decode())
        tag.name, tag.definition, tag.group = _text(info.name) or str(tag), _text(info.definition), _text(info.group)
        tag.aliases = [info.aliases.items[i].decode() for i in range(info.aliases.count)]
        tag.examples, tag.cut = info.examples, info.cut
        return tag

    def __reduce__(self):
        return Model, (self.path,)

    def __repr__(self) -> str:
        return f"papertag.Model({self.path!r})"

    @property
    def hash(self) -> str:
        """16 hexadecimal digits that differ from those of any other model."""
        return library.papertag_model_hash(self._handle.pointer).decode()

    @property
    def manifest(self) -> str:
        """What the model says of itself: a JSON object."""
        return library.papertag_model_manifest(self._handle.pointer).decode()

    def tags(self) -> list[Tag]:
        """The T tags, sorted."""
        return list(self._tags)

    def _tagger(self) -> ctypes.c_void_p:
        """Working memory of this thread."""
        tagger = getattr(self._local, "tagger", None)
        if tagger is None:
            tagger = self._local.tagger = _Handle("tagger", self._handle.pointer, self._handle)
        return tagger.pointer

    def _tag_batch(self, papers: list[tuple[Text, Text]], assigned: bool = False) -> list[list[Score]]:
        """All scores of each paper, by one call of the library: the interpreter lock is free for as long as possible."""
        count, size, tags = len(papers), len(self._tags) * ctypes.sizeof(_Score), self._tags
        scores = ctypes.create_string_buffer(max(count * size, 1))
        titles = (ctypes.c_char_p * count)(*(_bytes(title) for title, _ in papers))
        abstracts = (ctypes.c_char_p * count)(*(_bytes(abstract) for _, abstract in papers))
        _call("tag_many", self._tagger(), count, titles, abstracts, scores)
        if not tags:
            return [[] for _ in papers]
        rows = (_SCORE.iter_unpack(memoryview(scores)[at:at + size]) for at in range(0, count * size, size))
        if assigned:
            rows = (filter(operator.itemgetter(4), row) for row in rows)
        return [[Score(tags[i], p, margin, is_assigned) for _, i, margin, p, is_assigned in row] for row in rows]

    def tag(self, title: Text, abstract: Text = None, assigned: bool = False) -> list[Score]:
        """All T scores of a paper, highest p first; with `assigned`, those of its tags alone. Either text may be None."""
        return self._tag_batch([(title, abstract)], assigned)[0]

    def tag_many(self, papers: Iterable[Paper], threads: Optional[int] = None,
                 assigned: bool = False) -> Iterator[list[Score]]:
        """tag() of each paper, in order, on `threads` threads (None: one for each processor).

        A paper is a pair (title, abstract), a dict with these keys, or a string, an abstract. Papers are taken from the
        iterable as they are needed, some hundred ahead: it may be endless.
        """
        tag_batch = functools.partial(self._tag_batch, assigned=assigned)
        threads = threads or os.cpu_count() or 1
        parts = map(_parts, papers)
        batches = iter(lambda: list(itertools.islice(parts, BATCH)), [])
        if threads == 1:
            yield from itertools.chain.from_iterable(map(tag_batch, batches))
            return
        waiting: collections.deque = collections.deque()
        with concurrent.futures.ThreadPoolExecutor(threads) as pool:
            for batch in batches:
                waiting.append(pool.submit(tag_batch, batch))
                if len(waiting) > 2 * threads:
                    yield from waiting.popleft().result()
            while waiting:
                yield from waiting.popleft().result()

    def explain(self, title: Text, abstract: Text, tag: str) -> Explanation:
        """The exact contribution of each known term of a paper to the margin of a tag (its slug, name or an alias)."""
        index, out = ctypes.c_size_t(), _Explanation()
        _call("model_find_tag", self._handle.pointer, _bytes(tag), ctypes.byref(index))
        _call("explain", self._tagger(), _bytes(title), _bytes(abstract), index, ctypes.byref(out))
        terms = [Term(out.terms[i].term.decode(errors="replace"), out.terms[i].contribution) for i in range(out.count)]
        return Explanation(self._tags[index.value], out.margin, out.bias, terms)


# ---- training -------------------------------------------------------------------------------------------------------


def _slug(number: int) -> str:
    """The tag of a class. Slugs of one length sort as their numbers do."""
    return f"class-{number:06d}"


def _strings(items: list[bytes]) -> _Strings:
    return _Strings((ctypes.c_char_p * len(items))(*items), len(items))


def _train(path: str, papers: Iterable[Paper], labels: Iterable[Iterable[str]], options: dict) -> None:
    """Fits a model to labelled papers and writes the file `path`. `options`: fields of papertag_train_options."""
    settings = _TrainOptions()
    library.papertag_train_options_init(ctypes.byref(settings))
    for name, value in options.items():
        setattr(settings, name, value)
    trainer = _Handle("trainer", ctypes.byref(settings))
    for number, (paper, tags) in enumerate(zip(papers, labels)):
        title, abstract = _parts(paper)
        record = _Paper(id=str(number).encode(), title=_bytes(title), abstract=_bytes(abstract), has_tags=True,
                        tags=_strings([_bytes(tag) for tag in tags]), author_count=-1, upvotes=-1, comments=-1)
        _call("trainer_add", trainer.pointer, ctypes.byref(record))
    _call("trainer_fit", trainer.pointer, os.fsencode(path))


try:
    import numpy
    from sklearn.base import BaseEstimator, ClassifierMixin
    from sklearn.utils.validation import check_is_fitted
except ImportError:
    pass
else:
    __all__.append("PapertagClassifier")

    class PapertagClassifier(ClassifierMixin, BaseEstimator):
        """papertag's linear SVMs with calibrated cuts, in scikit-learn's shape.

        X: N papers, each a string (an abstract, or title and abstract in one) or a pair (title, abstract). y: N
        classes, one a paper; or an indicator matrix [N, T] of 0 and 1. The parameters are fields of
        papertag_train_options; None is the library's default.
        """

        def __init__(self, c=None, ngram_max=None, min_df=None, max_terms=None, title_weight=None, folds=None,
                     seed=None, jobs=None):
            self.c = c
            self.ngram_max = ngram_max
            self.min_df = min_df
            self.max_terms = max_terms
            self.title_weight = title_weight
            self.folds = folds
            self.seed = seed
            self.jobs = jobs

        def fit(self, X, y):
            """Fits one SVM a class against the rest; of two classes, the second against the first."""
            y = numpy.asarray(y)
            self.multilabel_ = y.ndim == 2
            self.classes_ = numpy.arange(y.shape[1]) if self.multilabel_ else numpy.unique(y)
            if not self.multilabel_ and len(self.classes_) < 2:
                raise ValueError("y has one class only")
            rows = y.astype(bool) if self.multilabel_ else y[:, None] == self.classes_[None, :]
            if self._is_binary():
                rows = rows[:, 1:]
            options = {name: value for name, value in self.get_params(deep=False).items() if value is not None}
            with tempfile.TemporaryDirectory() as folder:
                path = os.path.join(folder, "model.papertag")
                _train(path, X, ([_slug(i) for i in numpy.flatnonzero(row)] for row in rows),
                       dict(options, min_examples=1))
                with open(path, "rb") as file:
                    self.model_bytes_ = file.read()
            self._open()
            return self

        def _is_binary(self) -> bool:
            return not self.multilabel_ and len(self.classes_) == 2

        def _open(self) -> None:
            with tempfile.TemporaryDirectory() as folder:  # the model stays mapped when its file is gone
                path = os.path.join(folder, "model.papertag")
                with open(path, "wb") as file:
                    file.write(self.model_bytes_)
                self._model = Model(path)

        def __getstate__(self):
            return {name: value for name, value in super().__getstate__().items() if name != "_model"}

        def __setstate__(self, state):
            super().__setstate__(state)
            if "model_bytes_" in state:
                self._open()

        def _columns(self, X, value, without: float) -> numpy.ndarray:
            """value(score, tag) of each paper and class: [N, T]; `without` for a class that no paper had in fit."""
            check_is_fitted(self, "model_bytes_")
            tags = {str(tag): tag for tag in self._model.tags()}
            out = numpy.full((len(X), 1 if self._is_binary() else len(self.classes_)), without)
            for row, scores in zip(out, self._model.tag_many(X, self.jobs or None)):
                for score in scores:
                    row[int(score.tag[len("class-"):])] = value(score, tags[score.tag])
            return out

        def decision_function(self, X) -> numpy.ndarray:
            """Margins less the cuts of their tags, at least 0 where assigned: [N, T]; [N] for two classes."""
            margins = self._columns(X, lambda score, tag: score.margin - tag.cut, -numpy.inf)
            return margins[:, 0] if self._is_binary() else margins

        def predict_proba(self, X) -> numpy.ndarray:
            """Probabilities: [N, T]; those of exclusive classes add up to 1."""
            p = self._columns(X, lambda score, tag: score.p, 0.0)
            if self._is_binary():
                return numpy.hstack([1 - p, p])
            return p if self.multilabel_ else p / numpy.maximum(p.sum(axis=1, keepdims=True), 1e-300)

        def predict(self, X) -> numpy.ndarray:
            """The class of each paper, or an indicator matrix, as y was."""
            margins = self.decision_function(X)
            if self.multilabel_:
                return (margins >= 0).astype(int)
            return self.classes_[(margins >= 0).astype(int) if self._is_binary() else margins.argmax(axis=1)]
