"""The learned forecast.

`fit(past, as_of, horizons)` learns what could be known by an instant, for windows of so many days
each. What comes of it, `Learned`, can be pickled and answers of any view of the same ledger:

- `chances(view, until)`: of each open opportunity the chance to be won, lost, expired or withdrawn
  by then, or still open; what it is worth; and whether that is learned or stated by the process;
- `new_business(as_of, until)`: wins and amounts that are not yet in the pipeline;
- `revenue(chances, currency, which, new)`: the distribution of the sum, of all or of some.

`docs/insight.md` tells the method.
"""

from insight.learned.distribution import Distribution
from insight.learned.fit import fit
from insight.learned.learned import Chances, Learned, NewBusiness

__all__ = ["Chances", "Distribution", "Learned", "NewBusiness", "fit"]
