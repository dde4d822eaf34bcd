"""Takes a snapshot as a worker's process does, with a model whose numbers can be worked out."""

from insight.snapshots.__main__ import main
from tests.insight.stand_in import stand_in

if __name__ == "__main__":
    main(lambda _on, _periods: stand_in())
