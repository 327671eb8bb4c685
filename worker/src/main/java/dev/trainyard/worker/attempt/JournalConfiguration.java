package dev.trainyard.worker.attempt;

import javax.sql.DataSource;
import org.springframework.batch.core.configuration.support.JdbcDefaultBatchConfiguration;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.JobInterruptedException;
import org.springframework.batch.core.job.builder.JobBuilder;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.step.AbstractStep;
import org.springframework.batch.core.step.StepExecution;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.Isolation;

/**
 * Spring Batch's journal in schema {@code batch}, and the job that every attempt runs as.
 */
@Configuration(proxyBeanMethods = false)
class JournalConfiguration extends JdbcDefaultBatchConfiguration {

    private final DataSource journal;
    private final JdbcTransactionManager transactions;

    JournalConfiguration(DataSource journal) {
        this.journal = journal;
        this.transactions = new JdbcTransactionManager(journal);
    }

    @Override
    protected DataSource getDataSource() {
        return journal;
    }

    @Override
    protected PlatformTransactionManager getTransactionManager() {
        return transactions;
    }

    @Override
    protected String getTablePrefix() {
        return "batch.BATCH_";
    }

    /** The default, SERIALIZABLE, makes executions that are created at once fail. */
    @Override
    protected Isolation getIsolationLevelForCreate() {
        return Isolation.READ_COMMITTED;
    }

    @Bean
    Job attemptJob(JobRepository repository, Host host, Attempts attempts) {
        return new JobBuilder(AttemptJob.NAME, repository)
                .start(step(AttemptJob.IMAGE_STEP, repository, attempts, new ImageStep(host)))
                .next(step(AttemptJob.CONTAINER_STEP, repository, attempts, new ContainerStep(host)))
                .next(step("outputsStep", repository, attempts, new OutputsStep(host)))
                .build();
    }

    private static AttemptStep step(String name, JobRepository repository, Attempts attempts, Step step) {
        AttemptStep attemptStep = new AttemptStep(repository, attempts, step);
        attemptStep.setName(name);
        return attemptStep;
    }

    /**
     * Runs a step in no transaction. Batch's own tasklet step would have one around it, if only a transaction without resources: and while
     * one is active, Spring keeps the connection of the first query for all others, for as long as a training takes.
     */
    private static final class AttemptStep extends AbstractStep {

        private final Attempts attempts;
        private final Step step;

        AttemptStep(JobRepository repository, Attempts attempts, Step step) {
            super(repository);
            this.attempts = attempts;
            this.step = step;
        }

        @Override
        protected void doExecute(StepExecution execution) throws JobInterruptedException {
            try {
                attempts.run(execution.getJobParameters().getString(AttemptJob.ATTEMPT))
                        .go(step);
            } catch (Waiting.LetGo e) {
                throw new JobInterruptedException("let go: the next process of this worker goes on");
            }
        }
    }
}
