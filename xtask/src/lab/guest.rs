//! A guest: QEMU without KVM, a kernel of Debian, our initramfs, and a shell in it that obeys over a virtio port.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::json;

use super::cache::Lab;
use super::process::{Deadline, Running};

/// How long a reply of a served device may take before QEMU gives the device up. The default of 5 s is short
/// for a simulation on a machine that does other things too.
const DEVICE_TIMEOUT_MS: u32 = 60_000;

/// Seconds that a guest may take to boot: 5 on an idle machine.
pub const BOOT: u64 = 240;

/// A network card of the guest.
pub struct Card {
    /// Unix socket of the wire that it plugs into.
    pub socket: PathBuf,
    /// Largest packet, bytes. 1500, or more for jumbo frames.
    pub mtu: u32,
}

/// What a guest is made of.
pub struct Config<'a> {
    /// Names its logs; one word.
    pub name: &'a str,
    /// Last byte of its card's MAC address.
    pub number: u8,
    /// MiB.
    pub memory: u32,
    pub card: Option<Card>,
    /// Unix sockets of served devices; with any, the guest has an IOMMU.
    pub devices: Vec<PathBuf>,
    pub image: &'a Path,
    /// Folder of its logs.
    pub records: &'a Path,
    /// Folder of its sockets.
    pub sockets: &'a Path,
}

/// What a command in a guest has printed, and its status.
#[derive(Clone, Debug, Default)]
pub struct Output {
    pub text: String,
    pub status: Option<i32>,
}

type Outputs = Arc<Mutex<Replies>>;

#[derive(Default)]
struct Replies {
    hello: Option<String>,
    jobs: BTreeMap<u32, Output>,
    closed: bool,
}

/// A running guest; dropped, it is killed.
pub struct Guest {
    qemu: Running,
    line: Option<UnixStream>,
    replies: Outputs,
    listener: UnixListener,
    jobs: u32,
}

/// A command under way in a guest.
#[derive(Clone, Copy, Debug)]
pub struct Job(u32);

impl Guest {
    /// Starts QEMU. The guest is of use after [`Guest::ready`].
    ///
    /// # Errors
    /// QEMU cannot be started, the socket of its port cannot be made.
    pub fn start(lab: &Lab, config: &Config) -> Result<Self> {
        let path = config.sockets.join(format!("{}.tty", config.name));
        let listener =
            UnixListener::bind(&path).with_context(|| format!("cannot make {}", path.display()))?;
        listener.set_nonblocking(true)?;
        let qemu = Running::start(config.name, &qemu(lab, config, &path), config.records)?;
        Ok(Self {
            qemu,
            line: None,
            replies: Outputs::default(),
            listener,
            jobs: 0,
        })
    }

    /// Waits until the guest's shell answers; gives the kernel's release and the guest's uptime in seconds.
    ///
    /// # Errors
    /// QEMU ends, or that takes longer.
    pub fn ready(&mut self, deadline: Deadline) -> Result<String> {
        let what = format!("the start of {}", self.qemu.name());
        let stream = deadline.wait(&what, || {
            self.alive()?;
            match self.listener.accept() {
                Ok((stream, _)) => Ok(Some(stream)),
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => Ok(None),
                Err(error) => Err(error.into()),
            }
        })?;
        stream.set_nonblocking(false)?;
        stream.set_write_timeout(Some(Duration::from_secs(5)))?;
        let reader = stream.try_clone()?;
        let replies = Arc::clone(&self.replies);
        thread::spawn(move || listen(reader, &replies));
        self.line = Some(stream);
        deadline.wait(&what, || {
            self.alive()?;
            Ok(lock(&self.replies).hello.clone())
        })
    }

    /// That QEMU still runs.
    ///
    /// # Errors
    /// It does not; with its last words.
    pub fn alive(&mut self) -> Result<()> {
        if let Some(status) = self.qemu.ended()? {
            let words = self.qemu.last_words();
            bail!("{} ended with {status}: {words}", self.qemu.name());
        }
        Ok(())
    }

    /// Starts a command line in the guest's shell.
    ///
    /// # Errors
    /// The guest does not take it.
    pub fn spawn(&mut self, command: &str) -> Result<Job> {
        ensure!(
            !command.contains('\n'),
            "a guest's command is one line: {command:?}"
        );
        let name = self.qemu.name().to_owned();
        let line = self
            .line
            .as_mut()
            .with_context(|| format!("{name} is not ready"))?;
        self.jobs += 1;
        lock(&self.replies)
            .jobs
            .insert(self.jobs, Output::default());
        line.write_all(format!("{} {command}\n", self.jobs).as_bytes())
            .with_context(|| format!("{name} does not take a command"))?;
        Ok(Job(self.jobs))
    }

    /// What a job has printed until now, and its status if it has ended.
    pub fn peek(&self, job: Job) -> Output {
        lock(&self.replies)
            .jobs
            .get(&job.0)
            .cloned()
            .unwrap_or_default()
    }

    /// Waits for a job's end.
    ///
    /// # Errors
    /// The guest dies, or that takes longer.
    pub fn wait(&mut self, job: Job, deadline: Deadline) -> Result<Output> {
        let what = format!("a command in {}", self.qemu.name());
        let result = deadline
            .wait(&what, || {
                let output = self.peek(job);
                if output.status.is_some() {
                    return Ok(Some(output));
                }
                self.alive()?;
                ensure!(
                    !lock(&self.replies).closed,
                    "{} has closed its line",
                    self.qemu.name()
                );
                Ok(None)
            })
            .with_context(|| format!("it printed {:?}", tail(&self.peek(job).text)));
        if result.is_err() {
            self.show_blocked();
        }
        result
    }

    /// Has the kernel write to its log what hangs.
    fn show_blocked(&mut self) {
        if self.spawn("ps; echo w >/proc/sysrq-trigger").is_ok() {
            thread::sleep(Duration::from_secs(2));
        }
    }

    /// Runs a command line and gives what it prints.
    ///
    /// # Errors
    /// A status other than 0, with what it printed; more time than that.
    pub fn run(&mut self, command: &str, deadline: Deadline) -> Result<String> {
        let job = self.spawn(command)?;
        let output = self
            .wait(job, deadline)
            .with_context(|| command.to_owned())?;
        if output.status != Some(0) {
            bail!(
                "in {}: `{command}` ended with {:?}: {}",
                self.qemu.name(),
                output.status,
                tail(&output.text)
            );
        }
        Ok(output.text)
    }

    /// Waits until something in the guest listens on a TCP port.
    ///
    /// # Errors
    /// `job`, which is to listen, ends before; more time than that.
    pub fn listening(&mut self, port: u16, job: Job, deadline: Deadline) -> Result<()> {
        let command = format!("netstat -ltn | grep -q ':{port} '");
        let what = format!("port {port} of {}", self.qemu.name());
        deadline.wait(&what, || {
            let look = self.spawn(&command)?;
            let found = self.wait(look, deadline)?.status == Some(0);
            let server = self.peek(job);
            if let (false, Some(status)) = (found, server.status) {
                bail!("the server ended with {status}: {}", tail(&server.text));
            }
            Ok(found.then_some(()))
        })
    }

    /// Ends it at once, as a pulled plug would.
    pub fn kill(&mut self) {
        self.qemu.kill();
    }
}

fn tail(text: &str) -> String {
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    lines[lines.len().saturating_sub(4)..].join(" / ")
}

fn lock(replies: &Outputs) -> std::sync::MutexGuard<'_, Replies> {
    replies.lock().unwrap_or_else(PoisonError::into_inner)
}

fn listen(stream: UnixStream, replies: &Outputs) {
    for line in BufReader::new(stream).split(b'\n') {
        let Ok(line) = line else { break };
        take(&mut lock(replies), &String::from_utf8_lossy(&line));
    }
    lock(replies).closed = true;
}

/// Takes one line of a guest's shell.
fn take(replies: &mut Replies, line: &str) {
    let line = line.trim_end_matches('\r');
    if let Some(hello) = line.strip_prefix("@ ") {
        replies.hello = Some(hello.to_owned());
        return;
    }
    let digits = line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, rest) = line.split_at(digits);
    let Some(job) = number
        .parse()
        .ok()
        .and_then(|number| replies.jobs.get_mut(&number))
    else {
        return;
    };
    if let Some(text) = rest.strip_prefix('|') {
        job.text.push_str(text);
        job.text.push('\n');
    } else if let Some(status) = rest.strip_prefix('=') {
        job.status = status.trim().parse().ok().or(Some(-1));
    }
}

fn qemu(lab: &Lab, config: &Config, tty: &Path) -> Command {
    let iommu = !config.devices.is_empty();
    let mut command = lab.loader();
    command.arg(lab.path("usr/bin/qemu-system-x86_64"));
    for folder in ["usr/share/qemu", "usr/share/seabios"] {
        command.arg("-L").arg(lab.path(folder));
    }
    let memory = config.memory;
    let mut option = |name: &str, value: &str| {
        command.args([name, value]);
    };
    option("-accel", "tcg,thread=multi");
    option("-cpu", "max");
    option("-m", &memory.to_string());
    option("-display", "none");
    option("-serial", "stdio");
    if iommu {
        option("-machine", "q35,kernel-irqchip=split,memory-backend=mem0");
        option(
            "-object",
            &format!("memory-backend-memfd,id=mem0,size={memory}M,share=on"),
        );
        option("-device", "intel-iommu,intremap=on,caching-mode=on");
    } else {
        option("-machine", "q35");
    }
    option(
        "-chardev",
        &format!("socket,id=tty,server=off,path={}", tty.display()),
    );
    // no second UART: under load it was seen to lose characters
    option("-device", "virtio-serial-pci");
    option("-device", "virtserialport,chardev=tty,name=lab");
    if let Some(card) = &config.card {
        option(
            "-netdev",
            &format!(
                "stream,id=n0,server=off,addr.type=unix,addr.path={}",
                card.socket.display()
            ),
        );
        option(
            "-device",
            &format!(
                "virtio-net-pci,netdev=n0,mac={},host_mtu={},romfile=",
                mac(config.number),
                card.mtu
            ),
        );
    }
    for socket in &config.devices {
        let device = json!({
            "driver": "vfio-user-pci",
            "socket": { "type": "unix", "path": socket },
            "x-msg-timeout": DEVICE_TIMEOUT_MS,
        });
        option("-device", &device.to_string());
    }
    let iommu = if iommu {
        "intel_iommu=on iommu=nopt"
    } else {
        ""
    };
    // on a busy machine the kernel's test of the timer's interrupt fails, and it gives up
    option(
        "-append",
        &format!(
            "console=ttyS0 panic=-1 mitigations=off no_timer_check net.ifnames=0 loglevel=5 {iommu}"
        ),
    );
    command.args(["-nodefaults", "-no-user-config", "-no-reboot"]);
    command.arg("-kernel").arg(lab.kernel());
    command.arg("-initrd").arg(config.image);
    command
}

/// MAC address of a guest's card.
pub fn mac(number: u8) -> String {
    format!("52:54:00:00:00:{number:02x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guest_replies_are_sorted_by_job() {
        let mut replies = Replies::default();
        replies.jobs.insert(1, Output::default());
        replies.jobs.insert(12, Output::default());
        for line in [
            "@ 7.2.12 3.1",
            "1|one",
            "12|other\r",
            "noise",
            "7|nobody's",
            "1|1=2",
            "12=3",
        ] {
            take(&mut replies, line);
        }
        assert_eq!(replies.hello.as_deref(), Some("7.2.12 3.1"));
        assert_eq!(replies.jobs[&1].text, "one\n1=2\n");
        assert_eq!(replies.jobs[&1].status, None);
        assert_eq!(replies.jobs[&12].text, "other\n");
        assert_eq!(replies.jobs[&12].status, Some(3));
    }
}
