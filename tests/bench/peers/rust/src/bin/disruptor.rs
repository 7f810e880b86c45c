//! disruptor-rs, the `disruptor` crate: one producer, events stay in the ring, batches are
//! published at once.
//!
//! hop: one handler; chain: one handler that does what all operators do, or a handler for
//! each operator, behind one another. Both ends spin where each has a CPU, else they yield
//! (mode=yield: always); the crate itself has no strategy that does.

use disruptor::{build_single_producer, BusySpin, Producer, ProcessorSettings, Sequence};
use disruptor::wait_strategies::WaitStrategy;
use pace::{ns_per_tick, pin, Args, Sink, Source, SKIP};
use std::process::exit;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::thread;

/// Handlers see an event by shared reference, so what they change is atomic; relaxed costs
/// no more than a plain word.
#[derive(Default)]
#[repr(C, align(64))]
struct Event {
    seq: u64,
    at: u64,
    value: AtomicU64,
    pad: [u64; 5],
}

impl Event {
    #[inline(always)]
    fn add(&self, what: u64) {
        self.value.store(self.value.load(Relaxed) + what, Relaxed);
    }
}

#[derive(Clone, Copy)]
struct Yield;

impl WaitStrategy for Yield {
    fn wait_for(&self, _: Sequence) {
        thread::yield_now();
    }
}

fn produce<P: Producer<Event>>(producer: &mut P, a: &Args, ns: f64, yields: bool) -> u64 {
    let mut source = Source::new(a, ns);
    loop {
        let n = source.due(a.batch);
        if n == 0 {
            return source.start;
        }
        loop {
            let sent = producer.try_batch_publish(n, |events| {
                for e in events {
                    (e.seq, e.at) = source.stamp();
                    *e.value.get_mut() = e.seq;
                }
            });
            if sent.is_ok() {
                break;
            }
            if yields {
                thread::yield_now();
            }
        }
    }
}

/// Operators are called through pointers, else the compiler makes one of them all.
type Operator = Box<dyn Fn(&Event) + Send>;

fn operators(ops: u32) -> Vec<Operator> {
    (1..=ops as u64).map(|i| Box::new(move |e: &Event| e.add(i)) as Operator).collect()
}

/// What the last handler does; at the end it hands back the sink.
fn finish(a: &Args, ns: f64, back: Arc<Mutex<Option<Sink>>>) -> impl FnMut(&Event) {
    let mut sink = Some(Sink::new(a, ns));
    move |e: &Event| {
        if let Some(s) = &mut sink {
            s.see(e.seq, e.at, e.value.load(Relaxed));
            if s.done() {
                *back.lock().unwrap() = sink.take();
            }
        }
    }
}

fn two_threads<W: WaitStrategy + 'static>(a: &Args, wait: W, yields: bool) -> i32 {
    let (ns, back) = (ns_per_tick(), Arc::new(Mutex::new(None)));
    let (work, mut last) = (operators(a.operators()), finish(a, ns, back.clone()));
    let mut producer = build_single_producer(a.slots, Event::default, wait)
        .pin_at_core(a.cpu2)
        .handle_events_with(move |e: &Event, _, _| {
            for operator in &work {
                operator(e);
            }
            last(e);
        })
        .build();

    pin(&[a.cpu]);
    let start = produce(&mut producer, a, ns, yields);
    drop(producer);
    end(a, start, back)
}

fn thread_each<W: WaitStrategy + 'static>(a: &Args, wait: W, yields: bool) -> i32 {
    let (ns, back) = (ns_per_tick(), Arc::new(Mutex::new(None)));
    let mut last = finish(a, ns, back.clone());
    let mut chain = build_single_producer(a.slots, Event::default, wait)
        .handle_events_with(|e: &Event, _, _| e.add(1))
        .and_then();
    for i in 2..=a.ops as u64 {
        chain = chain.handle_events_with(move |e: &Event, _, _| e.add(i)).and_then();
    }
    let mut producer = chain.handle_events_with(move |e: &Event, _, _| last(e)).build();

    let start = produce(&mut producer, a, ns, yields);
    drop(producer);
    end(a, start, back)
}

/// The handlers have ended with the producer.
fn end(a: &Args, start: u64, back: Arc<Mutex<Option<Sink>>>) -> i32 {
    match back.lock().unwrap().as_ref() {
        Some(sink) => sink.print("disruptor-rs", a, start),
        None => {
            eprintln!("disruptor-rs: records were lost");
            1
        }
    }
}

fn main() {
    let a = Args::parse();
    let two = match (a.scenario.as_str(), a.threads) {
        ("hop", _) | ("chain", 2) => true,
        ("chain", n) if n == a.ops + 2 && a.ops > 0 => false,
        _ => exit(SKIP),
    };
    let yields = match a.mode.as_str() {
        "" => !two,
        "yield" => true,
        _ => exit(SKIP),
    };

    pin(&[a.cpu, a.cpu2]);
    exit(match (two, yields) {
        (true, false) => two_threads(&a, BusySpin, false),
        (true, true) => two_threads(&a, Yield, true),
        (false, _) => thread_each(&a, Yield, yields),
    });
}
