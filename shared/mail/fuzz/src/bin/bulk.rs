//! Many executions without coverage: `bulk SECONDS SEEDS...`. Seeds are files and folders; each
//! input is a seed with a few mutations, or two of them spliced. A panic ends the run and leaves
//! the input; the slowest input and the greatest memory are told at the end.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use std::{env, fs, panic, thread};

const OCTETS_MAX: usize = 4096;
/// An input that takes longer is a hang.
const SLOW_MAX: Duration = Duration::from_secs(20);

static DONE: AtomicU64 = AtomicU64::new(0);

fn main() {
    let mut args = env::args().skip(1);
    let seconds: u64 = args.next().and_then(|s| s.parse().ok()).expect("usage: bulk SECONDS SEEDS");
    let mut seeds = Vec::new();
    args.for_each(|a| collect(Path::new(&a), &mut seeds));
    assert!(!seeds.is_empty(), "no seeds");
    println!("{} seeds", seeds.len());
    let end = Instant::now() + Duration::from_secs(seconds);
    let workers: Vec<_> = (1..=2u64)
        .map(|n| {
            let seeds = seeds.clone();
            thread::spawn(move || work(n.wrapping_mul(0x9e37_79b9_7f4a_7c15), &seeds, end))
        })
        .collect();
    let mut slowest = Duration::ZERO;
    for worker in workers {
        slowest = slowest.max(worker.join().expect("a worker panicked"));
    }
    let memory = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = memory.lines().find(|l| l.starts_with("VmHWM")).unwrap_or_default().to_owned();
    println!("{} executions, slowest {slowest:?}, {peak}", DONE.load(Ordering::Relaxed));
}

fn collect(path: &Path, seeds: &mut Vec<Vec<u8>>) {
    if path.is_dir() {
        let mut inner: Vec<PathBuf> =
            fs::read_dir(path).unwrap().map(|e| e.unwrap().path()).collect();
        inner.sort();
        inner.iter().for_each(|p| collect(p, seeds));
    } else if let Ok(mut bytes) = fs::read(path) {
        bytes.truncate(OCTETS_MAX);
        seeds.push(bytes);
    }
}

fn work(mut state: u64, seeds: &[Vec<u8>], end: Instant) -> Duration {
    let mut slowest = Duration::ZERO;
    while Instant::now() < end {
        let input = mutated(&mut state, seeds);
        let started = Instant::now();
        let run = panic::catch_unwind(|| {
            mail_fuzz::parse_mail(&input);
            if input.len() < 700 {
                mail_fuzz::read_fields(&input);
                mail_fuzz::read_texts(&input);
            }
        });
        let took = started.elapsed();
        if run.is_err() || took > SLOW_MAX {
            fs::write("bulk-failure", &input).expect("the failing input can't be kept");
            panic!("input kept in bulk-failure, took {took:?}");
        }
        slowest = slowest.max(took);
        DONE.fetch_add(if input.len() < 700 { 3 } else { 1 }, Ordering::Relaxed);
    }
    slowest
}

fn next(state: &mut u64) -> usize {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    (*state >> 11) as usize
}

fn mutated(state: &mut u64, seeds: &[Vec<u8>]) -> Vec<u8> {
    let mut input = seeds[next(state) % seeds.len()].clone();
    if next(state) % 4 == 0 {
        let other = &seeds[next(state) % seeds.len()];
        let (cut, from) = (next(state) % (input.len() + 1), next(state) % (other.len() + 1));
        input.truncate(cut);
        input.extend_from_slice(&other[from..]);
    }
    for _ in 0..next(state) % 6 {
        if input.is_empty() {
            break;
        }
        let at = next(state) % input.len();
        match next(state) % 6 {
            0 => input[at] ^= 1 << (next(state) % 8),
            1 => input[at] = next(state) as u8,
            2 => drop(input.remove(at)),
            3 => input.insert(at, b"\r\n <>:;=?\"-@,"[next(state) % 13]),
            4 => {
                let end = (at + next(state) % 64).min(input.len());
                let piece = input[at..end].to_vec();
                let to = next(state) % (input.len() + 1);
                input.splice(to..to, piece);
            }
            _ => input.truncate(at),
        }
    }
    input.truncate(OCTETS_MAX);
    input
}
