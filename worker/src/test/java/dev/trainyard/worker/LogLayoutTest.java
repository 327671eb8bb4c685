package dev.trainyard.worker;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.joran.spi.JoranException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class LogLayoutTest {

    @Test
    void a_message_from_any_source_is_one_line_without_control_characters() throws JoranException {
        LoggerContext context = new LoggerContext();
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(context);
        configurator.doConfigure(LogLayoutTest.class.getResource("/logback-worker.xml"));
        Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        ConsoleAppender<ILoggingEvent> console = (ConsoleAppender<ILoggingEvent>) root.getAppender("STDERR");

        String line = new String(
                console.getEncoder()
                        .encode(new LoggingEvent(
                                "", root, Level.INFO, "käse\u001b[2J\u0007\n2026-11-29 forged\0\u009b", null, null)),
                StandardCharsets.UTF_8);

        assertThat(line).endsWith(" käse [2J  2026-11-29 forged  \n");
        context.stop();
    }
}
