//! crossbeam: bounded channels, or ArrayQueues (mode=array), between threads.
//!
//! hop: a source and a sink; chain: half of the operators on each of two threads, or one
//! thread for each. Both ends try again at once where each thread has a CPU; else channels
//! block as they do by themselves (mode=block: always), and ArrayQueues yield.
//!
//! One record is sent by value. A batch is a block on the heap, which the sink gives back.

use crossbeam_channel::{bounded, Receiver, Sender, TryRecvError, TrySendError};
use crossbeam_queue::ArrayQueue;
use crossbeam_utils::Backoff;
use pace::{ns_per_tick, pin, Args, Record, Sink, Source, SKIP};
use std::sync::Arc;
use std::thread;

/// What is sent: one record, or a block of them.
trait Message: Send + 'static {
    fn records(&mut self) -> &mut [Record];
}

impl Message for Record {
    fn records(&mut self) -> &mut [Record] {
        std::slice::from_mut(self)
    }
}

struct Block {
    n: usize,
    records: Box<[Record]>,
}

impl Message for Box<Block> {
    fn records(&mut self) -> &mut [Record] {
        let n = self.n;
        &mut self.records[..n]
    }
}

/// Both ends of a queue; closed is what the last message says, not the queue.
trait Out<T>: Send + 'static {
    fn push(&self, message: T);
}

trait In<T>: Send + 'static {
    fn pop(&self) -> T;
}

#[derive(Clone, Copy, PartialEq)]
enum Wait {
    Spin,
    Yield,
    Block,
}

struct Channel<E>(E, Wait);

impl<T: Message> Out<T> for Channel<Sender<T>> {
    #[inline(always)]
    fn push(&self, mut message: T) {
        if self.1 == Wait::Block {
            return self.0.send(message).expect("the sink waits for the last record");
        }
        while let Err(TrySendError::Full(back)) = self.0.try_send(message) {
            message = back;
        }
    }
}

impl<T: Message> In<T> for Channel<Receiver<T>> {
    #[inline(always)]
    fn pop(&self) -> T {
        if self.1 == Wait::Block {
            return self.0.recv().expect("a source ends after the last record");
        }
        loop {
            match self.0.try_recv() {
                Ok(message) => return message,
                Err(TryRecvError::Empty) => continue,
                Err(TryRecvError::Disconnected) => panic!("a source ends after the last record"),
            }
        }
    }
}

struct Array<T>(Arc<ArrayQueue<T>>, Wait);

impl<T: Message> Out<T> for Array<T> {
    #[inline(always)]
    fn push(&self, mut message: T) {
        let backoff = Backoff::new();
        while let Err(back) = self.0.push(message) {
            message = back;
            if self.1 == Wait::Yield {
                backoff.snooze();
            }
        }
    }
}

impl<T: Message> In<T> for Array<T> {
    #[inline(always)]
    fn pop(&self) -> T {
        let backoff = Backoff::new();
        loop {
            if let Some(message) = self.0.pop() {
                return message;
            }
            if self.1 == Wait::Yield {
                backoff.snooze();
            }
        }
    }
}

/// Operators are called through pointers, else the compiler makes one of them all.
type Operator = Box<dyn Fn(&mut [Record]) + Send>;

fn operators(from: u32, to: u32) -> Vec<Operator> {
    (from..=to)
        .map(|i| {
            Box::new(move |records: &mut [Record]| {
                for r in records {
                    r.value += i as u64;
                }
            }) as Operator
        })
        .collect()
}

fn apply(operators: &[Operator], records: &mut [Record]) {
    for operator in operators {
        operator(records);
    }
}

/// Where messages come from, and go to in the end.
trait Pool<T>: Send + Sync + 'static {
    fn take(&self, n: usize) -> T;
    fn give(&self, message: T);
}

struct ByValue;

impl Pool<Record> for ByValue {
    #[inline(always)]
    fn take(&self, _: usize) -> Record {
        Record::default()
    }
    #[inline(always)]
    fn give(&self, _: Record) {}
}

struct Blocks {
    free: ArrayQueue<Box<Block>>,
    batch: usize,
}

impl Pool<Box<Block>> for Blocks {
    fn take(&self, n: usize) -> Box<Block> {
        let mut block = self.free.pop().unwrap_or_else(|| {
            Box::new(Block { n: 0, records: vec![Record::default(); self.batch].into_boxed_slice() })
        });
        block.n = n;
        block
    }
    fn give(&self, block: Box<Block>) {
        let _ = self.free.push(block);
    }
}

/// The queues of a run: `links` of them between `links` + 1 threads.
struct Plan {
    links: usize,
    size: usize,
    wait: Wait,
}

fn run<T: Message, O: Out<T>, I: In<T>>(
    a: &Args,
    plan: &Plan,
    pool: impl Pool<T>,
    queue: impl Fn(usize, Wait) -> (O, I),
) -> i32 {
    let pool = Arc::new(pool);
    let ns = ns_per_tick();
    let ends: Vec<(O, I)> = (0..plan.links).map(|_| queue(plan.size, plan.wait)).collect();
    let (mut outs, mut ins): (Vec<_>, Vec<_>) = ends.into_iter().unzip();
    let ops = a.operators();
    let two = plan.links == 1;
    let (mine, theirs) = if two { (ops / 2, ops) } else { (0, 0) };
    let (a_sink, a_source) = (a.clone(), a.clone());

    let (last, pool_sink) = (ins.pop().unwrap(), pool.clone());
    let sink = thread::spawn(move || {
        if two {
            pin(&[a_sink.cpu2]);
        }
        let (mut sink, work) = (Sink::new(&a_sink, ns), operators(mine + 1, theirs));
        while !sink.done() {
            let mut m = last.pop();
            apply(&work, m.records());
            for r in m.records() {
                sink.see(r.seq, r.at, r.value);
            }
            pool_sink.give(m);
        }
        sink
    });

    for i in (1..=ins.len()).rev() {
        let (from, to, records) = (ins.pop().unwrap(), outs.pop().unwrap(), a.records);
        thread::spawn(move || {
            let work = operators(i as u32, i as u32);
            let mut seen = 0;
            while seen < records {
                let mut m = from.pop();
                apply(&work, m.records());
                seen += m.records().len() as u64;
                to.push(m);
            }
        });
    }

    let first = outs.pop().unwrap();
    let start = thread::spawn(move || {
        if two {
            pin(&[a_source.cpu]);
        }
        let work = operators(1, mine);
        let mut source = Source::new(&a_source, ns);
        loop {
            let n = source.due(a_source.batch);
            if n == 0 {
                return source.start;
            }
            let mut m = pool.take(n);
            for r in m.records() {
                (r.seq, r.at) = source.stamp();
                r.value = r.seq;
            }
            apply(&work, m.records());
            first.push(m);
        }
    });
    let start = start.join().unwrap();
    sink.join().unwrap().print("crossbeam", a, start)
}

fn channel<T: Message>(size: usize, wait: Wait) -> (Channel<Sender<T>>, Channel<Receiver<T>>) {
    let (s, r) = bounded(size);
    (Channel(s, wait), Channel(r, wait))
}

fn array<T: Message>(size: usize, wait: Wait) -> (Array<T>, Array<T>) {
    let q = Arc::new(ArrayQueue::new(size));
    (Array(q.clone(), wait), Array(q, wait))
}

fn main() {
    let a = Args::parse();
    let links = match (a.scenario.as_str(), a.threads) {
        ("hop", _) | ("chain", 2) => 1,
        ("chain", n) if n == a.ops + 2 => a.ops as usize + 1,
        _ => std::process::exit(SKIP),
    };
    let wait = match (a.mode.as_str(), links) {
        ("", 1) | ("array", 1) => Wait::Spin,
        ("", _) | ("block", _) => Wait::Block,
        ("array", _) => Wait::Yield,
        _ => std::process::exit(SKIP),
    };
    let plan = Plan { links, size: (a.slots / a.batch).max(2), wait };
    let blocks = || Blocks { free: ArrayQueue::new(plan.size * (links + 1)), batch: a.batch };

    pin(&[a.cpu, a.cpu2]);
    std::process::exit(match (a.mode == "array", a.batch) {
        (false, 1) => run(&a, &plan, ByValue, channel),
        (false, _) => run(&a, &plan, blocks(), channel),
        (true, 1) => run(&a, &plan, ByValue, array),
        (true, _) => run(&a, &plan, blocks(), array),
    });
}
