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

fn address(tool: Tool, side: &str, end: &Destination) -> String {
    let mut text = format!(
        " {side} address: LID {} QPN {:#06x} PSN {:#08x}",
        if end.lid == 0 {
            "0000".into()
        } else {
            format!("{:#04x}", end.lid)
        },
        end.qpn,
        end.psn
    );
    let (out, key) = match tool {
        Tool::SendBw | Tool::AtomicBw => (false, false),
        Tool::WriteBw | Tool::WriteLat => (false, true),
        Tool::ReadBw => (true, true),
    };
    if out {
        let _ = write!(text, " OUT {:#04x}", end.out_reads);
    }
    if key {
        let _ = write!(text, " RKey {:#08x} VAddr {:#018x}", end.rkey, end.address);
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
