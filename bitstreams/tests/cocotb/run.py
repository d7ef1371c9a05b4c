"""Builds and runs the bench: run.py FOLDER, which has the MAC's Verilog in mac.v and takes all that is made."""

import sys
from pathlib import Path

from cocotb.runner import get_results, get_runner

here, folder = Path(__file__).resolve().parent, Path(sys.argv[1]).resolve()
runner = get_runner("icarus")
runner.build(
    verilog_sources=[folder / "mac.v", here / "ecp5_cells.v", here / "../../boards/ecp5_pins.v", here / "bench.v"],
    hdl_toplevel="bench",
    build_dir=folder / "build",
    build_args=["-g2005-sv"],
    timescale=("1ps", "1ps"),
    always=True,
)
results = runner.test(hdl_toplevel="bench", test_module="rgmii", build_dir=folder / "build", test_dir=here, results_xml=str(folder / "results.xml"))
tests, failed = get_results(results)
print(f"{tests} tests, {failed} failed")
sys.exit(failed != 0 or tests == 0)
