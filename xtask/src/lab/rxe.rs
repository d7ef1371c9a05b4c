//! A guest as a partner on the wire: its addresses, its rxe device, the programs of rdma-core and perftest.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use anyhow::{Context, Result};

use super::Bench;
use super::guest::{BOOT, Card, Config, Guest};
use super::wire::Wire;

/// Port that ibv_rc_pingpong and perftest exchange connection data on.
pub const PORT: u16 = 18515;
/// Packet size of the card for an RDMA MTU of 4096.
pub const JUMBO: u32 = 9000;

/// The address of host `number`.
pub fn address(number: u8, ipv6: bool) -> IpAddr {
    if ipv6 {
        Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, 0, u16::from(number)).into()
    } else {
        Ipv4Addr::new(10, 0, 0, number).into()
    }
}

/// The GID of an address, in the notation of sysfs.
pub fn gid(address: IpAddr) -> String {
    let address = match address {
        IpAddr::V4(address) => address.to_ipv6_mapped(),
        IpAddr::V6(address) => address,
    };
    let groups = address.segments().map(|group| format!("{group:04x}"));
    groups.join(":")
}

/// A guest with an rxe device.
pub struct Partner {
    pub guest: Guest,
    pub number: u8,
    release: String,
}

impl Partner {
    /// Starts QEMU; [`Partner::settle`] waits for it, so that several start side by side.
    ///
    /// # Errors
    /// As [`Guest::start`].
    pub fn start(bench: &Bench, number: u8, wire: &Wire, port: usize, mtu: u32) -> Result<Self> {
        let name = format!("guest{number}");
        let guest = Guest::start(
            bench.lab,
            &Config {
                name: &name,
                number,
                memory: 512,
                card: Some(Card {
                    socket: wire.socket(port).to_owned(),
                    mtu,
                }),
                devices: Vec::new(),
                image: &bench.image,
                records: &bench.records,
                sockets: &bench.sockets,
            },
        )?;
        Ok(Self {
            guest,
            number,
            release: String::new(),
        })
    }

    /// Waits for the guest, gives it its addresses and its rxe device.
    ///
    /// # Errors
    /// The guest does not come up, or a step in it fails.
    pub fn settle(&mut self, bench: &Bench, mtu: u32) -> Result<()> {
        self.release = self.guest.ready(bench.deadline.within(BOOT))?;
        let deadline = bench.deadline.within(BOOT);
        let (four, six) = (address(self.number, false), address(self.number, true));
        let mut run = |command: &str| self.guest.run(command, deadline.within(60));
        run(&format!("/usr/bin/ip link set eth0 mtu {mtu} up"))?;
        run(&format!("/usr/bin/ip addr add {four}/24 dev eth0"))?;
        run(&format!("/usr/bin/ip addr add {six}/64 dev eth0 nodad"))?;
        run("/usr/bin/rdma link add rxe0 type rxe netdev eth0")?;
        for address in [four, six] {
            self.gid_index(address, bench)?;
        }
        Ok(())
    }

    /// Release of its kernel, and its uptime when its shell was ready.
    pub fn release(&self) -> &str {
        &self.release
    }

    /// The index of an address in the device's table of GIDs; waits until it is there.
    ///
    /// # Errors
    /// It does not come.
    pub fn gid_index(&mut self, address: IpAddr, bench: &Bench) -> Result<u32> {
        let wanted = gid(address);
        let deadline = bench.deadline.within(60);
        let command =
            format!("grep -l {wanted} /sys/class/infiniband/rxe0/ports/1/gids/* | head -n 1");
        deadline.wait(&format!("the GID {wanted}"), || {
            let text = self.guest.run(&command, deadline)?;
            let Some(file) = text.lines().find(|line| line.contains("/gids/")) else {
                return Ok(None);
            };
            let index = file.rsplit('/').next().unwrap_or_default();
            Ok(Some(index.trim().parse().with_context(|| file.to_owned())?))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gid_of_an_address_is_as_sysfs_writes_it() {
        assert_eq!(
            gid(address(2, false)),
            "0000:0000:0000:0000:0000:ffff:0a00:0002"
        );
        assert_eq!(
            gid(address(2, true)),
            "fd00:0000:0000:0000:0000:0000:0000:0002"
        );
    }
}
