package dev.trainyard.worker;

import com.zaxxer.hikari.HikariDataSource;
import dev.trainyard.core.lifecycle.AttemptState;
import dev.trainyard.core.lifecycle.WorkerId;
import dev.trainyard.core.text.DataSize;
import dev.trainyard.core.text.ShellWords;
import dev.trainyard.db.AttemptStore;
import dev.trainyard.db.BlobStore;
import dev.trainyard.db.BuiltImageStore;
import dev.trainyard.db.CrashSuspects;
import dev.trainyard.db.Database;
import dev.trainyard.db.DatabaseUnavailable;
import dev.trainyard.db.DraftStore;
import dev.trainyard.db.HostImages;
import dev.trainyard.db.InPlaceGrants;
import dev.trainyard.db.Incarnation;
import dev.trainyard.db.IntakeStarts;
import dev.trainyard.db.JobStore;
import dev.trainyard.db.LogStore;
import dev.trainyard.db.LostHosts;
import dev.trainyard.db.Outage;
import dev.trainyard.db.OutputStore;
import dev.trainyard.db.Role;
import dev.trainyard.db.WorkerStore;
import dev.trainyard.launch.FileProblem;
import dev.trainyard.launch.ServiceExitCode;
import dev.trainyard.worker.attempt.Attempts;
import dev.trainyard.worker.attempt.DeviceHealth;
import dev.trainyard.worker.attempt.Host;
import dev.trainyard.worker.attempt.HostHealth;
import dev.trainyard.worker.attempt.LeftoverContainers;
import dev.trainyard.worker.attempt.WorkLoop;
import dev.trainyard.worker.device.DeviceProblem;
import dev.trainyard.worker.device.DeviceProvider;
import dev.trainyard.worker.device.HostCapacity;
import dev.trainyard.worker.device.OfferedDevice;
import dev.trainyard.worker.device.WrongDevices;
import dev.trainyard.worker.docker.DockerEngine;
import dev.trainyard.worker.engine.Containers;
import dev.trainyard.worker.engine.Engine;
import dev.trainyard.worker.engine.EngineException;
import dev.trainyard.worker.engine.EngineInfo;
import dev.trainyard.worker.engine.OwnContainer;
import dev.trainyard.worker.engine.Owner;
import dev.trainyard.worker.engine.WrongEngineAddress;
import dev.trainyard.worker.event.EventPublisher;
import dev.trainyard.worker.fetch.Fetches;
import dev.trainyard.worker.image.Images;
import dev.trainyard.worker.intake.DeferredIntake;
import dev.trainyard.worker.intake.Intake;
import dev.trainyard.worker.intake.KafkaUnavailable;
import dev.trainyard.worker.output.Outputs;
import dev.trainyard.worker.plan.PlannerLoop;
import dev.trainyard.worker.policy.HostFiles;
import dev.trainyard.worker.policy.Policy;
import dev.trainyard.worker.policy.PolicyProblem;
import dev.trainyard.worker.policy.ThisHost;
import dev.trainyard.worker.recover.LeaseKeeper;
import dev.trainyard.worker.recover.ThisProcess;
import dev.trainyard.worker.recover.WorkerDirectory;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * A running worker. After it is closed trainings continue, and the next process with the same state directory takes them over.
 */
public final class Worker implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Worker.class);

    /** Enough for the transactions of stores, log writers and loops, which are all short. */
    private static final int POOL = 4;

    private static final int JOURNAL_POOL = 4;

    /** Start times of a process that differ by less than this count as equal. */
    private static final Duration SAME_START = Duration.ofMinutes(1);

    /** Grace period for each container of a forgotten worker. */
    private static final Duration FORGOTTEN_GRACE = Duration.ofSeconds(10);

    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final CountDownLatch replaced = new CountDownLatch(1);

    /** Records in the database that this worker stops. Does nothing before the registration. */
    private Runnable farewell = () -> {};

    private @Nullable WorkerId id;

    private Worker() {}

    /**
     * Starts a worker. Returns when it has registered and accepts work.
     *
     * @throws WorkerProblem if it cannot start; all resources are closed again
     */
    public static Worker start(WorkerSettings settings) {
        Worker worker = new Worker();
        try {
            worker.open(settings);
            return worker;
        } catch (WorkerProblem e) {
            worker.close();
            throw e;
        } catch (EngineException e) {
            worker.close();
            throw noEngine(e);
        } catch (WrongEngineAddress e) {
            worker.close();
            throw wrongAddress(e);
        } catch (DatabaseUnavailable
                | KafkaUnavailable
                | WorkerDirectory.WorkerDirectoryProblem
                | WorkerStore.RegistrationRefused
                | PolicyProblem
                | DeviceProblem e) {
            worker.close();
            throw new WorkerProblem(Objects.requireNonNullElse(e.getMessage(), e.toString()), exitCode(e), e);
        } catch (RuntimeException e) {
            worker.close();
            // The database answered at first, but not any more.
            if (Outage.isTransient(e)) {
                DatabaseUnavailable away = Outage.unavailable(settings.postgres(), e);
                throw new WorkerProblem(String.valueOf(away.getMessage()), ServiceExitCode.UNAVAILABLE, away);
            }
            throw e;
        }
    }

    /**
     * For programs that start other things besides a worker: call this first.
     *
     * @param environment for {@code DOCKER_HOST}
     * @throws WorkerProblem if no container engine answers
     */
    public static void requireEngine(Map<String, String> environment) {
        try (DockerEngine engine = DockerEngine.fromEnvironment(environment)) {
            engine.ping();
        } catch (EngineException e) {
            throw noEngine(e);
        } catch (WrongEngineAddress e) {
            throw wrongAddress(e);
        } catch (IOException e) {
            log.debug("while closing the connection that was only asked whether the engine answers", e);
        }
    }

    /**
     * The Unix socket of the engine that {@code DOCKER_HOST} names; empty: the engine is reached over a network.
     *
     * @throws WorkerProblem if it names none
     */
    public static Optional<Path> engineSocket(Map<String, String> environment) {
        try {
            return DockerEngine.socketFromEnvironment(environment);
        } catch (WrongEngineAddress e) {
            throw wrongAddress(e);
        }
    }

    private static WorkerProblem noEngine(EngineException e) {
        return new WorkerProblem(
                e.getMessage()
                        + "\nStart the container engine (sudo systemctl start docker); on Debian and Ubuntu trainyard demo installs and starts one. DOCKER_HOST names another.",
                ServiceExitCode.UNAVAILABLE,
                e);
    }

    private static WorkerProblem wrongAddress(WrongEngineAddress e) {
        return new WorkerProblem(String.valueOf(e.getMessage()), ServiceExitCode.INVALID, e);
    }

    private static int exitCode(Exception failure) {
        boolean stated = failure instanceof PolicyProblem || failure instanceof WrongDevices;
        if (!stated) {
            return ServiceExitCode.UNAVAILABLE;
        }
        return failure.getCause() instanceof NoSuchFileException ? ServiceExitCode.NOT_FOUND : ServiceExitCode.INVALID;
    }

    private void open(WorkerSettings settings) throws DeviceProblem {
        Policy policy =
                Policy.load(settings.policy()).within(HostCapacity.read().memory());
        WorkerDirectory state = keep(WorkerDirectory.open(settings.stateDir()));
        Outputs outputs = outputs(settings, policy);
        DeviceProvider provider = DeviceProvider.parse(settings.devices(), state.worker(), settings.environment());
        // Read files before the use of any service, so that mistakes in them are found at once.
        List<OfferedDevice> devices = provider.devices();
        DockerEngine engine = keep(DockerEngine.fromEnvironment(settings.environment()));
        EngineInfo engineInfo = engine.info();
        requireRootFileSystem(engine, policy);
        Database database = keep(Database.connect(settings.postgres(), Role.WORKER, POOL));
        HikariDataSource journal = keep(database.journal(JOURNAL_POOL));

        WorkerStore workers = new WorkerStore(database);
        boolean kafkaAnswers = kafkaAnswers(settings, workers.hasAttempts(state.worker()));
        AttemptStore attemptRows = new AttemptStore(database);
        Owner owner = new Owner(workers.installation(), state.worker());
        LeftoverContainers leftovers = new LeftoverContainers(engine.containers(), owner, attemptRows);
        WorkerStore.Registered registered = register(
                workers,
                registration(settings, state, engineInfo, leftovers.marked(devices)),
                () -> stopAll(engine.containers(), owner));
        id = registered.me().worker();
        farewell = () -> sayStopped(workers, registered.me(), 0);
        registered
                .refusedDevices()
                .forEach(key -> log.warn("device {} is offered by another worker, so this one does not offer it", key));
        keep(new LeaseKeeper(workers.lease(registered.me()), replaced::countDown));

        BlobStore blobs = new BlobStore(database);
        Images images = new Images(
                engine,
                digest -> blobs.open(digest.substring("sha256:".length()))
                        .orElseThrow(() -> new NoSuchFileException(digest)),
                new RecordedImages(new BuiltImageStore(database, state.worker(), engineInfo.id())),
                policy);
        images.noticeOfNetwork().ifPresent(log::warn);
        HostImages imageRows = new HostImages(database);
        Host host = new Host(
                registered.me(),
                owner,
                attemptRows,
                new LostHosts(database),
                new InPlaceGrants(database),
                new CrashSuspects(database),
                workers,
                new LogStore(database),
                new OutputStore(database),
                engine.containers(),
                images,
                imageRows,
                engine.volumes(),
                outputs,
                keep(new DeviceHealth(provider, leftovers, workers, registered.me())),
                policy,
                engineInfo.dataRoot());
        Attempts attempts = keep(new Attempts(host, journal, replaced::countDown));
        farewell = () -> {
            if (settings.onStop() != OnStop.LEAVE) {
                new Drain(workers, host.attempts(), registered.me(), settings.onStop() == OnStop.STOP_JOBS)
                        .await(replaced);
            }
            sayStopped(workers, registered.me(), attempts.count());
        };
        long running = host.attempts().unfinishedOf(state.worker()).stream()
                .filter(attempt -> attempt.state() != AttemptState.ENDED)
                .count();
        Fetches fetches = keep(new Fetches(registered.me(), imageRows, images));
        keep(new WorkLoop(database, host, attempts, fetches, leftovers));
        keep(new HostHealth(engine, List.of(settings.outputsRoot(), engineInfo.dataRoot()), workers, registered.me()));
        keep(new PlannerLoop(database));
        keep(new EventPublisher(settings.kafka(), database));
        Supplier<Intake> intake = () -> new Intake(
                settings.kafka(),
                new JobStore(database),
                new DraftStore(database),
                new IntakeStarts(database, registered.me()));
        keep(kafkaAnswers ? intake.get() : new DeferredIntake(intake));
        log.info(
                "worker ready name={} id={} devices={} policy={}",
                settings.name(),
                state.worker(),
                settings.devices(),
                policy.origin());
        if (running > 0) {
            log.info("continuing with {} trainings of a previous process", running);
        }
    }

    private static void requireRootFileSystem(Engine engine, Policy policy) {
        @Nullable DataSize size = policy.rootFileSystem();
        if (size != null) {
            engine.objectionToRootFileSystem(size).ifPresent(why -> {
                throw new WorkerProblem(policy.uselessRootFileSystem(why), ServiceExitCode.INVALID, null);
            });
        }
    }

    /** Containers can leave programs that run as root in writable folders. So no other user may have access to these. */
    private static Outputs outputs(WorkerSettings settings, Policy policy) {
        Outputs outputs = new Outputs(settings.outputsRoot(), ThisProcess.hostName());
        try {
            outputs.makeRoot();
        } catch (IOException e) {
            throw new WorkerProblem(
                    "The folder of outputs %s cannot be created: %s. Choose another with --outputs."
                            .formatted(outputs.root(), FileProblem.wordsWithFile(e)),
                    ServiceExitCode.UNAVAILABLE,
                    e);
        }
        HostFiles files = ThisHost.now(outputs.root(), List.of(), (job, number) -> false);
        Path root = files.real(outputs.root()).orElse(outputs.root());
        files.openToOthers(root).ifPresent(open -> {
            throw new WorkerProblem(
                    "Other users of this host can enter %s, and could run there as root what a container leaves in its outputs. Close it: chmod 700 %s"
                            .formatted(open, ShellWords.quote(root.toString())),
                    ServiceExitCode.INVALID,
                    null);
        });
        policy.openFolders(files).forEach(log::warn);
        return outputs;
    }

    /** @param forgotten called if the host of this worker was declared dead */
    private static WorkerStore.Registered register(
            WorkerStore workers, WorkerStore.Registration registration, Runnable forgotten) {
        try {
            return workers.register(registration, Worker::lives);
        } catch (WorkerStore.WorkerForgotten e) {
            forgotten.run();
            throw e;
        }
    }

    private static void stopAll(Containers containers, Owner owner) {
        for (OwnContainer container : containers.list(owner)) {
            log.warn("stopping a container of the forgotten worker name={}", container.name());
            containers.end(container.id(), FORGOTTEN_GRACE);
        }
    }

    /**
     * Checked before the registration, so that a worker that cannot start leaves no trace. If the worker has attempts, it continues with
     * them, because they do not need Kafka.
     */
    private static boolean kafkaAnswers(WorkerSettings settings, boolean hasAttempts) {
        try {
            Intake.requireAnswer(settings.kafka());
            return true;
        } catch (KafkaUnavailable e) {
            if (!hasAttempts) {
                throw e;
            }
            log.warn("continuing with current attempts, accepting no requests until Kafka answers: {}", e.getMessage());
            return false;
        }
    }

    private static WorkerStore.Registration registration(
            WorkerSettings settings, WorkerDirectory state, EngineInfo engine, List<OfferedDevice> devices)
            throws DeviceProblem {
        HostCapacity capacity = HostCapacity.read();
        Integer runSlots = settings.runSlots();
        return new WorkerStore.Registration(
                state.worker(),
                settings.name(),
                ThisProcess.hostName(),
                ThisProcess.bootId(),
                state.lockDevice(),
                state.lockInode(),
                ThisProcess.pid(),
                ThisProcess.startedAt(),
                engine.id(),
                BigDecimal.valueOf(capacity.cpus()),
                capacity.memory().bytes(),
                runSlots == null ? Math.max(devices.size(), 1) : runSlots,
                settings.outputsRoot().toAbsolutePath().normalize().toString(),
                Stream.concat(Stream.of(settings.stateDir(), engine.dataRoot()), settings.ownFolders().stream())
                        .map(folder -> folder.toAbsolutePath().normalize().toString())
                        .toList(),
                version(),
                true,
                devices.stream().map(DeviceHealth::row).toList());
    }

    private static String version() {
        @Nullable String version = Worker.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    private static boolean lives(long pid, Instant startedAt) {
        return ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                // The system computes the start time from a clock that can be set.
                .map(process -> process.info()
                        .startInstant()
                        .map(start -> Duration.between(start, startedAt).abs().compareTo(SAME_START) < 0)
                        .orElse(true))
                .orElse(false);
    }

    private static void sayStopped(WorkerStore workers, Incarnation me, int attempts) {
        try {
            if (workers.stopped(me)) {
                log.info("worker stops id={}; {}", me.worker(), runOn(attempts));
            }
        } catch (DataAccessException | TransactionException e) {
            log.warn(
                    "worker stops id={}; {}; it could not record this in the database: {}",
                    me.worker(),
                    runOn(attempts),
                    e.getMessage());
        }
    }

    private static String runOn(int attempts) {
        return attempts == 1 ? "1 training continues" : attempts + " trainings continue";
    }

    private <T extends AutoCloseable> T keep(T resource) {
        open.push(resource);
        return resource;
    }

    /** The id under which it has registered. */
    public WorkerId id() {
        return Objects.requireNonNull(id, "a started worker has registered");
    }

    /** Blocks until another process has become this worker, so that this one must end. */
    public void awaitReplaced() throws InterruptedException {
        replaced.await();
    }

    /** First records that the worker stops, so that it gets no new attempts. Then closes in reverse order: intake, planner, attempts, and the lease last but one. */
    @Override
    public synchronized void close() {
        farewell.run();
        farewell = () -> {};
        while (!open.isEmpty()) {
            AutoCloseable resource = open.pop();
            try {
                resource.close();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (Exception e) {
                log.warn("while closing {}: {}", resource.getClass().getSimpleName(), e.toString());
            }
        }
    }
}
