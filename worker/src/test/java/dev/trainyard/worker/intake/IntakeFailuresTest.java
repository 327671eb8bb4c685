package dev.trainyard.worker.intake;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.sql.SQLException;
import org.apache.kafka.common.errors.DisconnectException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.BadSqlGrammarException;
import org.springframework.transaction.CannotCreateTransactionException;

class IntakeFailuresTest {

    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger(Intake.class);

    @BeforeEach
    void listen() {
        lines.start();
        logger.setLevel(Level.INFO);
        logger.addAppender(lines);
    }

    @AfterEach
    void listenNoMore() {
        logger.detachAppender(lines);
        logger.setLevel(null);
    }

    @Test
    void a_start_of_reading_that_an_outage_keeps_from_being_recorded_is_not_told() {
        Intake.notRecorded("cannot record the start of reading", new DisconnectException("away"));
        Intake.notRecorded("cannot record the start of reading", new CannotCreateTransactionException("away"));

        assertThat(lines.list).isEmpty();
    }

    @Test
    void a_start_of_reading_that_a_defect_keeps_from_being_recorded_is_told() {
        Intake.notRecorded(
                "cannot record the start of reading",
                new BadSqlGrammarException("insert", "insert", new SQLException("no such table", "42P01")));

        assertThat(lines.list).singleElement().satisfies(line -> {
            assertThat(line.getLevel()).isEqualTo(Level.ERROR);
            assertThat(line.getFormattedMessage()).startsWith("cannot record the start of reading: ");
            assertThat(line.getThrowableProxy().getCause().getMessage()).isEqualTo("no such table");
        });
    }
}
