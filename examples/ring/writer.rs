//! A ring that `ws-stream serve ring:/dev/shm/NAME` shows, written in Rust by its document alone (docs/ring.md):
//! `rustc -O writer.rs && ./writer /dev/shm/NAME 100` writes so many pictures, three a second.
use std::fs::{remove_file, rename, File, OpenOptions};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const WIDTH: u32 = 320;
const HEIGHT: u32 = 200;
const SLOTS: u32 = 3;
const RECORDS: u32 = 64;
const RECORDS_AT: u32 = 192;
const RECORD: u32 = 32; // room for one rectangle
const HEADS_AT: u32 = RECORDS_AT + RECORDS * RECORD;
const HEAD: u32 = 64; // nothing is said of a picture
const PIXELS_AT: u32 = 8192;
const SLOT: u32 = WIDTH * HEIGHT;
const NEWEST_AT: u32 = 128;

/// Each write is a system call: what was written before is seen before.
struct Ring(File);

impl Ring {
    fn put(&self, at: u32, numbers: &[u32]) -> std::io::Result<()> {
        for (k, number) in numbers.iter().enumerate() {
            self.0.write_all_at(&number.to_le_bytes(), u64::from(at) + 4 * k as u64)?;
        }
        Ok(())
    }

    fn open(path: &str) -> std::io::Result<Ring> {
        let fresh = format!("{path}.new");
        let _ = remove_file(&fresh); // of one that was killed here
        let file = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(&fresh)?;
        let ring = Ring(file);
        let made = ring.lay_out().and_then(|()| rename(&fresh, path));
        if made.is_err() {
            let _ = remove_file(&fresh); // nothing is left of one that cannot have its name
        }
        made.map(|()| ring)
    }

    fn lay_out(&self) -> std::io::Result<()> {
        self.0.set_len(u64::from(PIXELS_AT + SLOTS * SLOT))?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() as u64;
        self.0.write_all_at(b"ws-ring\n", 0)?;
        self.put(12, &[WIDTH, HEIGHT, WIDTH])?;
        self.0.write_all_at(b"gray8", 24)?;
        self.put(40, &[SLOTS, RECORDS, RECORDS_AT, RECORD, HEADS_AT, HEAD, PIXELS_AT, SLOT])?;
        self.put(72, &[now as u32, (now >> 32) as u32])?;
        self.put(RECORDS_AT, &[u32::MAX])?; // no slot holds picture 0
        self.put(8, &[1]) // it is laid out
    }

    /// Picture n is all of one gray.
    fn write(&self, n: u32) -> std::io::Result<()> {
        let slot = n % SLOTS;
        let head = HEADS_AT + slot * HEAD;
        let sequence = n / SLOTS * 2;
        self.put(head, &[sequence + 1])?; // it is drawn into
        self.0.write_all_at(&vec![n as u8; SLOT as usize], u64::from(PIXELS_AT + slot * SLOT))?;
        self.put(head + 4, &[n, 0, 0, 0])?;
        self.put(head, &[sequence + 2])?;
        self.put(RECORDS_AT + n % RECORDS * RECORD, &[slot, 1, n, 0, 0, 0, WIDTH, HEIGHT])?;
        self.put(NEWEST_AT, &[n])
    }
}

fn main() -> std::io::Result<()> {
    let words: Vec<String> = std::env::args().collect();
    let count = words[2].parse().expect("how many pictures");
    let ring = Ring::open(&words[1])?;
    for n in 1..=count {
        ring.write(n)?;
        std::thread::sleep(Duration::from_millis(333));
    }
    Ok(())
}
