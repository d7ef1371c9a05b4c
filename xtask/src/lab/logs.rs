//! What the programs of rdma-core and perftest print.

/// The line of numbers under perftest's head.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    pub bytes: u64,
    pub iterations: u64,
    /// The other columns: bandwidths in MiB/s and messages in millions a second, or latencies in µs.
    pub values: Vec<f64>,
}

/// The last line of numbers of a perftest program.
pub fn perftest(text: &str) -> Option<Measured> {
    text.lines().rev().find_map(|line| {
        let mut fields = line.split_whitespace();
        let bytes = fields.next()?.parse().ok()?;
        let iterations = fields.next()?.parse().ok()?;
        let values: Vec<f64> = fields.map(str::parse).collect::<Result<_, _>>().ok()?;
        (values.len() >= 3).then_some(Measured {
            bytes,
            iterations,
            values,
        })
    })
}

/// Bytes that ibv_rc_pingpong says it moved: `N bytes in S seconds = R Mbit/sec`.
pub fn pingpong(text: &str) -> Option<u64> {
    text.lines().find_map(|line| {
        let (bytes, _) = line.trim().split_once(" bytes in ")?;
        bytes.parse().ok()
    })
}

/// Lines that tell what went wrong, for a row's remark.
pub fn complaint(text: &str) -> String {
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with("---"))
        .collect();
    lines[lines.len().saturating_sub(3)..].join(" / ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn perftest_table_is_read() {
        let text = " Data ex. method : Ethernet\n\
             ---------------------------------------\n \
             #bytes     #iterations    BW peak[MiB/sec]    BW average[MiB/sec]   MsgRate[Mpps]\n \
             4096       500              2.91               2.81               0.000719\n\
             ---------------------------------------\n";
        let measured = perftest(text).unwrap();
        assert_eq!((measured.bytes, measured.iterations), (4096, 500));
        assert_eq!(measured.values, [2.91, 2.81, 0.000_719]);
        assert_eq!(perftest("Couldn't connect to 10.0.0.2:18515\n"), None);
    }

    #[test]
    fn pingpong_result_is_read() {
        let text = "  local address:  LID 0x0000\n512000 bytes in 1.65 seconds = 2.48 Mbit/sec\n\
                    500 iters in 1.65 seconds = 3300.12 usec/iter\n";
        assert_eq!(pingpong(text), Some(512_000));
        assert_eq!(pingpong("Couldn't read remote address\n"), None);
    }
}
