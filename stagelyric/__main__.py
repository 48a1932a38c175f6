"""`python -m stagelyric`."""

from stagelyric.cli import main

if __name__ == "__main__":
    main()
