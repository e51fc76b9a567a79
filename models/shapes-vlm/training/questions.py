"""Questions about scenes, their answers, and the words that the model knows."""
import numpy as np

from scenes import COLORS, IMAGE_SIZE, SHAPES, SIZES, SceneObject

PLURALS = [shape + ("es" if shape == "cross" else "s") for shape in SHAPES]
NUMBERS = ["zero", "one", "two", "three", "four", "five"]
KINDS = ["existence", "color", "shape", "count", "left_right", "top_bottom", "quadrant", "size"]

# How often each kind is asked: in stage 2 and in the held-out set; in stage 3 (counting and sides are learnt last).
EVEN_MIX = np.array([0.22, 0.10, 0.10, 0.20, 0.09, 0.09, 0.10, 0.10])
LATE_MIX = np.array([0.16, 0.06, 0.09, 0.32, 0.12, 0.05, 0.11, 0.09])

SPECIAL_TOKENS = ["<pad>", "<bos>", "<eos>", "<unk>", "<image>"]
_OTHER_WORDS = ("user assistant : is there a an ? do you see in the image what color which does have shape object objects "
                "how many are on left or right at top bottom where size yes no").split()
VOCABULARY = SPECIAL_TOKENS + sorted({*SHAPES, *PLURALS, *COLORS, *SIZES, *NUMBERS, *_OTHER_WORDS})
TOKEN_IDS = {word: index for index, word in enumerate(VOCABULARY)}

PREFIX_IDS = [TOKEN_IDS[word] for word in ("<bos>", "user", ":")]   # before the image
TEXT_LENGTH = 18                                                   # after the image: question, "assistant :", answer, <eos>
IGNORED = -100

MIDDLE = IMAGE_SIZE // 2
SIDE_MARGIN = 12        # objects closer to the middle line than this are not asked for their side

Question = tuple[list[str], list[str]]


def _pick(rng: np.random.RandomState, items: list):
    return items[rng.randint(len(items))]


def _description(rng: np.random.RandomState, objects: list[SceneObject]) -> tuple[list[str], SceneObject] | None:
    """Words that fit exactly one object, with that object; None when the object drawn cannot be told from the others."""
    chosen = _pick(rng, objects)
    same_shape = sum(o.shape == chosen.shape for o in objects)
    same_color = sum(o.color == chosen.color for o in objects)
    same_both = sum(o.shape == chosen.shape and o.color == chosen.color for o in objects)
    for way in rng.permutation(3):
        if way == 0 and same_both == 1:
            return [COLORS[chosen.color], SHAPES[chosen.shape]], chosen
        if way == 1 and same_shape == 1:
            return [SHAPES[chosen.shape]], chosen
        if way == 2 and same_color == 1:
            return [COLORS[chosen.color], "object"], chosen
    return None


def _absent_pair(rng: np.random.RandomState, pairs: set, shapes: set, colors: set) -> tuple[int, int]:
    """A shape and a colour that no object combines; mostly hard: both, or one of the two, occur in the image."""
    absent = [(s, c) for s in range(len(SHAPES)) for c in range(len(COLORS)) if (s, c) not in pairs]
    both_occur = [(s, c) for s, c in absent if s in shapes and c in colors]
    one_occurs = [(s, c) for s, c in absent if (s in shapes) != (c in colors)]
    draw = rng.rand()
    if draw < 0.4 and both_occur:
        return _pick(rng, both_occur)
    if draw < 0.7 and one_occurs:
        return _pick(rng, one_occurs)
    return _pick(rng, absent)


def _existence(rng: np.random.RandomState, objects: list[SceneObject]) -> Question | None:
    present = rng.rand() < 0.5
    draw = rng.rand()
    shapes, colors = {o.shape for o in objects}, {o.color for o in objects}
    if draw < 0.6:
        pairs = {(o.shape, o.color) for o in objects}
        shape, color = _pick(rng, sorted(pairs)) if present else _absent_pair(rng, pairs, shapes, colors)
        noun = [COLORS[color], SHAPES[shape]]
    elif draw < 0.8:
        candidates = [s for s in range(len(SHAPES)) if (s in shapes) == present]
        if not candidates:
            return None
        noun = [SHAPES[_pick(rng, candidates)]]
    else:
        candidates = [c for c in range(len(COLORS)) if (c in colors) == present]
        if not candidates:
            return None
        noun = [COLORS[_pick(rng, candidates)], "object"]
    noun = ["an" if noun[0] == "orange" else "a"] + noun
    words = (["is", "there"] + noun, ["do", "you", "see"] + noun, ["is", "there"] + noun + ["in", "the", "image"])[rng.randint(3)]
    return words, ["yes" if present else "no"]


def _color(rng: np.random.RandomState, objects: list[SceneObject]) -> Question | None:
    unique = [o for o in objects if sum(p.shape == o.shape for p in objects) == 1]
    if not unique:
        return None
    o = _pick(rng, unique)
    noun = [SHAPES[o.shape]]
    words = (["what", "color", "is", "the"] + noun, ["which", "color", "does", "the"] + noun + ["have"])[rng.randint(2)]
    return words, [COLORS[o.color]]


def _shape(rng: np.random.RandomState, objects: list[SceneObject]) -> Question | None:
    unique = [o for o in objects if sum(p.color == o.color for p in objects) == 1]
    if not unique:
        return None
    o = _pick(rng, unique)
    noun = [COLORS[o.color], "object"]
    words = (["what", "shape", "is", "the"] + noun, ["which", "shape", "does", "the"] + noun + ["have"])[rng.randint(2)]
    return words, [SHAPES[o.shape]]


def _count(rng: np.random.RandomState, objects: list[SceneObject]) -> Question | None:
    draw = rng.rand()
    of_present = rng.rand() < 0.75
    if draw < 0.5:
        shape = _pick(rng, objects).shape if of_present else rng.randint(len(SHAPES))
        noun, number = [PLURALS[shape]], sum(o.shape == shape for o in objects)
    elif draw < 0.75:
        color = _pick(rng, objects).color if of_present else rng.randint(len(COLORS))
        noun, number = [COLORS[color], "objects"], sum(o.color == color for o in objects)
    else:
        noun, number = ["objects"], len(objects)
    if number >= len(NUMBERS):
        return None
    words = (["how", "many"] + noun + ["are", "there"], ["how", "many"] + noun + ["do", "you", "see"])[rng.randint(2)]
    return words, [NUMBERS[number]]


def _far_from_middle(position: int) -> bool:
    return abs(position - MIDDLE) >= SIDE_MARGIN


def _left_right(rng: np.random.RandomState, objects: list[SceneObject]) -> Question | None:
    described = _description(rng, objects)
    if described is None or not _far_from_middle(described[1].x):
        return None
    noun, o = described
    return ["is", "the"] + noun + ["on", "the", "left", "or", "right"], ["left" if o.x < MIDDLE else "right"]


def _top_bottom(rng: np.random.RandomState, objects: list[SceneObject]) -> Question | None:
    described = _description(rng, objects)
    if described is None or not _far_from_middle(described[1].y):
        return None
    noun, o = described
    return ["is", "the"] + noun + ["at", "the", "top", "or", "bottom"], ["top" if o.y < MIDDLE else "bottom"]


def _quadrant(rng: np.random.RandomState, objects: list[SceneObject]) -> Question | None:
    described = _description(rng, objects)
    if described is None or not (_far_from_middle(described[1].x) and _far_from_middle(described[1].y)):
        return None
    noun, o = described
    words = ["where", "is", "the"] + noun + (["in", "the", "image"] if rng.randint(2) else [])
    return words, ["top" if o.y < MIDDLE else "bottom", "left" if o.x < MIDDLE else "right"]


def _size(rng: np.random.RandomState, objects: list[SceneObject]) -> Question | None:
    described = _description(rng, objects)
    if described is None:
        return None
    noun, o = described
    words = (["is", "the"] + noun + ["small", "or", "large"], ["what", "size", "is", "the"] + noun)[rng.randint(2)]
    return words, [SIZES[o.size]]


_ASK = [_existence, _color, _shape, _count, _left_right, _top_bottom, _quadrant, _size]


def ask(rng: np.random.RandomState, objects: list[SceneObject], kind: int) -> Question | None:
    """One question of that kind as words (closed by "?") and its answer; None where the scene does not allow one."""
    question = _ASK[kind](rng, objects)
    return question and (question[0] + ["?"], question[1])


def draw_questions(rng: np.random.RandomState, objects: list[SceneObject], count: int, mix: np.ndarray) -> list[tuple[int, list[str], list[str]]]:
    """`count` questions (kind, words, answer), kinds drawn from `mix`."""
    questions, edges = [], np.cumsum(mix / mix.sum())
    while len(questions) < count:
        kind = min(int(np.searchsorted(edges, rng.rand(), side="right")), len(KINDS) - 1)
        question = ask(rng, objects, kind)
        if question:
            questions.append((kind, *question))
    return questions


def encode(words: list[str], answer: list[str]) -> tuple[list[int], list[int]]:
    """Token ids of the text after the image and, for each position, the token it must predict (IGNORED = none); [TEXT_LENGTH] each."""
    asked = [TOKEN_IDS[w] for w in words] + [TOKEN_IDS["assistant"], TOKEN_IDS[":"]]
    ids = asked + [TOKEN_IDS[w] for w in answer] + [TOKEN_IDS["<eos>"]]
    if len(ids) > TEXT_LENGTH:
        raise ValueError(f"'{' '.join(words)}' and its answer have {len(ids)} tokens, more than {TEXT_LENGTH}")
    targets = [IGNORED] * TEXT_LENGTH
    targets[len(asked) - 1:len(ids) - 1] = ids[len(asked):]
    return ids + [TOKEN_IDS["<pad>"]] * (TEXT_LENGTH - len(ids)), targets


def named_by(ids: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For questions [..., TEXT_LENGTH]: the position of the noun, and the shape and the colour it names (-1 = any); [...] each."""
    flat = ids.reshape(-1, TEXT_LENGTH)
    end = (flat == TOKEN_IDS["assistant"]).argmax(1)
    flat = np.where(np.arange(TEXT_LENGTH) < end[:, None], flat, -1)
    noun, shape, color = (np.full(len(flat), value, np.int64) for value in (0, -1, -1))

    def find(word: str) -> tuple[np.ndarray, np.ndarray]:
        hits = flat == TOKEN_IDS[word]
        return hits.any(1), hits.argmax(1)

    for index, words in enumerate(zip(SHAPES, PLURALS)):
        for word in words:
            there, where = find(word)
            shape[there], noun[there] = index, where[there]
    for word in ("object", "objects"):
        there, where = find(word)
        noun[there] = where[there]
    for index, word in enumerate(COLORS):
        color[find(word)[0]] = index
    return tuple(part.reshape(ids.shape[:-1]) for part in (noun, shape, color))
