/*
 * Disruptor.java - LMAX Disruptor behind the arguments and the line of JSON of
 * tests/bench/pace.h: one producer, events that stay in the ring, batches claimed by
 * next(n) and published as a range. It runs twice in one process: the first run warms the
 * compiler up and does not count.
 *
 *   hop      source and one handler
 *   chain    threads=2: one handler that does what all operators do; threads=ops+2: a
 *            handler and thread for each, behind one another
 *
 * Waiting: mode=spin, yield or block; without one spin where each thread has a CPU, else
 * yield. Threads are pinned by taskset: Java cannot, and that is started before time counts.
 */
import com.lmax.disruptor.BlockingWaitStrategy;
import com.lmax.disruptor.BusySpinWaitStrategy;
import com.lmax.disruptor.EventHandler;
import com.lmax.disruptor.RingBuffer;
import com.lmax.disruptor.WaitStrategy;
import com.lmax.disruptor.YieldingWaitStrategy;
import com.lmax.disruptor.dsl.EventHandlerGroup;
import com.lmax.disruptor.dsl.ProducerType;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

public final class Disruptor {
    static final int SKIP = 77;

    /** 64 bytes and Java's header. */
    static final class Event {
        long seq, at, value, a, b, c, d, e;
    }

    static final class Args {
        static final Set<String> KEYS =
                Set.of("mode", "rate", "records", "batch", "ops", "threads", "slots", "cpu", "cpu2");
        final String scenario, mode;
        final double rate;
        final long records;
        final int batch, ops, threads, slots, cpu, cpu2;

        Args(String[] args) {
            Map<String, String> given = new HashMap<>();

            for (int i = 1; i < args.length; i++) {
                String[] pair = args[i].split("=", 2);
                if (pair.length != 2 || !KEYS.contains(pair[0])) {
                    System.err.println("Disruptor: \"" + args[i] + "\" is no argument");
                    System.exit(2);
                }
                given.put(pair[0], pair[1]);
            }
            scenario = args.length > 0 ? args[0] : "";
            mode = given.getOrDefault("mode", "");
            rate = number(given, "rate", 0);
            records = (long) number(given, "records", 1e6);
            batch = (int) number(given, "batch", 1);
            ops = (int) number(given, "ops", 1);
            threads = (int) number(given, "threads", 1);
            slots = (int) number(given, "slots", 1024);
            cpu = (int) number(given, "cpu", 0);
            cpu2 = (int) number(given, "cpu2", 1);
        }

        private static double number(Map<String, String> given, String key, double otherwise) {
            String text = given.get(key);
            return text == null ? otherwise : Double.parseDouble(text);
        }

        boolean hop() {
            return scenario.equals("hop");
        }

        int operators() {
            return hop() ? 0 : ops;
        }

        boolean twoThreads() {
            return hop() || threads == 2;
        }
    }

    /** thalweg/hist.h in Java: log-linear buckets, 64 per power of two. */
    static final class Hist {
        static final int SUB = 64, BUCKETS = SUB * 36;
        final long[] count = new long[BUCKETS];
        long n, max;

        static int index(long v) {
            if (v < SUB)
                return (int) v;
            int e = 63 - Long.numberOfLeadingZeros(v) - 6; // v >> e is in 64..127
            return (int) Math.min(SUB * (e + 1L) + (v >> e) - SUB, BUCKETS - 1);
        }

        /** The greatest value that falls into bucket i. */
        static long value(int i) {
            int e = i / SUB;
            return e == 0 ? i : ((i % SUB + SUB + 1L) << (e - 1)) - 1;
        }

        void add(long v) {
            count[index(v)]++;
            n++;
            if (v > max)
                max = v;
        }

        long quantile(double q) {
            long want = Math.max((long) (q * n + 0.5), 1), seen = 0;

            for (int i = 0; i < BUCKETS && n > 0; i++) {
                seen += count[i];
                if (seen >= want)
                    return Math.min(value(i), max);
            }
            return max;
        }
    }

    /** Adds its number to each event's value. */
    static final class Operator implements EventHandler<Event> {
        final long number;
        private final int cpu;

        Operator(long number, int cpu) {
            this.number = number;
            this.cpu = cpu;
        }

        @Override
        public void onStart() {
            pin(cpu);
        }

        @Override
        public void onEvent(Event event, long sequence, boolean endOfBatch) {
            event.value += number;
        }
    }

    /** Does what the operators before it do, if any, and checks what comes. */
    static final class Sink implements EventHandler<Event> {
        final Hist hist = new Hist();
        final CountDownLatch started = new CountDownLatch(1), done = new CountDownLatch(1);
        private final Operator[] operators;
        private final long added, records;
        private final boolean open;
        private final int cpu;
        private long next;
        long wrong, end;

        Sink(Args a, long records, Operator[] operators, int cpu) {
            this.operators = operators;
            this.added = a.operators() * (a.operators() + 1L) / 2;
            this.records = records;
            this.open = a.rate > 0;
            this.cpu = cpu;
        }

        @Override
        public void onStart() {
            pin(cpu);
            started.countDown();
        }

        @Override
        public void onEvent(Event event, long sequence, boolean endOfBatch) {
            for (Operator operator : operators)
                operator.onEvent(event, sequence, endOfBatch);
            if (event.seq != next || event.value != next + added)
                wrong++;
            next++;
            if (open)
                hist.add(Math.max(System.nanoTime() - event.at, 0));
            if (next == records) {
                end = System.nanoTime();
                done.countDown();
            }
        }
    }

    /** The thread that calls runs on this CPU from now on; negative: where it is. */
    static void pin(int cpu) {
        if (cpu < 0)
            return;
        try {
            String thread = Files.readSymbolicLink(Path.of("/proc/thread-self")).getFileName().toString();
            taskset("-cp", Integer.toString(cpu), thread);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    static void taskset(String... arguments) {
        try {
            ProcessBuilder b = new ProcessBuilder("taskset");
            b.command().addAll(List.of(arguments));
            b.redirectOutput(ProcessBuilder.Redirect.DISCARD).redirectErrorStream(true);
            if (b.start().waitFor() != 0)
                throw new IllegalStateException("taskset failed");
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    static WaitStrategy waiting(Args a) {
        String mode = !a.mode.isEmpty() ? a.mode : a.twoThreads() ? "spin" : "yield";

        switch (mode) {
            case "spin":
                return new BusySpinWaitStrategy();
            case "yield":
                return new YieldingWaitStrategy();
            case "block":
                return new BlockingWaitStrategy();
            default:
                System.exit(SKIP);
                return null;
        }
    }

    /** How many are due now, at most `most`: in an open loop after a wait for the first. */
    static int due(long start, double period, long first, int most) {
        long now = System.nanoTime();
        int n = 1;

        while (now - start < (long) (first * period)) {
            Thread.onSpinWait();
            now = System.nanoTime();
        }
        while (n < most && now - start >= (long) ((first + n) * period))
            n++;
        return n;
    }

    static void publish(RingBuffer<Event> ring, int n, long first, long start, double period) {
        long last = ring.next(n), low = last - n + 1;

        for (int i = 0; i < n; i++) {
            Event event = ring.get(low + i);
            event.seq = event.value = first + i;
            event.at = period > 0 ? start + (long) ((first + i) * period) : 0;
        }
        ring.publish(low, last);
    }

    static long produce(Args a, RingBuffer<Event> ring, long records) {
        double period = a.rate > 0 ? 1e9 / a.rate : 0;
        long start = System.nanoTime();

        for (long i = 0; i < records; ) {
            int most = (int) Math.min(a.batch, records - i);
            int n = period > 0 ? due(start, period, i, most) : most;

            publish(ring, n, i, start, period);
            i += n;
        }
        return start;
    }

    static long start;

    static Sink run(Args a, long records) throws InterruptedException {
        var disruptor = new com.lmax.disruptor.dsl.Disruptor<Event>(
                Event::new, a.slots, r -> new Thread(r), ProducerType.SINGLE, waiting(a));
        boolean two = a.twoThreads();
        Operator[] operators = new Operator[a.operators()];
        Sink sink = new Sink(a, records, two ? operators : new Operator[0], two ? a.cpu2 : -1);
        EventHandlerGroup<Event> last = null;

        for (int i = 0; i < operators.length; i++) {
            operators[i] = new Operator(i + 1, -1);
            if (!two)
                last = last == null ? disruptor.handleEventsWith(operators[i]) : last.then(operators[i]);
        }
        if (last == null)
            disruptor.handleEventsWith(sink);
        else
            last.then(sink);
        disruptor.start();
        sink.started.await();
        start = produce(a, disruptor.getRingBuffer(), records);
        sink.done.await();
        disruptor.shutdown();
        return sink;
    }

    static long cpuTime() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }

    static void print(Args a, Sink sink, long cpuTime) {
        double seconds = (sink.end - start) / 1e9;
        StringBuilder line = new StringBuilder(String.format(Locale.ROOT,
                "{\"program\":\"Disruptor\",\"scenario\":\"%s\",\"mode\":\"%s\",\"rate\":%.0f,\"batch\":%d,"
                        + "\"ops\":%d,\"threads\":%d,\"records\":%d,\"seconds\":%.6f,\"records_per_s\":%.1f,"
                        + "\"cpu_s\":%.3f",
                a.scenario, a.mode, a.rate, a.batch, a.ops, a.threads, a.records, seconds, a.records / seconds,
                cpuTime / 1e9));

        if (a.rate > 0) {
            Hist h = sink.hist;
            line.append(String.format(Locale.ROOT, ",\"p50\":%d,\"p99\":%d,\"p999\":%d,\"p9999\":%d,\"max\":%d",
                    h.quantile(0.5), h.quantile(0.99), h.quantile(0.999), h.quantile(0.9999), h.max));
        }
        System.out.println(line.append("}"));
    }

    public static void main(String[] args) throws InterruptedException {
        Args a = new Args(args);

        if (!a.hop() && !(a.scenario.equals("chain") && (a.threads == 2 || a.threads == a.ops + 2)))
            System.exit(SKIP);
        waiting(a);
        taskset("-acp", a.cpu + "," + a.cpu2, Long.toString(ProcessHandle.current().pid()));
        if (a.twoThreads())
            pin(a.cpu);
        run(a, Math.min(a.records, a.rate > 0 ? (long) a.rate : 2000000)); // a second at most
        long before = cpuTime();
        Sink sink = run(a, a.records);
        long used = cpuTime() - before;

        if (sink.wrong > 0) {
            System.err.println("Disruptor: " + sink.wrong + " records were out of order or wrong");
            System.exit(1);
        }
        print(a, sink, used);
    }
}
