package dev.trainyard.worker.attempt;

import dev.trainyard.core.lifecycle.AttemptId;
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

/**
 * An attempt as a Spring Batch job: one JobInstance per attempt, restarted where a former process left it. The truth about the attempt is
 * its row; should the journal be missing or contradict itself, it is set aside and a new instance goes on.
 */
final class AttemptJob {

    static final String NAME = "attempt";
    static final String ATTEMPT = "attempt";

    /** Tells the instances of an attempt apart, where the journal of the first could not be used. */
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
     * Runs in the calling thread until the attempt is over or let go. The caller owns the attempt: nobody else runs it.
     *
     * @return the execution; its failures are failures of our own machinery
     */
    JobExecution run(AttemptId attempt) throws JobExecutionException {
        JobParameters parameters = new JobParametersBuilder()
                .addString(ATTEMPT, attempt.toString())
                .toJobParameters();
        JobInstance instance = repository.getJobInstance(NAME, parameters);
        JobExecution last = instance == null ? null : repository.getLastJobExecution(instance);
        if (last == null) {
            return operator.start(job, parameters);
        }
        try {
            return resume(last);
        } catch (JobExecutionException | RuntimeException e) {
            log.warn("journal unusable, going on from the row attempt={} error={}", attempt, e.getMessage());
            return startAgain(attempt);
        }
    }

    private JobExecution resume(JobExecution last) throws JobExecutionException {
        if (last.getStatus() == BatchStatus.COMPLETED) {
            throw new JobExecutionException("the journal says that it is over, the row that it is not");
        }
        // What the dead process left as running is marked as failed, so that it can be restarted.
        JobExecution restartable = last.isRunning() || last.getStatus() == BatchStatus.UNKNOWN ? operator.recover(last) : last;
        return operator.restart(restartable);
    }

    private JobExecution startAgain(AttemptId attempt) throws JobExecutionException {
        return operator.start(
                job,
                new JobParametersBuilder()
                        .addString(ATTEMPT, attempt.toString())
                        .addLong(AGAIN, System.currentTimeMillis())
                        .toJobParameters());
    }
}
