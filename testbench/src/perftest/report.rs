//! What perftest prints, as it prints it.

use super::message::Destination;
use super::{Measured, Options, Outcome, Role, Tool};
use std::fmt::Write;

const LINE: &str =
    "---------------------------------------------------------------------------------------\n";

/// What is printed in front of the traffic.
pub fn head(
    options: &Options,
    path_mtu: u32,
    own: &[Destination],
    partner: &[Destination],
) -> String {
    let mut text = String::from(LINE);
    let mut add = |line: std::fmt::Arguments<'_>| {
        // a String takes everything
        let _ = text.write_fmt(line);
    };
    add(format_args!(
        "                    {}\n",
        title(options.tool)
    ));
    add(format_args!(
        " Dual-port       : OFF\t\tDevice         : roamnic0\n"
    ));
    add(format_args!(
        " Number of qps   : {}\t\tTransport type : IB\n",
        options.qps
    ));
    add(format_args!(
        " Connection type : RC\t\tUsing SRQ      : OFF\n"
    ));
    match (options.tool, options.role) {
        (Tool::SendBw, Role::Server) => {
            add(format_args!(
                " RX depth        : {}\n",
                options.receive_depth()
            ));
        }
        _ => add(format_args!(" TX depth        : {}\n", options.depth())),
    }
    add(format_args!(" CQ Moderation   : 1\n"));
    add(format_args!(" Mtu             : {path_mtu}[B]\n"));
    add(format_args!(" Link type       : Ethernet\n"));
    add(format_args!(" GID index       : 0\n"));
    if matches!(options.tool, Tool::ReadBw | Tool::AtomicBw) {
        let reads = own.first().map_or(0, |end| end.out_reads);
        add(format_args!(" Outstand reads  : {reads}\n"));
    } else {
        add(format_args!(" Max inline data : 0[B]\n"));
    }
    add(format_args!(" rdma_cm QPs\t : OFF\n"));
    add(format_args!(" Data ex. method : Ethernet\n"));
    add(format_args!("{LINE}"));
    for (side, ends) in [("local", own), ("remote", partner)] {
        for end in ends {
            add(format_args!("{}\n", address(options.tool, side, end)));
            let gid: Vec<String> = end.gid.iter().map(|b| format!("{b:02}")).collect();
            add(format_args!(" GID: {}\n", gid.join(":")));
        }
    }
    add(format_args!("{LINE}"));
    text
}

fn title(tool: Tool) -> &'static str {
    match tool {
        Tool::SendBw => "Send BW Test",
        Tool::WriteBw => "RDMA_Write BW Test",
        Tool::ReadBw => "RDMA_Read BW Test",
        Tool::AtomicBw => "Atomic FETCH_AND_ADD BW Test",
        Tool::WriteLat => "RDMA_Write Latency Test",
    }
}

/// A number as C prints it with `%#0WIDTHx`: zero has no `0x`.
fn hexadecimal(value: u64, width: usize) -> String {
    match value {
        0 => format!("{value:0width$}"),
        _ => format!("{value:#0width$x}"),
    }
}

fn address(tool: Tool, side: &str, end: &Destination) -> String {
    let mut text = format!(
        " {side} address: LID {} QPN {} PSN {}",
        hexadecimal(end.lid.into(), 4),
        hexadecimal(end.qpn.into(), 6),
        hexadecimal(end.psn.into(), 6)
    );
    if tool == Tool::ReadBw {
        text += &format!(" OUT {}", hexadecimal(end.out_reads.into(), 4));
    }
    if !matches!(tool, Tool::SendBw | Tool::AtomicBw) {
        let key = hexadecimal(end.rkey.into(), 8);
        text += &format!(" RKey {key} VAddr {}", hexadecimal(end.address, 16));
    }
    text
}

/// The table.
pub fn table(outcome: &Outcome) -> String {
    let mut text = String::new();
    let _ = match &outcome.measured {
        Measured::Bandwidth(b) => write!(
            text,
            " #bytes     #iterations    BW peak[MiB/sec]    BW average[MiB/sec]   MsgRate[Mpps]\n \
             {:<7}    {:<10}       {:<7.2}            {:<7.2}\t\t     {:<7.6}\n",
            outcome.size, outcome.iterations, b.peak, b.average, b.rate
        ),
        Measured::Latency(l) => write!(
            text,
            " #bytes #iterations    t_min[usec]    t_max[usec]  t_typical[usec]    t_avg[usec]    t_stdev[usec]   99% percentile[usec]   99.9% percentile[usec] \n \
             {:<7} {}          {:<7.2}        {:<7.2}      {:<7.2}  \t       {:<7.2}     \t{:<7.2}\t\t{:<7.2} \t\t{:<7.2}\n",
            outcome.size,
            outcome.iterations,
            l.min,
            l.max,
            l.typical,
            l.average,
            l.deviation,
            l.percentile_99,
            l.percentile_99_9
        ),
    };
    text + LINE
}

#[cfg(test)]
mod tests {
    use super::super::message::gid_of;
    use super::super::{Bandwidth, Content, Latency};
    use super::*;
    use crate::wire::WireStats;

    #[test]
    fn address_is_printed_as_perftest_does() {
        let end = Destination {
            out_reads: 0x80,
            qpn: 0x18,
            psn: 0x60_5190,
            rkey: 0x96b,
            address: 0x5586_1fe4_1e20,
            gid: gid_of("10.0.0.1".parse().unwrap()),
            ..Destination::default()
        };
        // from perftest 25.01
        assert_eq!(
            address(Tool::ReadBw, "local", &end),
            " local address: LID 0000 QPN 0x0018 PSN 0x605190 OUT 0x80 RKey 0x00096b VAddr 0x0055861fe41e20"
        );
    }

    fn outcome(measured: Measured) -> Outcome {
        Outcome {
            tool: Tool::WriteBw,
            role: Role::Client,
            partner: "10.0.0.1".parse().unwrap(),
            partner_version: "6.24".into(),
            qps: 1,
            path_mtu: 1024,
            size: 4096,
            iterations: 50,
            measured,
            content: Content::Unknown,
            retransmissions: 0,
            duplicates: 0,
            wire: WireStats::default(),
            nic_us: 0,
            seconds: 0.0,
        }
    }

    #[test]
    fn table_is_printed_as_perftest_does() {
        let bandwidth = Bandwidth {
            peak: 0.737,
            average: 0.6536,
            rate: 0.000_167_32,
        };
        let text = table(&outcome(Measured::Bandwidth(bandwidth)));
        // from perftest 25.01
        let line = " 4096       50               0.74               0.65   \t\t     0.000167\n";
        assert!(text.contains(line), "{text:?}");
        let latency = Latency {
            min: 5230.24,
            max: 37_636.17,
            typical: 18_370.16,
            average: 18_909.73,
            deviation: 4939.9,
            percentile_99: 37_636.17,
            percentile_99_9: 37_636.17,
        };
        let mut measured = outcome(Measured::Latency(latency));
        (measured.size, measured.iterations) = (64, 30);
        let line = " 64      30          5230.24        37636.17      18370.16  \t       18909.73     \t4939.90\t\t37636.17 \t\t37636.17\n";
        assert!(table(&measured).contains(line));
    }
}
