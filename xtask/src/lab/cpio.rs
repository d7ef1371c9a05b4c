//! An initramfs is a cpio archive in the format "newc"; the kernel asks for no more than this.
//!
//! Source of the layout: the kernel's `Documentation/driver-api/early-userspace/buffer-format.rst`.

use std::collections::BTreeSet;
use std::io::{self, Write};

const DIRECTORY: u32 = 0o040_000;
const REGULAR: u32 = 0o100_000;
const LINK: u32 = 0o120_000;
const TRAILER: &str = "TRAILER!!!";

/// Writes an archive; folders above an entry come by themselves.
pub struct Archive<W> {
    out: W,
    written: usize,
    inode: u32,
    folders: BTreeSet<String>,
}

impl<W: Write> Archive<W> {
    pub fn new(out: W) -> Self {
        Self {
            out,
            written: 0,
            inode: 0,
            folders: BTreeSet::new(),
        }
    }

    /// A file at `path` (without leading slash) with `mode`'s permission bits.
    pub fn file(&mut self, path: &str, mode: u32, data: &[u8]) -> io::Result<()> {
        self.parents(path)?;
        self.entry(path, REGULAR | mode, data)
    }

    /// A symbolic link at `path`.
    pub fn link(&mut self, path: &str, target: &str) -> io::Result<()> {
        self.parents(path)?;
        self.entry(path, LINK | 0o777, target.as_bytes())
    }

    /// A folder, once.
    pub fn folder(&mut self, path: &str) -> io::Result<()> {
        self.parents(path)?;
        if self.folders.insert(path.to_owned()) {
            self.entry(path, DIRECTORY | 0o755, &[])?;
        }
        Ok(())
    }

    fn parents(&mut self, path: &str) -> io::Result<()> {
        match path.rsplit_once('/') {
            Some((parent, _)) => self.folder(parent),
            None => Ok(()),
        }
    }

    /// Ends the archive.
    pub fn finish(mut self) -> io::Result<W> {
        self.entry(TRAILER, 0, &[])?;
        Ok(self.out)
    }

    fn entry(&mut self, path: &str, mode: u32, data: &[u8]) -> io::Result<()> {
        self.inode += 1;
        let size = u32::try_from(data.len()).map_err(io::Error::other)?;
        let name_size = u32::try_from(path.len() + 1).map_err(io::Error::other)?;
        let links = 1;
        // inode, mode, uid, gid, links, mtime, size, device ×2, its own device ×2, name, checksum
        let fields = [
            self.inode, mode, 0, 0, links, 0, size, 0, 0, 0, 0, name_size, 0,
        ];
        let mut head = String::from("070701");
        for field in fields {
            head.push_str(&format!("{field:08x}"));
        }
        head.push_str(path);
        head.push('\0');
        self.put(head.as_bytes())?;
        self.align()?;
        self.put(data)?;
        self.align()
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.written += bytes.len();
        self.out.write_all(bytes)
    }

    fn align(&mut self) -> io::Result<()> {
        let gap = self.written.next_multiple_of(4) - self.written;
        self.put(&[0; 3][..gap])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn archive_names_folders_once_and_keeps_four_byte_steps() {
        let mut archive = Archive::new(Vec::new());
        archive.file("usr/bin/a", 0o755, b"12345").unwrap();
        archive.file("usr/bin/b", 0o644, b"").unwrap();
        archive.link("bin", "elsewhere").unwrap();
        let bytes = archive.finish().unwrap();
        assert_eq!(bytes.len() % 4, 0);
        let text = String::from_utf8_lossy(&bytes);
        assert_eq!(text.matches("usr/bin\0").count(), 1);
        // usr, usr/bin, a, b, bin, trailer
        assert_eq!(text.matches("070701").count(), 6);
        assert!(text.contains("000081ed"), "mode of a");
        assert!(text.contains("0000a1ff"), "mode of the link");
    }

    #[test]
    fn archive_is_what_cpio_reads() {
        // head of the first entry, field by field
        let mut archive = Archive::new(Vec::new());
        archive.file("f", 0o600, b"xyz").unwrap();
        let bytes = archive.finish().unwrap();
        assert_eq!(&bytes[..14], b"07070100000001");
        assert_eq!(&bytes[14..22], b"00008180");
        assert_eq!(&bytes[54..62], b"00000003");
        assert_eq!(&bytes[94..102], b"00000002");
        assert_eq!(&bytes[110..112], b"f\0");
        assert_eq!(&bytes[112..116], b"xyz\0");
    }
}
