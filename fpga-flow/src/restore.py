# Runs in nextpnr right before routing, in place of placement: puts the cells where the file PLACED, written with `--write`, says that they were.
# The design itself is packed anew: what nextpnr reads back from such a file has neither the clocks that were derived from PLLs nor the inputs
# that packing took from constants. PLACED is set in a line before these.
import re

CELL = re.compile(r'^        "(.*)": \{$')
BEL = re.compile(r'^            "NEXTPNR_BEL": "(.*)",?$')

name = None
with open(PLACED) as placed:
    for line in placed:
        if found := CELL.match(line):
            name = found.group(1).replace("\\\\", "\\")
        elif name is not None and name.startswith("$empty$"):
            continue  # put there by spread.py
        elif found := BEL.match(line):
            # packing binds a few cells by itself
            bel = found.group(1)
            if ctx.checkBelAvail(bel):
                ctx.bindBel(bel, ctx.cells[name], STRENGTH_WEAK)
            elif ctx.getBoundBelCell(bel).name != name:
                raise ValueError(f"{name} was at {bel}, where {ctx.getBoundBelCell(bel).name} is")
