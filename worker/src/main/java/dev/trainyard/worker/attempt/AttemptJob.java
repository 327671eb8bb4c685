package dev.trainyard.worker.attempt;

import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.core.lifecycle.AttemptState;
import dev.trainyard.db.Attempt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.batch.core.BatchStatus;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.JobExecution;
import org.springframework.batch.core.job.JobExecutionException;
import org.springframework.batch.core.job.JobInstance;
import org.springframework.batch.core.job.parameters.JobParameters;
import org.springframework.batch.core.job.parameters.JobParametersBuilder;
import org.springframework.batch.core.launch.JobOperator;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.step.StepExecution;

/**
 * An attempt as a Spring Batch job: one JobInstance per attempt, restarted where an earlier process left it. The attempt's row is the
 * truth. If the journal is missing or contradicts the row, a new instance replaces it.
 */
final class AttemptJob {

    static final String NAME = "attempt";
    static final String ATTEMPT = "attempt";
    static final String IMAGE_STEP = "imageStep";
    static final String CONTAINER_STEP = "containerStep";

    /** Distinguishes a further instance of an attempt, after the journal of an earlier one was unusable. */
    private static final String AGAIN = "again";

    private static final Logger log = LoggerFactory.getLogger(AttemptJob.class);

    private final JobRepository repository;
    private final JobOperator operator;
    private final Job job;

    AttemptJob(JobRepository repository, JobOperator operator, Job job) {
        this.repository = repository;
        this.operator = operator;
        this.job = job;
    }

    /**
     * Runs in the calling thread until the attempt is over or let go. The caller owns the attempt: no other thread runs it.
     *
     * @param attempt its row, which may be outdated
     * @return the execution; its failures are internal errors
     */
    JobExecution run(Attempt attempt) throws JobExecutionException {
        JobParameters parameters = parameters(attempt.id()).toJobParameters();
        JobInstance instance = repository.getJobInstance(NAME, parameters);
        if (instance == null) {
            return operator.start(job, parameters);
        }
        try {
            return resume(instance, attempt);
        } catch (JobExecutionException | RuntimeException e) {
            log.warn("journal unusable, going on from the row attempt={} error={}", attempt.id(), e.getMessage());
            return operator.start(
                    job,
                    parameters(attempt.id())
                            .addLong(AGAIN, System.currentTimeMillis())
                            .toJobParameters());
        }
    }

    private static JobParametersBuilder parameters(AttemptId attempt) {
        return new JobParametersBuilder().addString(ATTEMPT, attempt.toString());
    }

    private JobExecution resume(JobInstance instance, Attempt attempt) throws JobExecutionException {
        JobExecution last = repository.getLastJobExecution(instance);
        if (last == null
                || !attempt.id().toString().equals(last.getJobParameters().getString(ATTEMPT))) {
            throw new JobExecutionException("the journal has lost the execution or its parameters");
        }
        // Batch skips the steps that the journal has as completed, so that the journal must not be ahead of the row.
        if (last.getStatus() == BatchStatus.COMPLETED
                || isOver(instance, IMAGE_STEP) && !hasImage(attempt)
                || isOver(instance, CONTAINER_STEP) && !hasExited(attempt)) {
            throw new JobExecutionException("the journal has as done what the row has not");
        }
        // An execution that the dead process left as running must be marked as failed before it can be restarted.
        JobExecution restartable =
                last.isRunning() || last.getStatus() == BatchStatus.UNKNOWN ? operator.recover(last) : last;
        return operator.restart(restartable);
    }

    private boolean isOver(JobInstance instance, String step) {
        StepExecution last = repository.getLastStepExecution(instance, step);
        return last != null && last.getStatus() == BatchStatus.COMPLETED;
    }

    private static boolean hasImage(Attempt attempt) {
        return attempt.imageDigest() != null || hasExited(attempt);
    }

    private static boolean hasExited(Attempt attempt) {
        return attempt.state() == AttemptState.COLLECTING || attempt.state() == AttemptState.ENDED;
    }
}
