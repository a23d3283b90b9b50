"""Articles as several outlets print them: copies of known kinds, and unrelated ones on the same subject. Generated.

Everything follows from the seed. Words are made up, but are distributed as words of a language are (Zipf), and each
subject has names and terms that all articles on it use, in phrases of their own and in the same standing phrases.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

KINDS = ("verbatim", "edited", "shortened", "agency line changed")
LITTLE = (
    "der",
    "die",
    "das",
    "und",
    "ist",
    "ein",
    "in",
    "den",
    "von",
    "mit",
    "auf",
    "für",
    "im",
    "des",
    "nicht",
    "sich",
    "an",
)
AGENCIES = ("(APA)", "(dpa)", "(Reuters)", "(AFP)", "(APA/dpa)", "(red, APA)")


@dataclass(frozen=True)
class Article:
    """`story`: articles with the same number are copies of one text; `kind`: how it was made from the first."""

    story: int
    kind: str
    subject: int
    title: str
    text: str


class Language:
    """Words of a made-up language, the frequent ones short."""

    def __init__(self, rng: random.Random, size: int = 20_000) -> None:
        syllables = [a + b for a in "bdfghklmnprstvwz" for b in ("a", "e", "i", "o", "u", "au", "ei")]
        self.words = ["".join(rng.choices(syllables, k=rng.choice((2, 2, 3, 3, 4)))) for _ in range(size)]
        self._cumulated = list(accumulate(1 / (n + 10) for n in range(size)))

    def some(self, rng: random.Random, count: int) -> list[str]:
        """Words as they come in running text, without the little ones."""
        return rng.choices(self.words, cum_weights=self._cumulated, k=count)


class Subject:
    """What all articles on it have in common: names, terms, and phrases that everybody uses."""

    def __init__(self, rng: random.Random, language: Language) -> None:
        self.names = [word.capitalize() for word in language.some(rng, 12)]
        self.terms = language.some(rng, 40)
        self.phrases = [" ".join(language.some(rng, rng.randint(3, 6))) for _ in range(6)]

    def sentence(self, rng: random.Random, language: Language) -> str:
        """One sentence of its own, with the subject's words in it."""
        words: list[str] = []
        for _ in range(rng.randint(5, 14)):
            words += rng.choices(LITTLE, k=rng.choice((0, 1, 1)))
            source = rng.random()
            words.append(
                rng.choice(self.names)
                if source < 0.12
                else rng.choice(self.terms)
                if source < 0.3
                else language.some(rng, 1)[0]
            )
        if rng.random() < 0.2:
            words.insert(rng.randrange(len(words)), rng.choice(self.phrases))
        return " ".join(words).capitalize() + "."


def text_of(rng: random.Random, subject: Subject, language: Language, length: int) -> str:
    """A text of about so many words, in paragraphs."""
    sentences: list[str] = []
    while sum(len(each.split()) for each in sentences) < length:
        sentences.append(subject.sentence(rng, language))
    return f"Wien {rng.choice(AGENCIES)} - " + " ".join(sentences)


def changed(rng: random.Random, text: str, kind: str, language: Language) -> str:
    """A copy of the text of that kind."""
    if kind == "verbatim":
        return text
    if kind == "agency line changed":
        return f"{rng.choice(('Graz', 'Linz', 'Berlin', 'Wien/Brüssel'))} {rng.choice(AGENCIES)} - {text.partition(' - ')[2]}"
    if kind == "shortened":
        return shortened(rng, text)
    return edited(rng, text, rng.uniform(0.1, 0.3), language)


def shortened(rng: random.Random, text: str) -> str:
    """A third to three quarters of it: cut from the end, or sentences taken out anywhere."""
    sentences = text.split(". ")
    keep = max(3, round(len(sentences) * rng.uniform(0.34, 0.75)))
    if rng.random() < 0.6:
        return ". ".join(sentences[:keep])
    chosen = sorted(rng.sample(range(len(sentences)), min(keep, len(sentences))))
    return ". ".join(sentences[n] for n in chosen)


def edited(rng: random.Random, text: str, share: float, language: Language) -> str:
    """So many of its words taken out, replaced or added, mostly one by one, some in runs of up to five."""
    words = text.split()
    left = round(len(words) * share)
    while left > 0:
        run = min(rng.choice((1, 1, 1, 2, 3, 5)), left)
        place = rng.randrange(max(1, len(words) - run))
        how = rng.random()
        fresh = language.some(rng, run) if how < 0.8 else []
        words[place : place + (0 if how > 0.7 and how < 0.8 else run)] = fresh
        left -= run
    return " ".join(words)


def corpus(seed: int, count: int) -> Iterator[Article]:
    """So many articles: a third of them first texts with copies, the others alone, forty on each subject."""
    rng = random.Random(seed)
    language = Language(rng)
    story = made = 0
    subjects = [Subject(rng, language) for _ in range(max(1, count // 40))]
    while made < count:
        number = rng.randrange(len(subjects))
        subject = subjects[number]
        length = rng.choice((40, 60, 90, 150, 250, 400, 700))
        text = text_of(rng, subject, language, length)
        kinds = ["first", *rng.choices(KINDS, k=rng.choice((0, 0, 0, 1, 1, 2, 4)))]
        for kind in kinds[: count - made]:
            said = text if kind == "first" else changed(rng, text, kind, language)
            title = " ".join((rng.choice(subject.names), *language.some(rng, 5)))
            yield Article(story, kind, number, title, said)
            made += 1
        story += 1
