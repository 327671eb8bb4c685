package dev.trainyard.e2e;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;

/** What a storm does and when: all of it follows from the seed and the length. */
record StormPlan(long seed, Duration length, List<StormJob> jobs, List<StormFault> faults) {

    static final int WORKERS = 3;

    private static final List<Failpoint> POINTS = List.of(
            Failpoint.dieAfter("JobStore#accept"),
            Failpoint.dieBefore("PlanStore#reserve"),
            Failpoint.dieBefore("AttemptStore#begin"),
            Failpoint.dieBefore("Images#provide"),
            Failpoint.dieAfter("DockerContainers#create"),
            Failpoint.dieAfter("AttemptStore#created"),
            Failpoint.dieBefore("AttemptStore#started"),
            Failpoint.dieAfter("AttemptStore#started"),
            Failpoint.dieBefore("AttemptStore#exited"),
            Failpoint.dieBefore("OutputStore#record"),
            Failpoint.dieBefore("AttemptStore#ended"),
            Failpoint.dieAfter("AttemptStore#ended"),
            Failpoint.dieBefore("JobEvents#append"),
            Failpoint.freezeBefore("PlanStore#reserve"));

    static StormPlan of(long seed, Duration length) {
        Random random = new Random(seed);
        return new StormPlan(seed, length, jobs(random, length), faults(random, length));
    }

    static String worker(int number) {
        return "gpu-" + (number + 1);
    }

    private static List<StormJob> jobs(Random random, Duration length) {
        List<StormJob> jobs = new ArrayList<>();
        StormJob.Kind[] kinds = StormJob.Kind.values();
        for (long millis = 0; millis < length.toMillis(); millis += random.nextLong(1000, 6000)) {
            // Half of them are of the plain kinds.
            StormJob.Kind kind = random.nextBoolean() ? kinds[random.nextInt(2)] : kinds[random.nextInt(kinds.length)];
            boolean record = kind == StormJob.Kind.POISON || kind == StormJob.Kind.CANCELLED_BEFORE;
            jobs.add(new StormJob(
                    jobs.size() + 1,
                    Duration.ofMillis(millis),
                    new UUID(random.nextLong() & ~0xF000L | 0x4000L, random.nextLong() & ~(3L << 62) | 2L << 62),
                    kind,
                    random.nextInt(1, 15),
                    random.nextInt(1001),
                    kind == StormJob.Kind.FAILS ? random.nextInt(1, 4) : 1,
                    random.nextInt(4) == 0 && !record,
                    random.nextInt(6) == 0 && kind != StormJob.Kind.POISON,
                    Duration.ofMillis(random.nextLong(15_000))));
        }
        return List.copyOf(jobs);
    }

    private static List<StormFault> faults(Random random, Duration length) {
        List<StormFault> faults = new ArrayList<>();
        long longAbsence = length.toMillis() / 3 + random.nextLong(length.toMillis() / 6);
        faults.add(fault(0, longAbsence, StormFault.Kind.POSTGRES_AWAY_FOR_LONG, random));
        long millis = random.nextLong(3000, 8000);
        while (millis < length.toMillis()) {
            faults.add(fault(faults.size(), millis, drawn(random), random));
            // Now and then two at once.
            millis += random.nextInt(5) == 0 ? 0 : random.nextLong(6000, 20_000);
        }
        faults.sort(Comparator.comparing(StormFault::at));
        return List.copyOf(faults);
    }

    private static StormFault.Kind drawn(Random random) {
        StormFault.Kind[] kinds = StormFault.Kind.values();
        int left = random.nextInt(
                Arrays.stream(kinds).mapToInt(kind -> kind.weight).sum());
        int kind = 0;
        while (left >= kinds[kind].weight) {
            left -= kinds[kind].weight;
            kind++;
        }
        return kinds[kind];
    }

    private static StormFault fault(int number, long millis, StormFault.Kind kind, Random random) {
        return new StormFault(
                number + 1,
                Duration.ofMillis(millis),
                kind,
                random.nextInt(kind.target == StormFault.Target.WORKER ? WORKERS : 100),
                Duration.ofMillis(random.nextLong(kind.shortest * 1000L, kind.longest * 1000L + 1)),
                POINTS.get(random.nextInt(POINTS.size())).atCall(random.nextInt(1, 4)));
    }

    /** In the order of time. */
    @Override
    public String toString() {
        record Line(Duration at, String text) {}
        return Stream.concat(
                        jobs.stream().map(job -> new Line(job.at(), job.toString())),
                        faults.stream().map(fault -> new Line(fault.at(), fault.toString())))
                .sorted(Comparator.comparing(Line::at))
                .map(Line::text)
                .reduce("", (text, line) -> text + line + System.lineSeparator());
    }
}
