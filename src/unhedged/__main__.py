"""``python -m unhedged``."""

from unhedged.cli import main

if __name__ == "__main__":
    main()
