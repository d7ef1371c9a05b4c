# Runs in nextpnr right before placement: keeps the cells out of one row of tiles in EVERY by putting cells there that have no wires. nextpnr fills the tiles that it
# uses and leaves the others empty, so that wires are short of where the cells are and plenty elsewhere. A carry chain runs along its row, and is not cut. EVERY is set in a line before these.
KINDS = {"TRELLIS_COMB", "TRELLIS_FF", "TRELLIS_RAMW"}

bels = [bel for bel in ctx.getBels() if ctx.getBelType(bel) in KINDS and ctx.checkBelAvail(bel)]
for bel in bels:
    # X12/Y34/SLICEA.COMB0
    row = int(bel.split("/")[1][1:])
    if row % EVERY == 0:
        name = "$empty$" + bel
        ctx.createCell(name, ctx.getBelType(bel))
        ctx.bindBel(bel, ctx.cells[name], STRENGTH_LOCKED)
