"""The MAC at its RGMII pins against the PHY model of cocotbext-eth, which makes and checks frames by itself."""

import logging
import random

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import RisingEdge, Timer
from cocotbext.eth import GmiiFrame, RgmiiPhy

SEED = 0x600D


async def start(dut):
    logging.getLogger("cocotb.bench").setLevel(logging.WARNING)
    for name in ("core_valid", "core_last", "core_data", "core_keep"):
        getattr(dut, name).value = 0
    phy = RgmiiPhy(dut.txd, dut.tx_ctl, dut.tx_clk, dut.rxd, dut.rx_ctl, dut.rx_clk, speed=1000e6)
    cocotb.start_soon(Clock(dut.core_clock, 20, units="ns").start())
    cocotb.start_soon(Clock(dut.tx_clock, 8, units="ns").start())
    await Timer(1, units="us")
    await RisingEdge(dut.core_clock)
    return phy


def frames(rng):
    lengths = [60, 61, 62, 63, 64, 65, 66, 67, 68, 1024, 1514, 4200] + [rng.randrange(60, 600) for _ in range(20)]
    return [bytes(rng.randrange(256) for _ in range(length)) for length in lengths]


@cocotb.test()
async def receive(dut):
    """Frames of the model arrive whole; one with a wrong check sequence is aborted."""
    print(f"seed {SEED:#x}")
    rng = random.Random(SEED)
    phy = await start(dut)
    sent = frames(rng)
    bad = GmiiFrame.from_payload(bytes(200), min_len=0)
    bad.data[-1] ^= 1
    phy.rx.send_nowait(bad)
    for data in sent:
        phy.rx.send_nowait(GmiiFrame.from_payload(data))
    got, part, aborted = [], bytearray(), 0
    while len(got) < len(sent):
        await RisingEdge(dut.core_clock)
        if dut.wire_valid.value.integer:
            last = dut.wire_last.value.integer
            count = bin(dut.wire_keep.value.integer).count("1") if last else 8
            part += dut.wire_data.value.integer.to_bytes(8, "little")[:count]
            if last:
                if count:
                    got.append(bytes(part))
                else:
                    aborted += 1
                part = bytearray()
    assert got == sent
    assert aborted == 1, aborted


@cocotb.test()
async def send(dut):
    """The model finds preamble, padding and check sequence as it wants them."""
    rng = random.Random(SEED + 1)
    phy = await start(dut)
    sent = [bytes(range(14)), bytes(range(59))] + frames(rng)
    for data in sent:
        for at in range(0, len(data), 8):
            beat = data[at : at + 8]
            dut.core_valid.value = 1
            dut.core_data.value = int.from_bytes(beat, "little")
            dut.core_keep.value = (1 << len(beat)) - 1
            dut.core_last.value = int(at + 8 >= len(data))
            await RisingEdge(dut.core_clock)
            while not dut.core_ready.value.integer:
                await RisingEdge(dut.core_clock)
        dut.core_valid.value = 0
    for data in sent:
        frame = await phy.tx.recv()
        assert frame.check_fcs(), "check sequence"
        assert not any(frame.error or [])
        got, want = bytes(frame.get_payload()), data.ljust(60, b"\0")
        assert got == want, f"{got.hex()} is not {want.hex()}"
