# Nexys Video, XC7A200T in SBG484. Sites and standards: LiteX-Boards, litex_boards/platforms/digilent_nexys_video.py
# (https://github.com/litex-hub/litex-boards, BSD-2-Clause); checked against nothing else.
set_property LOC R4 [get_ports clk100]
set_property IOSTANDARD LVCMOS33 [get_ports clk100]
set_property LOC V18 [get_ports uart_rx]
set_property IOSTANDARD LVCMOS33 [get_ports uart_rx]
set_property LOC AA19 [get_ports uart_tx]
set_property IOSTANDARD LVCMOS33 [get_ports uart_tx]
set_property LOC T14 [get_ports led]
set_property IOSTANDARD LVCMOS25 [get_ports led]
create_clock -period 10.0 [get_ports clk100]
