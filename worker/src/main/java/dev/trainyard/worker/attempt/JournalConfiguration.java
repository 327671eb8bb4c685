package dev.trainyard.worker.attempt;

import javax.sql.DataSource;
import org.springframework.batch.core.configuration.support.JdbcDefaultBatchConfiguration;
import org.springframework.batch.core.job.Job;
import org.springframework.batch.core.job.JobInterruptedException;
import org.springframework.batch.core.job.builder.JobBuilder;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.step.builder.StepBuilder;
import org.springframework.batch.core.step.tasklet.Tasklet;
import org.springframework.batch.infrastructure.repeat.RepeatStatus;
import org.springframework.batch.infrastructure.support.transaction.ResourcelessTransactionManager;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.Isolation;

/**
 * Spring Batch's journal in schema {@code batch}, and the job that every attempt runs as. The steps have no transaction of their own: one
 * would be held for as long as a training takes.
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
                .start(step("imageStep", repository, attempts, new ImageStep(host)))
                .next(step("containerStep", repository, attempts, new ContainerStep(host)))
                .next(step("outputsStep", repository, attempts, new OutputsStep(host)))
                .build();
    }

    private static org.springframework.batch.core.step.Step step(
            String name, JobRepository repository, Attempts attempts, Step step) {
        Tasklet tasklet = (contribution, context) -> {
            String attempt = contribution
                    .getStepExecution()
                    .getJobParameters()
                    .getString(AttemptJob.ATTEMPT);
            try {
                step.run(attempts.run(attempt));
            } catch (AttemptRun.LetGo e) {
                throw new JobInterruptedException("let go: the next process of this worker goes on");
            }
            return RepeatStatus.FINISHED;
        };
        return new StepBuilder(name, repository)
                .tasklet(tasklet, new ResourcelessTransactionManager())
                .build();
    }
}
