"""Forecast the past: the table in docs/insight.md. Exits 1 where a required figure is missed."""

import argparse
import csv
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from bench import datasets
from insight import scoring
from insight.backtest import Scores, Window, backtest, scores
from insight.focus.share import top_fifth_share
from insight.learned.attributes import WinScore
from insight.past import Floats, Past, View
from ledger.ledger import Ledger

ROOT = Path(__file__).parents[1]
DATA = ROOT / "../shared/data"
PAGE = ROOT / "docs" / "insight.md"
BEGIN, END = "<!-- backtest: begin -->\n", "<!-- backtest: end -->\n"

LOANS_BEGAN = datetime(2011, 10, 1, tzinfo=UTC)
CRM_BEGAN = datetime(2017, 3, 2, tzinfo=UTC)
"""A day of the CRM is over when the next one begins: all its dates are days."""
COVERED = (0.70, 0.95)


@dataclass(frozen=True)
class Asked:
    """One row: what is forecast, and what each score must be, at most or, of the AUC, at least."""

    name: str
    past: str
    currency: str
    began: datetime
    days: int
    snapshots: range
    most: dict[str, float]
    least: dict[str, float]
    top_fifth: float | None = None
    """Which share of the amount must lie in the fifth that focus puts first."""

    def as_ofs(self, every: int = 1) -> list[datetime]:
        return [self.began + timedelta(days=each) for each in self.snapshots[::every]]


ASKED = [
    Asked(
        *("bpic2012, 14 days", "loans", "EUR", LOANS_BEGAN, 14, range(76, 138, 3)),
        most={"brier": 0.1365, "ece": 0.018, "wape": 0.055, "pinball": 0.018},
        least={"auc": 0.80},
        top_fifth=0.575,
    ),
    Asked(
        *("bpic2012, 28 days", "loans", "EUR", LOANS_BEGAN, 28, range(76, 124, 3)),
        most={"brier": 0.1695, "wape": 0.045, "pinball": 0.015},
        least={"auc": 0.775},
    ),
    Asked(
        *("maven_crm, 30 days", "crm", "USD", CRM_BEGAN, 30, range(152, 276, 7)),
        most={"brier": 0.0980, "wape": 0.075},
        least={"auc": 0.775},
    ),
    Asked(
        *("maven_crm, 91 days", "crm", "USD", CRM_BEGAN, 91, range(152, 215, 7)),
        most={"wape": 0.06},
        least={},
    ),
]
SHOWN = ("brier", "auc", "ece", "wape", "bias", "pinball", "covered", "width")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="only every so manieth snapshot")
    parser.add_argument("--only", default="", help="only the rows whose name has this in it")
    options = parser.parse_args()
    if not DATA.exists():
        print(f"there is no {DATA.resolve()}")
        return 1
    missed: list[str] = []
    lines, told = [], []
    for asked, found, share in _measured(options.only, options.every):
        lines.append(_line(asked, found))
        print(lines[-1], flush=True)
        missed += _missed(asked, found)
        if asked.top_fifth:
            told.append(_focus(asked, share))
            print(told[-1])
            missed += [f"{asked.name}: top fifth {share:.3f}"] * (share < asked.top_fifth)
    if options.only in "salvirt_b2b":
        score, area = attributes()
        lines.append(
            f"| salvirt_b2b, attributes | 25 | 448 | {score:.4f} | {area:.3f} |" + " |" * 6
        )
        print(lines[-1])
        missed += ["salvirt_b2b: Brier"] * (score > 0.170) + ["salvirt_b2b: AUC"] * (area < 0.82)
    if options.every == 1 and not options.only:
        _write(lines, told)
    for each in missed:
        print(f"MISSED  {each}")
    return 1 if missed else 0


def _measured(only: str, every: int) -> Iterable[tuple[Asked, Scores, float]]:
    pasts: dict[str, Past] = {}
    imports: dict[str, Callable[[Path, Ledger], Past]] = {
        "loans": datasets.loans,
        "crm": datasets.crm,
    }
    for asked in ASKED:
        if only not in asked.name:
            continue
        if asked.past not in pasts:
            with TemporaryDirectory() as folder:
                ledger = Ledger(f"sqlite:///{folder}/ledger.db")
                pasts[asked.past] = imports[asked.past](DATA, ledger)
                ledger.close()
        past = pasts[asked.past]
        windows = backtest(past, asked.currency, asked.as_ofs(every), asked.days)
        yield asked, scores(windows), _top_fifth(past, windows, asked.days)


@dataclass(frozen=True)
class Said:
    """What a window said of each open opportunity."""

    p_won: Floats
    basis: str
    ends: tuple[int, int] = (0, 0)

    def chances(self, view: View, until: datetime) -> "Said":
        return self


def _top_fifth(past: Past, windows: list[Window], days: int) -> float:
    said = {each.as_of: Said(each.chance, each.basis) for each in windows}
    return top_fifth_share(past, said, days, said.__getitem__) or 0.0


def _focus(asked: Asked, share: float) -> str:
    return (
        f"Of the amount that was won in {asked.name.replace(', ', ' within ')}, {share:.1%}"
        f" ({asked.top_fifth:.1%}) lay in the fifth of the open ones that chance times amount puts"
        " first."
    )


def attributes() -> tuple[float, float]:
    """Brier score and AUC on deals of which only attributes are known, in 5 x 5 folds with equal
    rows in one fold."""
    from sklearn.model_selection import StratifiedGroupKFold

    with (DATA / "salvirt_b2b" / "Salvirt_B2B_ML_dataset.csv").open(newline="") as file:
        deals = list(csv.DictReader(file, delimiter=";"))
    won = np.array([deal.pop("Status") == "Won" for deal in deals])
    rows = [tuple(deal.values()) for deal in deals]
    index = {row: i for i, row in enumerate(dict.fromkeys(rows))}
    alike = np.array([index[row] for row in rows])
    found = []
    for seed in range(5):
        chance = np.zeros(len(rows))
        folds = StratifiedGroupKFold(5, shuffle=True, random_state=seed).split(rows, won, alike)
        for train, test in folds:
            score = WinScore([rows[i] for i in train], won[train])
            chance[test] = score.chance([rows[i] for i in test])
        found.append((scoring.brier(chance, won), scoring.auc(chance, won)))
    brier, auc = np.array(found, float).mean(0)
    return float(brier), float(auc)


def _missed(asked: Asked, found: Scores) -> list[str]:
    over = [
        f"{n} {getattr(found, n):.4f} > {v}" for n, v in asked.most.items() if getattr(found, n) > v
    ]
    under = [
        f"{n} {getattr(found, n):.4f} < {v}"
        for n, v in asked.least.items()
        if getattr(found, n) < v
    ]
    if not COVERED[0] <= found.covered <= COVERED[1]:
        over.append(f"covered {found.covered:.2f}, not in {COVERED}")
    return [f"{asked.name}: {each}" for each in over + under]


def _line(asked: Asked, found: Scores) -> str:
    limits = {**asked.most, **asked.least}
    cells = []
    for name in SHOWN:
        places = 4 if name == "brier" else 3
        limit = f" ({limits[name]:g})" if name in limits else ""
        cells.append(f"{getattr(found, name):.{places}f}{limit}")
    return f"| {asked.name} | {found.windows} | {found.rows} | {' | '.join(cells)} |"


def _write(lines: list[str], told: list[str]) -> None:
    page = PAGE.read_text()
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    names = [
        *("data, window", "windows", "rows", "Brier", "AUC", "ECE"),
        *("WAPE", "bias", "pinball", "in P10-P90", "width"),
    ]
    head, rule = f"| {' | '.join(names)} |", "|---" * len(names) + "|"
    PAGE.write_text(
        before + BEGIN + "\n".join([head, rule, *lines, "", *told]) + "\n" + END + after
    )


if __name__ == "__main__":
    sys.exit(main())
