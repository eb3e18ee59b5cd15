"""``python -m cxlab``: the same as the command ``cxlab``."""

from cxlab.cli import main

if __name__ == "__main__":
    main()
