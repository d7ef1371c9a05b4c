//! From FASM, which nextpnr writes for Xilinx's 7 series, to the frames that `xc7frames2bit` makes a bitstream of. Of the packaged programs none does this step.
//!
//! FASM names what is to be switched on, feature by feature (<https://fasm.readthedocs.io>). The database of Project X-Ray says which bits that is, in three kinds of files:
//! `FABRIC/tilegrid.json` has for each tile its type and where its bits begin; `segbits_TYPE.db` has for each feature of a type the bits, counted from there, that
//! it sets (`12_34`: column 12, bit 34) or clears (`!12_34`); `ppips_TYPE.db` has features that need no bits. A tile may be an `alias`: its bits are some of those
//! of another type. Block RAM contents are bits of another kind, in `segbits_TYPE.block_ram.db`.
//!
//! Read [`Fabric::frames`] first.

use serde::Deserialize;
use sim_verilator::content_hash;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// Words of 32 bits in a frame (UG470, "Configuration Frames").
pub const FRAME_WORDS: usize = 101;

/// Why FASM has no frames.
#[derive(Debug, thiserror::Error)]
pub enum FasmError {
    /// A file of the database cannot be read.
    #[error("{path}: {source}")]
    Io { path: PathBuf, source: io::Error },
    /// The grid of tiles is not what is expected.
    #[error("{path} is not a grid of tiles: {source}")]
    Grid {
        path: PathBuf,
        source: serde_json::Error,
    },
    /// A line of the database that cannot be read.
    #[error("{path}, line {line}: no feature with its bits: {text:?}")]
    Bits {
        path: PathBuf,
        line: usize,
        text: String,
    },
    /// A line that is no FASM.
    #[error("FASM line {line}: {what}: {text:?}")]
    Syntax {
        line: usize,
        what: &'static str,
        text: String,
    },
    /// The chip has no such tile.
    #[error("FASM line {line}: there is no tile {tile}")]
    UnknownTile { line: usize, tile: String },
    /// The database knows no such feature.
    #[error("FASM line {line}: tiles of type {kind} have no feature {feature}")]
    UnknownFeature {
        line: usize,
        kind: String,
        feature: String,
    },
    /// One line sets a bit that another one clears.
    #[error(
        "FASM lines {first} and {line} want bit {bit} of frame {frame:#010x} to be set and to be clear"
    )]
    Clash {
        first: usize,
        line: usize,
        frame: u32,
        bit: u32,
    },
    /// Pads of a bank below 2.5 V need features of the unused pads of their bank, too, which are not made here.
    #[error("FASM line {line}: banks below 2.5 V (STEPDOWN) are not supported")]
    LowVoltage { line: usize },
}

#[derive(Deserialize)]
struct Tile {
    #[serde(rename = "type")]
    kind: String,
    bits: BTreeMap<Kind, Place>,
}

/// Of configuration bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
enum Kind {
    #[serde(rename = "CLB_IO_CLK")]
    Logic,
    #[serde(rename = "BLOCK_RAM")]
    BlockRam,
}

/// Where a tile's bits are.
#[derive(Clone, Deserialize)]
struct Place {
    #[serde(rename = "baseaddr", deserialize_with = "hexadecimal")]
    base: u32,
    frames: u32,
    /// Word of a frame with which they begin.
    offset: u32,
    alias: Option<Alias>,
}

#[derive(Clone, Deserialize)]
struct Alias {
    #[serde(rename = "type")]
    kind: String,
    sites: HashMap<String, String>,
    start_offset: u32,
}

fn hexadecimal<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    let text = String::deserialize(deserializer)?;
    let digits = text.strip_prefix("0x").unwrap_or(&text);
    u32::from_str_radix(digits, 16).map_err(serde::de::Error::custom)
}

/// A bit of a feature: frame and bit behind the place of its tile, and whether it is to be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Bit {
    column: u32,
    bit: u32,
    set: bool,
}

/// The database of Project X-Ray for one family of chips.
#[derive(Clone, Debug)]
pub struct Database {
    folder: PathBuf,
}

impl Database {
    /// Names the folder that has one for each family, as Project X-Ray's own programs want it.
    pub const VARIABLE: &str = "XRAY_DATABASE_DIR";
    /// Where Debian's package `prjxray-database` puts it.
    pub const USUAL: &str = "/usr/share/prjxray/database";

    /// That of `family` (`artix7`), if there is one.
    pub fn find(family: &str) -> Option<Self> {
        let all = std::env::var_os(Self::VARIABLE).map_or(Self::USUAL.into(), PathBuf::from);
        let folder = all.join(family);
        folder.is_dir().then_some(Self { folder })
    }

    /// The description of a part (`xc7a100tcsg324-1`) that `xc7frames2bit` reads.
    ///
    /// # Errors
    /// [`FasmError::Io`].
    pub fn part(&self, part: &str) -> Result<String, FasmError> {
        read(&self.folder.join(part).join("part.yaml"))
    }

    /// A hash over all that frames of `fabric` may depend on.
    ///
    /// # Errors
    /// [`FasmError::Io`].
    pub fn identity(&self, fabric: &str) -> Result<String, FasmError> {
        let io = |source| FasmError::Io {
            path: self.folder.clone(),
            source,
        };
        let mut files = vec![self.grid(fabric)];
        for entry in fs::read_dir(&self.folder).map_err(io)? {
            let path = entry.map_err(io)?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.ends_with(".db") && !name.starts_with("mask_") {
                files.push(path);
            }
        }
        files.sort();
        let texts: Result<Vec<String>, FasmError> = files.iter().map(|file| read(file)).collect();
        Ok(content_hash(&texts?)[..16].to_owned())
    }

    fn grid(&self, fabric: &str) -> PathBuf {
        self.folder.join(fabric).join("tilegrid.json")
    }
}

/// What the database has of a type of tiles. Features by name and, where they are of several bits, by number.
#[derive(Default)]
struct Segments {
    bits: HashMap<(String, Option<u32>), (Kind, Vec<Bit>)>,
    /// Features that need none.
    without: HashSet<String>,
}

/// A chip's fabric in the database.
pub struct Fabric {
    database: Database,
    tiles: HashMap<String, Tile>,
    segments: HashMap<String, Segments>,
}

/// Frames by address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frames(BTreeMap<u32, [u32; FRAME_WORDS]>);

impl Frames {
    /// The lines that `xc7frames2bit` reads: address, and all words.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for (address, words) in &self.0 {
            let words: Vec<String> = words.iter().map(|word| format!("0x{word:08X}")).collect();
            let _ = writeln!(text, "0x{address:08X} {}", words.join(","));
        }
        text
    }

    /// Every bit that is set: frame, word, bit of the word.
    pub fn set_bits(&self) -> impl Iterator<Item = (u32, usize, u32)> + '_ {
        self.0.iter().flat_map(|(&frame, words)| {
            words.iter().enumerate().flat_map(move |(word, &value)| {
                let bits = (0..32).filter(move |bit| value >> bit & 1 == 1);
                bits.map(move |bit| (frame, word, bit))
            })
        })
    }
}

/// A line: a feature, the bits of it that are meant, and their values, the lowest first.
#[derive(Debug, PartialEq, Eq)]
struct Line<'a> {
    feature: &'a str,
    first: Option<u32>,
    values: Vec<bool>,
}

impl Fabric {
    /// The fabric `name` (`xc7a100t`).
    ///
    /// # Errors
    /// [`FasmError::Io`], [`FasmError::Grid`].
    pub fn open(database: &Database, name: &str) -> Result<Self, FasmError> {
        let path = database.grid(name);
        let text = read(&path)?;
        let tiles = serde_json::from_str(&text);
        Ok(Self {
            database: database.clone(),
            tiles: tiles.map_err(|source| FasmError::Grid { path, source })?,
            segments: HashMap::new(),
        })
    }

    /// All frames of the chip, with the bits that `fasm` switches on.
    ///
    /// # Errors
    /// [`FasmError`], with the line of the FASM.
    pub fn frames(&mut self, fasm: &str) -> Result<Frames, FasmError> {
        // whether a bit is set, and the line that says so
        let mut known: HashMap<(u32, u32), (bool, usize)> = HashMap::new();
        for (text, line) in fasm.lines().zip(1..) {
            let Some(parsed) = parse(text, line)? else {
                continue;
            };
            for (value, k) in parsed.values.iter().zip(0..) {
                if !value {
                    continue;
                }
                let number = parsed.first.map(|first| first + k);
                for (frame, bit, set) in self.bits(parsed.feature, number, line)? {
                    let (before, first) = *known.entry((frame, bit)).or_insert((set, line));
                    if before != set {
                        return Err(FasmError::Clash {
                            first,
                            line,
                            frame,
                            bit,
                        });
                    }
                }
            }
        }
        let places = self.tiles.values().flat_map(|tile| tile.bits.values());
        let addresses = places.flat_map(|place| place.base..place.base + place.frames);
        let mut frames: BTreeMap<u32, [u32; FRAME_WORDS]> = addresses
            .map(|address| (address, [0; FRAME_WORDS]))
            .collect();
        for ((frame, bit), (set, _)) in known {
            let words = frames.entry(frame).or_insert([0; FRAME_WORDS]);
            if let (true, Some(word)) = (set, words.get_mut(bit as usize / 32)) {
                *word |= 1 << (bit % 32);
            }
        }
        Ok(Frames(frames))
    }

    /// Frame, bit in it, and whether it is set, of all bits of a feature.
    fn bits(
        &mut self,
        name: &str,
        number: Option<u32>,
        line: usize,
    ) -> Result<Vec<(u32, u32, bool)>, FasmError> {
        let (tile_name, feature) = name.split_once('.').unwrap_or((name, ""));
        let Some(tile) = self.tiles.get(tile_name) else {
            let tile = tile_name.to_owned();
            return Err(FasmError::UnknownTile { line, tile });
        };
        if tile.kind.contains("IOB33") && feature.contains("STEPDOWN") {
            return Err(FasmError::LowVoltage { line });
        }
        let kind = tile.kind.clone();
        let places = tile.bits.clone();
        // those of the tile's own type, even where its bits are another's
        if self.segments(&kind)?.without.contains(feature) {
            return Ok(vec![]);
        }
        let alias = places.values().find_map(|place| place.alias.as_ref());
        let (owner, feature) = match alias {
            None => (kind.clone(), feature.to_owned()),
            Some(alias) => (alias.kind.clone(), renamed(feature, &alias.sites)),
        };
        let unknown = || FasmError::UnknownFeature {
            line,
            kind: kind.clone(),
            feature: match number {
                Some(number) => format!("{feature}[{number}]"),
                None => feature.clone(),
            },
        };
        let segments = self.segments(&owner)?;
        // a number 0 may be left out on either side
        let numbers = match number {
            None | Some(0) => [None, Some(0)],
            other => [other, other],
        };
        let mut found = numbers.iter().filter_map(|number| {
            let key = (feature.clone(), *number);
            segments.bits.get(&key)
        });
        let Some((kind, bits)) = found.next() else {
            return Err(unknown());
        };
        let Some(place) = places.get(kind) else {
            return Err(unknown());
        };
        let start = place.alias.as_ref().map_or(0, |alias| alias.start_offset);
        let mut all = Vec::with_capacity(bits.len());
        for bit in bits {
            let index = (place.offset * 32 + bit.bit).checked_sub(start * 32);
            let index = index.filter(|index| *index < FRAME_WORDS as u32 * 32);
            all.push((place.base + bit.column, index.ok_or_else(unknown)?, bit.set));
        }
        Ok(all)
    }

    fn segments(&mut self, kind: &str) -> Result<&Segments, FasmError> {
        if !self.segments.contains_key(kind) {
            let mut segments = Segments::default();
            let lower = kind.to_lowercase();
            let files = [
                (Kind::Logic, format!("segbits_{lower}.db")),
                (Kind::BlockRam, format!("segbits_{lower}.block_ram.db")),
            ];
            for (bits, file) in files {
                segments.add(kind, bits, &self.database.folder.join(file))?;
            }
            let without = optional(&self.database.folder.join(format!("ppips_{lower}.db")))?;
            let names = without.lines().filter_map(|line| {
                let (name, _) = line.split_once(' ')?;
                name.strip_prefix(kind)?.strip_prefix('.')
            });
            segments.without = names.map(str::to_owned).collect();
            self.segments.insert(kind.to_owned(), segments);
        }
        Ok(&self.segments[kind])
    }
}

impl Segments {
    fn add(&mut self, tile: &str, kind: Kind, path: &Path) -> Result<(), FasmError> {
        for (text, line) in optional(path)?.lines().zip(1..) {
            if text.trim().is_empty() {
                continue;
            }
            let read = segment(text, tile);
            let (feature, number, bits) = read.ok_or_else(|| FasmError::Bits {
                path: path.to_owned(),
                line,
                text: text.to_owned(),
            })?;
            let key = (feature.to_owned(), number);
            self.bits.insert(key, (kind, bits));
        }
        Ok(())
    }
}

/// A line of `segbits_TILE.db`: `TILE.FEATURE[NUMBER] 12_34 !12_35`.
fn segment<'a>(text: &'a str, tile: &str) -> Option<(&'a str, Option<u32>, Vec<Bit>)> {
    let mut words = text.split_whitespace();
    let feature = words.next()?.strip_prefix(tile)?.strip_prefix('.')?;
    let (feature, number) = match feature.split_once('[') {
        None => (feature, None),
        Some((feature, number)) => {
            let number = number.strip_suffix(']')?.parse().ok()?;
            (feature, Some(number))
        }
    };
    let bits: Option<Vec<Bit>> = words
        .map(|word| {
            let (set, word) = match word.strip_prefix('!') {
                None => (true, word),
                Some(word) => (false, word),
            };
            let (column, bit) = word.split_once('_')?;
            let (column, bit) = (column.parse().ok()?, bit.parse().ok()?);
            Some(Bit { column, bit, set })
        })
        .collect();
    Some((feature, number, bits?))
}

/// The feature with the name that its site has in the tile it is an alias of.
fn renamed(feature: &str, sites: &HashMap<String, String>) -> String {
    match feature.split_once('.') {
        Some((site, rest)) => match sites.get(site) {
            Some(site) => format!("{site}.{rest}"),
            None => feature.to_owned(),
        },
        None => feature.to_owned(),
    }
}

/// A line of FASM; none if nothing is in it.
fn parse(text: &str, line: usize) -> Result<Option<Line<'_>>, FasmError> {
    let wrong = |what| FasmError::Syntax {
        line,
        what,
        text: text.to_owned(),
    };
    // comments, and annotations, which mean nothing to the chip
    let plain = text.split(['#', '{']).next().unwrap_or_default().trim();
    if plain.is_empty() {
        return Ok(None);
    }
    let (name, value) = match plain.split_once('=') {
        None => (plain, None),
        Some((name, value)) => (name.trim(), Some(value.trim())),
    };
    let (feature, range) = match name.split_once('[') {
        None => (name, None),
        Some((feature, range)) => {
            let range = range.strip_suffix(']');
            let range = range.ok_or_else(|| wrong("no `]` behind the bits"))?;
            let (high, low) = range.split_once(':').unwrap_or((range, range));
            let number = |digits: &str| digits.trim().parse::<u32>().ok();
            match (number(high), number(low)) {
                (Some(high), Some(low)) if high >= low && high - low < 4096 => {
                    (feature, Some((low, high - low + 1)))
                }
                _ => return Err(wrong("bits must be `[HIGH:LOW]` or `[NUMBER]`")),
            }
        }
    };
    if feature.contains(char::is_whitespace) || !feature.contains('.') {
        return Err(wrong("a feature must be `TILE.NAME`"));
    }
    let width = range.map_or(1, |(_, width)| width);
    let values = match value {
        None => vec![true; 1],
        Some(value) => {
            digits(value).ok_or_else(|| wrong("a value must be 8'b101, 8'hf0 or decimal"))?
        }
    };
    if values.iter().skip(width as usize).any(|value| *value) {
        return Err(wrong("the value is longer than its bits"));
    }
    Ok(Some(Line {
        feature,
        first: range.map(|(low, _)| low),
        values,
    }))
}

/// The bits of `8'b1010`, `8'hf0`, `8'o17`, `8'd9` or `9`, the lowest first.
fn digits(value: &str) -> Option<Vec<bool>> {
    let value = value.replace('_', "");
    let (digits, shift) = match value.split_once('\'') {
        None => (value.as_str(), 0),
        Some((_, rest)) => match rest.chars().next()? {
            'b' => (&rest[1..], 1),
            'o' => (&rest[1..], 3),
            'h' => (&rest[1..], 4),
            'd' => (&rest[1..], 0),
            _ => return None,
        },
    };
    if shift == 0 {
        let number: u64 = digits.parse().ok()?;
        return Some((0..64).map(|bit| number >> bit & 1 == 1).collect());
    }
    let digits: Option<Vec<u32>> = digits
        .chars()
        .rev()
        .map(|c| c.to_digit(1 << shift))
        .collect();
    let bit = |digit: u32| (0..shift).map(move |bit| digit >> bit & 1 == 1);
    let digits = digits.filter(|digits| !digits.is_empty())?;
    Some(digits.into_iter().flat_map(bit).collect())
}

fn read(path: &Path) -> Result<String, FasmError> {
    fs::read_to_string(path).map_err(|source| FasmError::Io {
        path: path.to_owned(),
        source,
    })
}

/// A file of the database that not every type of tile has.
fn optional(path: &Path) -> Result<String, FasmError> {
    match read(path) {
        Err(FasmError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
            Ok(String::new())
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bools(text: &str) -> Vec<bool> {
        text.chars().map(|c| c == '1').collect()
    }

    #[test]
    fn lines_are_features_with_bits() {
        let line = |text| parse(text, 1).expect("FASM");
        assert_eq!(line("  # only a remark"), None);
        assert_eq!(line(""), None);
        let plain = line("A_X1.B.C # on").expect("a feature");
        assert_eq!((plain.feature, plain.first), ("A_X1.B.C", None));
        assert_eq!(plain.values, [true]);
        let one = line("A.INIT[7]").expect("a bit");
        assert_eq!((one.first, one.values), (Some(7), vec![true]));
        let some = line("A.INIT[5:2] = 4'b0011 { .note = \"x\" }").expect("bits");
        assert_eq!((some.first, some.values), (Some(2), bools("1100")));
        assert_eq!(digits("8'h1F"), Some(bools("11111000")));
        assert_eq!(digits("2'b1_0"), Some(bools("01")));
        assert_eq!(digits("5").map(|v| v[..4].to_vec()), Some(bools("1010")));
    }

    #[test]
    fn lines_that_are_no_fasm_bad_flow() {
        for text in [
            "A.B[3",
            "A.B[2:3]",
            "A.B[x]",
            "A.B[4294967295:0]",
            "A.B = 3'q0",
            "A.B = 1'b",
            "A.B[1:0] = 3'b100",
            "no_tile",
            "two words.x",
        ] {
            let error = parse(text, 7).expect_err(text);
            assert!(
                matches!(error, FasmError::Syntax { line: 7, .. }),
                "{error}"
            );
        }
    }

    /// A database of two types of tiles, one of them an alias of the other.
    fn fabric() -> Fabric {
        static FOLDERS: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
        let number = FOLDERS.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("fasm-{}-{number}", std::process::id()));
        fs::create_dir_all(folder.join("chip")).expect("folder");
        let put = |name: &str, text: &str| fs::write(folder.join(name), text).expect("written");
        put(
            "chip/tilegrid.json",
            r#"{"IO_X0Y1": {"type": "IO", "bits": {"CLB_IO_CLK": {"baseaddr": "0x00000100", "frames": 4, "offset": 2, "words": 4}}},
                "HALF_X0Y0": {"type": "IO_SING", "bits": {"CLB_IO_CLK": {"baseaddr": "0x00000100", "frames": 4, "offset": 0, "words": 2,
                    "alias": {"type": "IO", "start_offset": 2, "sites": {"PAD_Y0": "PAD_Y1"}}}}},
                "RAM_X5Y0": {"type": "RAM", "bits": {"CLB_IO_CLK": {"baseaddr": "0x00000200", "frames": 2, "offset": 10, "words": 10},
                    "BLOCK_RAM": {"baseaddr": "0x00800000", "frames": 3, "offset": 10, "words": 10}}}}"#,
        );
        put(
            "segbits_io.db",
            "IO.PAD_Y0.ON 00_01 !01_02\nIO.PAD_Y1.ON 00_64 !01_65\nIO.PAD_Y0.OFF 01_02\n",
        );
        put("ppips_io.db", "IO.A.B always\n");
        put("segbits_ram.db", "RAM.MODE[0] 00_00\nRAM.MODE[1] 00_01\n");
        put("segbits_ram.block_ram.db", "RAM.INIT[000] 02_319\n");
        let database = Database {
            folder: folder.clone(),
        };
        let mut fabric = Fabric::open(&database, "chip").expect("the chip");
        // what would be read later
        for kind in ["IO", "RAM", "IO_SING"] {
            fabric.segments(kind).expect("segments");
        }
        fs::remove_dir_all(&folder).expect("removed");
        fabric
    }

    fn set(fasm: &str) -> Vec<(u32, usize, u32)> {
        let frames = fabric().frames(fasm).expect("frames");
        frames.set_bits().collect()
    }

    #[test]
    fn features_set_their_bits() {
        assert_eq!(set("IO_X0Y1.PAD_Y0.ON\nIO_X0Y1.A.B"), [(0x100, 2, 1)]);
        let both = "RAM_X5Y0.MODE[1:0] = 2'b11";
        assert_eq!(set(both), [(0x200, 10, 0), (0x200, 10, 1)]);
        assert_eq!(set("RAM_X5Y0.MODE[1:0] = 2'b10"), [(0x200, 10, 1)]);
        assert_eq!(set("RAM_X5Y0.INIT[0]"), [(0x0080_0002, 19, 31)]);
        // an alias begins two words later, and its site has another name
        assert_eq!(set("HALF_X0Y0.PAD_Y0.ON"), [(0x100, 0, 0)]);
        assert_eq!(set("IO_X0Y1.PAD_Y0.ON = 1'b0"), []);
        let frames = fabric().frames("").expect("nothing is switched on");
        let addresses: Vec<u32> = frames.0.keys().copied().collect();
        assert_eq!(addresses.len(), 4 + 2 + 3);
        let line = frames.text().lines().next().map(str::to_owned);
        let line = line.expect("the first frame");
        assert!(line.starts_with("0x00000100 0x00000000,0x00000000"));
        assert_eq!(line.matches("0x").count(), 1 + FRAME_WORDS);
    }

    #[test]
    fn features_that_cannot_be_bad_flow() {
        let refused = |fasm: &str| fabric().frames(fasm).expect_err(fasm).to_string();
        assert!(refused("IO_X9Y9.PAD_Y0.ON").contains("line 1: there is no tile IO_X9Y9"));
        assert!(refused("\nIO_X0Y1.PAD_Y0.HALF").contains("line 2: tiles of type IO"));
        assert!(refused("RAM_X5Y0.MODE[2]").contains("MODE[2]"));
        let clash = refused("IO_X0Y1.PAD_Y0.ON\nIO_X0Y1.PAD_Y0.OFF");
        assert!(clash.contains("lines 1 and 2 want bit 66"), "{clash}");
        // below the first word
        assert!(refused("HALF_X0Y0.PAD_Y1.OFF").contains("no feature"));
    }

    const TINY: &str = include_str!("fasm_test.v");
    const PINS: &str = include_str!("fasm_test.xdc");

    /// A design with carry chains, both kinds of memory and a clock, made into a bitstream: its bits, read back by Project X-Ray's own program, are those of the frames, and the
    /// contents of its memory are among them.
    #[test]
    fn frames_are_those_of_the_bitstream() {
        use crate::{Tool, Workspace, yosys};
        const PART: &str = "xc7a100tcsg324-1";
        // not asked for by REQUIRE_TOOLS: Debian 12, on which checks run, has none of them
        let tools = [
            Tool::yosys(),
            Tool::nextpnr_xilinx(),
            Tool::xc7frames2bit(),
            Tool::find("BITREAD", "bitread"),
        ];
        let ([Ok(yosys), Ok(nextpnr), Ok(pack), Ok(bitread)], Some(database)) =
            (tools, Database::find("artix7"))
        else {
            eprintln!("SKIPPED: no yosys, nextpnr-himbaechel-xilinx, prjxray or prjxray-database");
            return;
        };
        let folder = Workspace::open("synth", "fasm-", &[]).expect("folder");
        let put = |name: &str, text: &str| folder.put(name, text).expect("written");
        let run = |tool: &Tool, log: &str, arguments: &str| {
            let arguments: Vec<&str> = arguments.split(' ').collect();
            tool.run(&folder.path(""), log, &arguments)
                .expect("ends well");
        };
        put("design.v", TINY);
        put("design.xdc", PINS);
        let map = format!(
            "read_verilog design.v; {}; blackbox =A:whitebox; write_json design.json",
            yosys::xc7("top", true)
        );
        yosys
            .run(&folder.path(""), "yosys.log", &["-q", "-p", &map])
            .expect("mapped");
        let place = format!(
            "--device {PART} --freq 25 --seed 1 --json design.json -o xdc=design.xdc -o fasm=design.fasm"
        );
        run(&nextpnr, "place.log", &place);
        let fasm = fs::read_to_string(folder.path("design.fasm")).expect("FASM");
        let frames = Fabric::open(&database, "xc7a100t")
            .expect("the fabric")
            .frames(&fasm)
            .expect("frames");
        put("design.frames", &frames.text());
        put("part.yaml", &database.part(PART).expect("the part"));
        let make = format!(
            "--part_file part.yaml --part_name {PART} --frm_file design.frames --output_file design.bit"
        );
        run(&pack, "pack.log", &make);
        run(
            &bitread,
            "read.log",
            "--part_file part.yaml -y -o read.bits design.bit",
        );
        let read = fs::read_to_string(folder.path("read.bits")).expect("bits");
        let number = |text: &str, radix| u32::from_str_radix(text, radix).expect("a number");
        let read: std::collections::BTreeSet<(u32, usize, u32)> = read
            .lines()
            .map(|line| {
                let parts: Vec<&str> = line.split('_').collect();
                let word = number(parts[2], 10) as usize;
                (number(parts[1], 16), word, number(parts[3], 10))
            })
            // the checksum of a frame is the packer's
            .filter(|(_, word, bit)| *word != 50 || *bit >= 13)
            .collect();
        let made = frames.set_bits().collect();
        assert!(read.len() > 2000, "{} bits", read.len());
        assert_eq!(read, made);
        // 0xc0ffee at place 5 of the memory: 16 ones
        let contents = read.iter().filter(|(frame, ..)| *frame >= 0x0080_0000);
        assert_eq!(contents.count(), 16);
    }
}
