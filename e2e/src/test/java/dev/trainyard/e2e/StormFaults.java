package dev.trainyard.e2e;

import com.github.dockerjava.api.exception.DockerException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/** Injects the faults of a storm; those of one service come one after the other. */
final class StormFaults {

    private final Installation installation;
    private final List<StormWorker> workers;
    private final StormServer server;
    private final StormReport report;
    private final Map<StormFault.Target, ReentrantLock> services = new EnumMap<>(StormFault.Target.class);
    private final Set<String> harmed = ConcurrentHashMap.newKeySet();

    StormFaults(Installation installation, List<StormWorker> workers, StormServer server, StormReport report) {
        this.installation = installation;
        this.workers = workers;
        this.server = server;
        this.report = report;
        for (StormFault.Target target : StormFault.Target.values()) {
            services.put(target, new ReentrantLock(true));
        }
    }

    /** Returns when it is over. */
    void inject(StormFault fault) {
        if (fault.kind().target == StormFault.Target.WORKER) {
            injectNow(fault);
            return;
        }
        ReentrantLock service = services.get(fault.kind().target);
        service.lock();
        try {
            injectNow(fault);
        } finally {
            service.unlock();
        }
    }

    private void injectNow(StormFault fault) {
        report.say(fault.toString().strip());
        report.fault(fault.kind().name());
        Services services = installation.services();
        Runnable meanwhile = () -> Storm.pause(fault.length());
        switch (fault.kind()) {
            case WORKER_KILLED, WORKER_AWAY_UNTIL_LOST ->
                workers.get(fault.target()).kill(fault.length());
            case WORKER_STOPPED -> workers.get(fault.target()).stop(fault.length());
            case WORKER_FROZEN, WORKER_FROZEN_UNTIL_LOST ->
                workers.get(fault.target()).freeze(fault.length());
            case WORKER_DIES_AT_A_POINT -> workers.get(fault.target()).dieAt(fault.point(), fault.length());
            case CONTAINER_KILLED -> harm(fault.target(), installation::killContainer);
            case CONTAINER_REMOVED -> harm(fault.target(), installation::removeContainer);
            case POSTGRES_CRASHED ->
                outage("Postgres", () -> {
                    services.crashPostgres();
                    Storm.until(Duration.ofSeconds(60), this::answers);
                });
            case POSTGRES_SILENT, POSTGRES_AWAY_FOR_LONG ->
                outage("Postgres", () -> services.withoutPostgres(meanwhile));
            case POSTGRES_OUT_OF_CONNECTIONS -> outage("Postgres", () -> services.withoutConnections(meanwhile));
            case POSTGRES_TAKES_NO_WRITES -> outage("Postgres", () -> services.withoutWrites(meanwhile));
            case KAFKA_SILENT -> outage("Kafka", () -> services.withoutKafka(meanwhile));
            case KAFKA_RESTARTED -> outage("Kafka", () -> services.restartKafka(meanwhile));
            case KAFKA_KILLED -> outage("Kafka", () -> services.killKafka(meanwhile));
            case SERVER_KILLED -> server.kill();
        }
    }

    private void outage(String service, Runnable work) {
        report.outage(service, work);
    }

    private boolean answers() {
        try {
            installation.impatientSql().sql("select 1").query().singleRow();
            return true;
        } catch (RuntimeException e) {
            return false;
        }
    }

    @FunctionalInterface
    private interface Harm {
        void to(String container);
    }

    /** One of this installation's, if any runs: never another's. */
    private void harm(int which, Harm harm) {
        List<String> containers =
                installation.containers().values().stream().sorted().toList();
        if (containers.isEmpty()) {
            report.say("there is no container to harm");
            return;
        }
        String container = containers.get(which % containers.size());
        // Noted first: its worker may see it before we are back.
        harmed.add(container);
        try {
            harm.to(container);
        } catch (DockerException e) {
            report.say("container %s ended by itself before it was harmed".formatted(container.substring(0, 12)));
        }
    }

    /** Ids of the containers that were killed or removed by hand, or would have been if they had not just ended. */
    Set<String> harmed() {
        return Set.copyOf(harmed);
    }
}
