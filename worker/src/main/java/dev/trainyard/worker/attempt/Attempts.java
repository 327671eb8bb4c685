package dev.trainyard.worker.attempt;

import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.core.lifecycle.AttemptState;
import dev.trainyard.db.Attempt;
import dev.trainyard.db.Replaced;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.JobExecutionException;
import org.springframework.batch.core.job.JobInterruptedException;
import org.springframework.batch.core.launch.JobOperator;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

/**
 * The attempts that this process runs, with a thread for each. The database says which these are: {@link #sync} takes up new attempts and
 * those of an earlier process, and passes stop requests on.
 */
public final class Attempts implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Attempts.class);

    private final Host host;
    private final Runnable onReplaced;
    private final AnnotationConfigApplicationContext spring;
    private final AttemptJob attemptJob;
    private final Map<AttemptId, InHand> inHand = new ConcurrentHashMap<>();
    private final AttemptBackoff backoff = new AttemptBackoff(System::nanoTime);
    private final SuspectTrial suspects;

    private record InHand(AttemptRun run, Thread thread) {}

    /**
     * @param journal data source of Spring Batch's tables
     * @param onReplaced runs when a write is refused because another process is this worker now
     */
    public Attempts(Host host, DataSource journal, Runnable onReplaced) {
        this.host = host;
        this.onReplaced = onReplaced;
        this.suspects = new SuspectTrial(host.me(), System::nanoTime);
        this.spring = new AnnotationConfigApplicationContext();
        spring.registerBean("journal", DataSource.class, () -> journal);
        spring.registerBean(Host.class, () -> host);
        spring.registerBean(Attempts.class, () -> this, definition -> definition.setDestroyMethodName(null));
        spring.register(JournalConfiguration.class);
        spring.refresh();
        this.attemptJob = new AttemptJob(
                spring.getBean(JobRepository.class), spring.getBean(JobOperator.class), spring.getBean(Job.class));
    }

    /** @param unfinished this worker's attempts that are not over, as the database has them now */
    public void sync(List<Attempt> unfinished) {
        Set<AttemptId> ids = unfinished.stream().map(Attempt::id).collect(Collectors.toSet());
        backoff.keepOnly(ids);
        suspects.look(unfinished);
        // Attempts that ended without this worker: expired before they began, or their host was forgotten.
        inHand.forEach((id, held) -> {
            if (!ids.contains(id)) {
                held.run().waiting().rowChanged();
            }
        });
        for (Attempt attempt : unfinished) {
            if (backoff.rests(attempt.id())) {
                continue;
            }
            if (!inHand.containsKey(attempt.id()) && !suspects.mayBeTakenUp(attempt)) {
                continue;
            }
            InHand held = inHand.computeIfAbsent(attempt.id(), id -> takeUp(attempt));
            held.run().wants(attempt.outputsWanted());
            if (isNews(attempt)) {
                held.run().waiting().rowChanged();
            }
        }
    }

    /** After the exit, a stop reason is no change to report. */
    private static boolean isNews(Attempt attempt) {
        return attempt.lost() != null
                || (attempt.state() == AttemptState.COLLECTING
                        ? attempt.outputsWanted() == Attempt.Wanted.NOTHING
                        : attempt.stopReason() != null);
    }

    private InHand takeUp(Attempt attempt) {
        AttemptId id = attempt.id();
        AttemptRun run = new AttemptRun(attempt, new AttemptLog(id, host.logs()), host.attempts()::request);
        Thread thread = Thread.ofVirtual().name("attempt-" + id.shortForm()).unstarted(() -> work(run, attempt));
        thread.start();
        return new InHand(run, thread);
    }

    private void work(AttemptRun run, Attempt attempt) {
        try {
            if (!attempt.isInHandsOf(host.me())) {
                run.persist(() -> host.suspects().takenUp(host.me(), run.id()));
            }
            if ((attempt.suspicion().isGivenUp() || attempt.isSuspectToEnd()) && GivenUp.end(host, run, attempt)) {
                return;
            }
            // A later sync takes a failed attempt up again, from its row.
            for (Throwable failure : attemptJob.run(attempt).getAllFailureExceptions()) {
                if (failure instanceof Replaced) {
                    log.error("{}", failure.getMessage());
                    onReplaced.run();
                } else if (!(failure instanceof JobInterruptedException)) {
                    setBack(run, failure);
                }
            }
        } catch (Waiting.LetGo e) {
            // The next process of this worker continues.
        } catch (Replaced e) {
            log.error("{}", e.getMessage());
            onReplaced.run();
        } catch (JobExecutionException | RuntimeException e) {
            setBack(run, e);
        } finally {
            run.release();
            inHand.remove(run.id());
        }
    }

    private void setBack(AttemptRun run, Throwable failure) {
        log.error(
                "attempt interrupted by a failure of ours, taken up again in {} s attempt={}",
                backoff.failed(run.id()).toSeconds(),
                run.id(),
                failure);
    }

    /** For the steps: Spring Batch gives them only the id. */
    AttemptRun run(@Nullable String attempt) {
        InHand held = inHand.get(AttemptId.parse(Objects.requireNonNull(attempt)));
        return Objects.requireNonNull(held, "an attempt runs only in hand").run();
    }

    public int count() {
        return inHand.size();
    }

    /** Lets go of every attempt. Containers continue, and the next process of this worker takes them over. */
    @Override
    public void close() throws InterruptedException {
        for (InHand held : inHand.values()) {
            held.run().waiting().letGo();
        }
        for (InHand held : List.copyOf(inHand.values())) {
            held.thread().join();
        }
        spring.close();
    }
}
