"""__main__: `python -m invoicer`."""

from invoicer.cli import main

main()
