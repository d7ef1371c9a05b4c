# Arty A7-100T, XC7A100T in CSG324. Sites and standards: LiteX-Boards 2023.12, litex_boards/platforms/digilent_arty.py
# (https://github.com/litex-hub/litex-boards, BSD-2-Clause); checked against nothing else.
set_property LOC E3 [get_ports clk100]
set_property IOSTANDARD LVCMOS33 [get_ports clk100]
set_property LOC A9 [get_ports uart_rx]
set_property IOSTANDARD LVCMOS33 [get_ports uart_rx]
set_property LOC D10 [get_ports uart_tx]
set_property IOSTANDARD LVCMOS33 [get_ports uart_tx]
set_property LOC H5 [get_ports led]
set_property IOSTANDARD LVCMOS33 [get_ports led]
create_clock -period 10.0 [get_ports clk100]
