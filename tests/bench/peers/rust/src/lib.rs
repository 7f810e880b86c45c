//! What tests/bench/pace.h says, in Rust: the arguments, the clock, the pace of the
//! source, what the sink checks, and the line of JSON at the end.

mod hist;
pub use hist::Hist;

use std::process::exit;
use std::time::Instant;

pub const SKIP: i32 = 77;

#[derive(Clone, Copy, Default)]
#[repr(C, align(64))]
pub struct Record {
    pub seq: u64,
    pub at: u64,
    pub value: u64,
    pub pad: [u64; 5],
}

#[derive(Clone)]
pub struct Args {
    pub scenario: String,
    pub mode: String,
    pub rate: f64,
    pub records: u64,
    pub batch: usize,
    pub ops: u32,
    pub threads: u32,
    pub slots: usize,
    pub cpu: usize,
    pub cpu2: usize,
}

fn wrong(what: &str) -> ! {
    eprintln!("not an argument: \"{what}\"");
    exit(2)
}

/// A number as C's atof takes it: 1000000 or 1e6.
fn number(text: &str, whole: &str) -> f64 {
    text.parse().unwrap_or_else(|_| wrong(whole))
}

impl Args {
    pub fn parse() -> Args {
        let mut args = std::env::args().skip(1);
        let mut a = Args {
            scenario: args.next().unwrap_or_default(),
            mode: String::new(),
            rate: 0.0,
            records: 1_000_000,
            batch: 1,
            ops: 1,
            threads: 1,
            slots: 1024,
            cpu: 0,
            cpu2: 1,
        };

        for arg in args {
            let (key, v) = arg.split_once('=').unwrap_or_else(|| wrong(&arg));
            if key == "mode" {
                a.mode = v.to_string();
                continue;
            }
            let n = number(v, &arg);
            match key {
                "rate" => a.rate = n,
                "records" => a.records = n as u64,
                "batch" => a.batch = n as usize,
                "ops" => a.ops = n as u32,
                "threads" => a.threads = n as u32,
                "slots" => a.slots = n as usize,
                "cpu" => a.cpu = n as usize,
                "cpu2" => a.cpu2 = n as usize,
                _ => wrong(&arg),
            }
        }
        a
    }

    pub fn open(&self) -> bool {
        self.rate > 0.0
    }

    /// The operators of a scenario: a hop has none.
    pub fn operators(&self) -> u32 {
        if self.scenario == "hop" {
            0
        } else {
            self.ops
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[inline(always)]
pub fn ticks() -> u64 {
    // SAFETY: every x86-64 has the instruction, and it touches no memory.
    unsafe { core::arch::x86_64::_rdtsc() }
}

#[cfg(target_arch = "aarch64")]
#[inline(always)]
pub fn ticks() -> u64 {
    let t: u64;
    // SAFETY: Linux lets programs read this counter, and it touches no memory.
    unsafe { core::arch::asm!("mrs {}, cntvct_el0", out(reg) t, options(nomem, nostack)) };
    t
}

/// Takes 20 ms.
pub fn ns_per_tick() -> f64 {
    let (start, first) = (Instant::now(), ticks());
    while start.elapsed().as_millis() < 20 {}
    start.elapsed().as_nanos() as f64 / (ticks() - first) as f64
}

/// This thread, and those that it starts, run on these CPUs.
pub fn pin(cpus: &[usize]) {
    // SAFETY: a cpu_set_t is plain bits, and the call reads it only.
    unsafe {
        let mut set: libc::cpu_set_t = std::mem::zeroed();
        for &cpu in cpus {
            libc::CPU_SET(cpu, &mut set);
        }
        libc::sched_setaffinity(0, std::mem::size_of_val(&set), &set);
    }
}

/// The source: records, each at its time.
pub struct Source {
    pub start: u64,
    per_record: f64,
    next: u64,
    records: u64,
    open: bool,
}

impl Source {
    pub fn new(a: &Args, ns_per_tick: f64) -> Source {
        let per_record = if a.open() { 1e9 / a.rate / ns_per_tick } else { 0.0 };
        Source { start: ticks(), per_record, next: 0, records: a.records, open: a.open() }
    }

    /// How many records to send now, at most `most`; 0 at the end. In an open loop it waits
    /// for the first, and takes with it those that are due by then.
    #[inline(always)]
    pub fn due(&self, most: usize) -> usize {
        let most = most.min((self.records - self.next) as usize);
        if !self.open || most == 0 {
            return most;
        }
        let first = self.time(self.next);
        let mut now = ticks();
        while now < first {
            std::hint::spin_loop();
            now = ticks();
        }
        (1..most as u64).find(|i| self.time(self.next + i) > now).map_or(most, |i| i as usize)
    }

    fn time(&self, i: u64) -> u64 {
        self.start + (i as f64 * self.per_record) as u64
    }

    /// The next record's seq, and when it was meant to be sent.
    #[inline(always)]
    pub fn stamp(&mut self) -> (u64, u64) {
        let i = self.next;
        self.next += 1;
        (i, if self.open { self.time(i) } else { 0 })
    }
}

/// The sink: checks what arrives, and when.
pub struct Sink {
    next: u64,
    added: u64,
    wrong: u64,
    records: u64,
    end: u64,
    open: bool,
    ns_per_tick: f64,
    hist: Hist,
}

impl Sink {
    pub fn new(a: &Args, ns_per_tick: f64) -> Sink {
        let ops = a.operators() as u64;
        Sink {
            next: 0,
            added: ops * (ops + 1) / 2,
            wrong: 0,
            records: a.records,
            end: 0,
            open: a.open(),
            ns_per_tick,
            hist: Hist::new(),
        }
    }

    #[inline(always)]
    pub fn see(&mut self, seq: u64, at: u64, value: u64) {
        self.wrong += (seq != self.next || value != self.next + self.added) as u64;
        self.next += 1;
        if self.open {
            let late = ticks().saturating_sub(at);
            self.hist.add((late as f64 * self.ns_per_tick) as u64);
        }
        if self.next == self.records {
            self.end = ticks();
        }
    }

    pub fn done(&self) -> bool {
        self.next == self.records
    }

    /// Prints the line; what the program ends with.
    pub fn print(&self, program: &str, a: &Args, start: u64) -> i32 {
        if !self.done() || self.wrong > 0 {
            eprintln!("{program}: {} of {} records came, {} of them wrong", self.next, self.records, self.wrong);
            return 1;
        }
        let seconds = (self.end - start) as f64 * self.ns_per_tick / 1e9;
        print!(
            "{{\"program\":\"{program}\",\"scenario\":\"{}\",\"mode\":\"{}\",\"rate\":{:.0},\"batch\":{},\"ops\":{},\
             \"threads\":{},\"records\":{},\"seconds\":{seconds:.6},\"records_per_s\":{:.1},\"cpu_s\":{:.3}",
            a.scenario, a.mode, a.rate, a.batch, a.ops, a.threads, a.records, a.records as f64 / seconds, cpu_seconds()
        );
        if self.open {
            for (name, q) in [("p50", 0.5), ("p99", 0.99), ("p999", 0.999), ("p9999", 0.9999)] {
                print!(",\"{name}\":{}", self.hist.quantile(q));
            }
            print!(",\"max\":{}", self.hist.max);
        }
        println!("}}");
        0
    }
}

fn cpu_seconds() -> f64 {
    // SAFETY: the call fills the struct, plain numbers.
    let u = unsafe {
        let mut u: libc::rusage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_SELF, &mut u);
        u
    };
    let seconds = |t: libc::timeval| t.tv_sec as f64 + t.tv_usec as f64 / 1e6;
    seconds(u.ru_utime) + seconds(u.ru_stime)
}
