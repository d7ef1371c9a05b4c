//! A program of a flow, with the version it claims.

use crate::FlowError;
use sim_verilator::tools;
use std::fs;
use std::io::Read as _;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

/// A program that was found and answers.
#[derive(Clone, Debug)]
pub struct Tool {
    program: PathBuf,
    /// What it says of itself, without the folder that it is in.
    pub version: String,
}

impl Tool {
    /// The program that `variable` names, else `name` on `PATH`.
    ///
    /// # Errors
    /// [`FlowError::MissingTool`] also if it does not say its version.
    pub fn find(variable: &'static str, name: &'static str) -> Result<Self, FlowError> {
        let program = match std::env::var_os(variable) {
            Some(chosen) => Some(PathBuf::from(chosen)),
            None => tools::on_path(name),
        };
        let missing = || FlowError::MissingTool {
            name,
            variable,
            tried: program.clone(),
        };
        let program = program.as_ref().ok_or_else(missing)?;
        let output = Command::new(program).arg("--version").output();
        let output = output.map_err(|_| missing())?;
        if !output.status.success() {
            return Err(missing());
        }
        // yosys prints its version on stdout, nextpnr on stderr
        let text = [output.stdout, output.stderr].concat();
        Ok(Self {
            program: program.clone(),
            version: claim(&String::from_utf8_lossy(&text)),
        })
    }

    /// yosys: `$YOSYS`.
    ///
    /// # Errors
    /// As [`Self::find`].
    pub fn yosys() -> Result<Self, FlowError> {
        Self::find("YOSYS", "yosys")
    }

    /// nextpnr for ECP5: `$NEXTPNR_ECP5`.
    ///
    /// # Errors
    /// As [`Self::find`].
    pub fn nextpnr_ecp5() -> Result<Self, FlowError> {
        Self::find("NEXTPNR_ECP5", "nextpnr-ecp5")
    }

    /// nextpnr for Xilinx's 7 series: `$NEXTPNR_XILINX`.
    ///
    /// # Errors
    /// As [`Self::find`].
    pub fn nextpnr_xilinx() -> Result<Self, FlowError> {
        Self::find("NEXTPNR_XILINX", "nextpnr-himbaechel-xilinx")
    }

    /// The packer of Project Trellis: `$ECPPACK`.
    ///
    /// # Errors
    /// As [`Self::find`].
    pub fn ecppack() -> Result<Self, FlowError> {
        Self::find("ECPPACK", "ecppack")
    }

    /// What makes a bitstream of frames for Xilinx's 7 series, of Project X-Ray: `$XC7FRAMES2BIT`.
    ///
    /// # Errors
    /// As [`Self::find`].
    pub fn xc7frames2bit() -> Result<Self, FlowError> {
        Self::find("XC7FRAMES2BIT", "xc7frames2bit")
    }

    /// Where it is.
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// Whether its help names this option.
    pub fn offers(&self, option: &str) -> bool {
        let output = Command::new(&self.program).arg("--help").output();
        output.is_ok_and(|said| {
            let text = [said.stdout, said.stderr].concat();
            let text = String::from_utf8_lossy(&text);
            text.split_whitespace().any(|word| word == option)
        })
    }

    /// Runs in `folder`; all it says goes to the file `log` there.
    ///
    /// # Errors
    /// [`FlowError::Failed`], [`FlowError::Io`].
    pub fn run(&self, folder: &Path, log: &str, arguments: &[&str]) -> Result<(), FlowError> {
        self.run_told(folder, log, arguments, &mut |_| ControlFlow::Continue(()))
    }

    /// As [`Self::run`]; `hear` is given every line that it says, soon after it was said, and may say why it is to be stopped.
    ///
    /// # Errors
    /// As [`Self::run`]; [`FlowError::GivenUp`].
    pub fn run_told(
        &self,
        folder: &Path,
        log: &str,
        arguments: &[&str],
        hear: &mut Hear<'_>,
    ) -> Result<(), FlowError> {
        let log = folder.join(log);
        let file = fs::File::create(&log).map_err(FlowError::io(&log))?;
        let errors = file.try_clone().map_err(FlowError::io(&log))?;
        let mut child = Command::new(&self.program)
            .current_dir(folder)
            .args(arguments)
            .stdout(file)
            .stderr(errors)
            .spawn()
            .map_err(FlowError::io(&self.program))?;
        let mut said = Lines::open(&log)?;
        let status = loop {
            let ended = child.try_wait().map_err(FlowError::io(&self.program))?;
            if let ControlFlow::Break(why) = said.hear(hear)? {
                child.kill().map_err(FlowError::io(&self.program))?;
                child.wait().map_err(FlowError::io(&self.program))?;
                let program = self.program.clone();
                return Err(FlowError::GivenUp { program, why, log });
            }
            match ended {
                Some(status) => break status,
                None => thread::sleep(POLL),
            }
        };
        match status.success() {
            true => Ok(()),
            false => Err(FlowError::Failed {
                program: self.program.clone(),
                status,
                log,
            }),
        }
    }
}

/// Is told lines, and says why no more are wanted.
pub type Hear<'a> = dyn FnMut(&str) -> ControlFlow<String> + 'a;

/// How long a program that has ended, or what it says, may go unnoticed.
const POLL: Duration = Duration::from_millis(50);

/// The lines of a file that is still being written.
struct Lines {
    path: PathBuf,
    file: fs::File,
    /// Read, but without the end of its line.
    begun: Vec<u8>,
}

impl Lines {
    fn open(path: &Path) -> Result<Self, FlowError> {
        let file = fs::File::open(path).map_err(FlowError::io(path))?;
        Ok(Self {
            path: path.to_owned(),
            file,
            begun: vec![],
        })
    }

    /// Those that have come to their end since the last call.
    fn hear(&mut self, hear: &mut Hear<'_>) -> Result<ControlFlow<String>, FlowError> {
        let read = self.file.read_to_end(&mut self.begun);
        read.map_err(FlowError::io(&self.path))?;
        let whole = self.begun.iter().rposition(|byte| *byte == b'\n');
        let rest = self.begun.split_off(whole.map_or(0, |last| last + 1));
        let text = String::from_utf8_lossy(&self.begun);
        let heard = text.lines().try_for_each(hear);
        self.begun = rest;
        Ok(heard)
    }
}

/// The line that names the version, else the first; paths of programs are left out, they are nobody's business.
fn claim(text: &str) -> String {
    let named = text.lines().find(|line| line.contains("ersion"));
    let line = named.or_else(|| text.lines().next()).unwrap_or_default();
    let line = line.trim().trim_matches('"');
    let plain = line.rsplit_once('/').map_or(line, |(_, rest)| rest);
    plain.replace('"', "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Workspace;

    #[test]
    fn tool_claims_are_one_line_without_paths() {
        assert_eq!(
            claim("Yosys 0.66 (git sha1 86f)\nmore\n"),
            "Yosys 0.66 (git sha1 86f)"
        );
        assert_eq!(
            claim("Project Trellis\n\"/some/bin/ecppack\": Version 1.4\n"),
            "ecppack: Version 1.4"
        );
        assert_eq!(claim(""), "");
    }

    #[test]
    fn tool_is_heard_line_by_line() {
        let folder = Workspace::open("synth", "heard-", &[]).expect("folder");
        let shell = Tool {
            program: "sh".into(),
            version: String::new(),
        };
        let script = "echo one; printf tw; echo o; echo three >&2; printf end";
        let mut heard = vec![];
        shell
            .run_told(&folder.path(""), "log", &["-c", script], &mut |line| {
                heard.push(line.to_owned());
                ControlFlow::Continue(())
            })
            .expect("ends well");
        assert_eq!(heard, ["one", "two", "three"]);
        let failed = shell.run(&folder.path(""), "log", &["-c", "exit 3"]);
        assert!(
            matches!(failed, Err(FlowError::Failed { status, .. }) if status.code() == Some(3))
        );
    }

    #[test]
    fn tool_that_is_given_up_is_stopped_and_not_begun_again() {
        let folder = Workspace::open("synth", "given-up-", &[]).expect("folder");
        let _ = fs::remove_file(folder.path("result.given-up"));
        let shell = Tool {
            program: "sh".into(),
            version: String::new(),
        };
        let script = "while echo again; do sleep 0.01; done";
        let mut lines = 0;
        for _ in 0..2 {
            let stopped = folder.step_told(&shell, "result", "log", &["-c", script], &mut |_| {
                lines += 1;
                match lines {
                    3 => ControlFlow::Break("three are enough".to_owned()),
                    _ => ControlFlow::Continue(()),
                }
            });
            assert!(
                matches!(&stopped, Err(FlowError::GivenUp { why, .. }) if why == "three are enough"),
                "{stopped:?}"
            );
        }
        assert_eq!(lines, 3);
    }

    #[test]
    fn tool_missing_bad_flow() {
        let error = Tool::find("ROAMNIC_NO_SUCH_VARIABLE", "no-such-program").expect_err("missing");
        let FlowError::MissingTool { name, .. } = &error else {
            panic!("{error}");
        };
        assert_eq!(*name, "no-such-program");
    }
}
