"""The judge finds what must not be."""

from pathlib import Path

import pytest

from chaos.book import PART, Book, Claims, judged, wrong


def found(log: str, folder: Path, *, times: int = 0, late: bool = False, killed: bool = False) -> set[str]:
    """Return what is wrong with a log about recipient 7, whom the server accepted so many times."""
    book, claims = Book(), Claims(killed={7 // PART} if killed else set())
    for _ in range(times):
        book.accept([7])
    if late:
        book.late.add(7)
    (folder / "it.log").write_text(log)
    claims.read(folder / "it.log")
    names = {name for name, whom in judged(book, claims).items() if whom}
    assert bool(wrong(book, claims)) == bool(names or claims.strange)
    return names | {"strange"} if claims.strange else names


@pytest.mark.parametrize(
    ("claim", "times"), [("a", 1), ("r", 0), ("n", 0), ("u", 0), ("u", 1), ("noted", 0), ("noted", 1)]
)
def test_the_truth_is_found_right(tmp_path: Path, claim: str, times: int) -> None:
    assert found(f"asked 7\n{claim} 7\n", tmp_path, times=times) == set()


@pytest.mark.parametrize(
    ("log", "times", "name"),
    [
        ("asked 7\na 7\n", 2, "posted twice"),
        ("asked 7\nu 7\n", 2, "posted twice"),
        ("asked 7\n", 0, "lost"),
        ("", 1, "in the book, and nobody asked"),
        ("asked 7\nu 7\nu 7\n", 0, "told twice"),
        ("asked 7\nr 7\n", 1, "claimed rejected or not_sent, yet in the book"),
        ("asked 7\nn 7\n", 1, "claimed rejected or not_sent, yet in the book"),
        ("asked 7\nnoted 7\nn 7\n", 1, "claimed rejected or not_sent, yet in the book"),
        ("asked 7\na 7\n", 0, "claimed accepted, yet not in the book"),
        ("asked 7\nw 7\n", 1, "accepted with another's message id"),
        ("strange things\n", 0, "strange"),
    ],
)
def test_what_must_not_be_is_found(tmp_path: Path, log: str, times: int, name: str) -> None:
    assert found(log, tmp_path, times=times) == {name}


def test_a_refusal_is_excused_where_the_server_was_late(tmp_path: Path) -> None:
    assert found("asked 7\nr 7\n", tmp_path, times=1, late=True) == set()
    assert found("asked 7\nn 7\n", tmp_path, times=1, late=True)


def test_of_a_killed_process_only_what_it_told_counts(tmp_path: Path) -> None:
    assert found("asked 7\n", tmp_path, killed=True) == set()
    assert found("", tmp_path, times=1, killed=True) == set()
    assert found("asked 7\nr 7\na 8", tmp_path, times=1, killed=True)  # and not the line that is cut
