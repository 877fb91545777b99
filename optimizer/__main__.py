"""``python -m optimizer``."""

from optimizer.cli import entry

if __name__ == "__main__":
    entry()
