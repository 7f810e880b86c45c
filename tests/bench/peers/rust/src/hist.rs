//! thalweg/hist.h in Rust: log-linear buckets, 64 per power of two.

const SUB: u64 = 64;
const BUCKETS: usize = 64 * 36;

pub struct Hist {
    n: u64,
    pub max: u64,
    count: Vec<u64>,
}

fn index(v: u64) -> usize {
    if v < SUB {
        return v as usize;
    }
    let e = 63 - v.leading_zeros() as u64 - 6; // v >> e is in 64..127
    ((SUB * (e + 1) + (v >> e) - SUB) as usize).min(BUCKETS - 1)
}

/// The greatest value that falls into bucket i.
fn value(i: usize) -> u64 {
    let (e, sub) = (i as u64 / SUB, i as u64 % SUB);
    if e == 0 {
        sub
    } else {
        ((sub + SUB + 1) << (e - 1)) - 1
    }
}

impl Hist {
    pub fn new() -> Hist {
        Hist { n: 0, max: 0, count: vec![0; BUCKETS] }
    }

    #[inline(always)]
    pub fn add(&mut self, v: u64) {
        self.count[index(v)] += 1;
        self.n += 1;
        self.max = self.max.max(v);
    }

    /// The value that a fraction q of all values is at or below; 0 if empty.
    pub fn quantile(&self, q: f64) -> u64 {
        let want = ((q * self.n as f64 + 0.5) as u64).max(1);
        let mut seen = 0;

        if self.n == 0 {
            return 0;
        }
        for (i, c) in self.count.iter().enumerate() {
            seen += c;
            if seen >= want {
                return value(i).min(self.max);
            }
        }
        self.max
    }
}

impl Default for Hist {
    fn default() -> Self {
        Self::new()
    }
}
