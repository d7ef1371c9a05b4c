//! `roamnic devinfo`: what a NIC says of itself.

use crate::lab::LabHost;
use crate::table::Table;
use serde::Serialize;

/// Attributes of a NIC, as `ibv_devinfo` would show them.
#[derive(Clone, Debug, Serialize)]
pub struct DeviceInfo {
    /// Name in this laboratory.
    pub device: String,
    /// Contract, major.minor.
    pub contract: String,
    pub mac: String,
    pub ip: String,
    /// Bits of the data path.
    pub width: u32,
    pub max_qp: usize,
    pub max_cq: usize,
    pub max_srq: usize,
    pub max_mr: usize,
    pub user_contexts: usize,
    /// Work requests of a queue pair that may be unacknowledged.
    pub max_outstanding: usize,
    /// Entries of a ring.
    pub max_qp_wr: u32,
    pub max_sge: usize,
    pub max_inline_data: usize,
    pub max_msg_sz: u64,
    pub max_qp_rd_atom: u8,
    pub max_mtu: u32,
    pub atomic_cap: &'static str,
    pub cycles_per_us: u32,
    /// Shortest timeout that the timers keep.
    pub shortest_timer_us: u32,
    /// Hash of the sources the device was made from, 16 hexadecimal digits.
    pub source_revision: String,
    pub migration: bool,
}

impl DeviceInfo {
    /// Of host `host`'s NIC, which is called `device`.
    pub fn of(device: &str, host: &LabHost) -> Self {
        let a = host.adapter.attributes();
        Self {
            device: device.to_owned(),
            contract: format!("{}.{}", fw_regs::CONTRACT_MAJOR, a.contract_minor),
            mac: host.mac.to_string(),
            ip: host.ip.to_string(),
            width: a.width,
            max_qp: a.qps,
            max_cq: a.cqs,
            max_srq: a.srqs,
            max_mr: a.mrs,
            user_contexts: a.contexts,
            max_outstanding: a.outstanding,
            max_qp_wr: 1 << fw_regs::limits::LOG2_MAX_RING,
            max_sge: a.max_sge,
            max_inline_data: a.max_inline,
            max_msg_sz: a.max_message,
            max_qp_rd_atom: a.max_rd_atomic,
            max_mtu: 4096,
            atomic_cap: "ATOMIC_HCA",
            cycles_per_us: a.cycles_per_us,
            shortest_timer_us: a.shortest_timer_us,
            source_revision: format!("{:016x}", a.revision),
            migration: a.migration,
        }
    }

    /// One attribute a line.
    pub fn table(&self) -> Table {
        let mut table = Table::new(["attribute", "value"]);
        let json = serde_json::to_value(self).unwrap_or_default();
        for (name, value) in json.as_object().into_iter().flatten() {
            let text = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            table.row([name.clone(), text]);
        }
        table
    }
}
