"""python -m pgrerank."""

from pgrerank.cli import main

if __name__ == "__main__":
    main()
