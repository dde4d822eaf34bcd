"""What a process says of itself, for use until enough has ended."""

import numpy as np

from insight.learned.days import DAY, ENDS
from insight.past import Floats, View
from ledger.steps import Kind


def stated(view: View, until: float) -> Floats:
    """The chances of the ends (opportunities, ends) by an instant, as the processes say it.

    A stage's probability is that of being won in the end. How much of it falls into the window,
    nobody has said: all of it where the close date lies in it, else as much as the window is of
    the time that remains to the guaranteed end. What is not won is lost.
    """
    past = view.past
    process, stage = view.word("process"), view.stage
    version = np.nan_to_num(view.last(Kind.VERSION)[0], nan=1.0).astype(np.int64)
    said = np.zeros(len(view))
    shape = (len(past.texts), int(version.max(initial=0)) + 1, len(past.texts))
    flat, of = np.unique(
        np.ravel_multi_index((process, version, stage), shape), return_inverse=True
    )
    for i, (name, number, code) in enumerate(zip(*np.unravel_index(flat, shape), strict=True)):
        definition = past.processes.get((past.texts[name], int(number)))
        for each in definition.stages if definition else ():
            if each.name == past.texts[code]:
                said[of.ravel() == i] = each.probability
    left = np.maximum(view.last(Kind.END_BY)[0] - view.instant, DAY)
    share = np.clip((until - view.instant) / left, 0.0, 1.0)
    close = view.last(Kind.CLOSE_DATE)[0] * DAY
    dated = (close >= view.instant - DAY) & (close <= until)
    share = np.where(dated, 1.0, np.nan_to_num(share, nan=1.0))
    found = np.zeros((len(view), ENDS))
    found[:, 0], found[:, 1] = said * share, (1 - said) * share
    return found
