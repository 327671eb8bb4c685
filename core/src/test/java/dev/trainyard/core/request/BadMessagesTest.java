package dev.trainyard.core.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Files of {@code src/test/resources/bad/messages}: beside each message lies what is to be said about it, a problem a line. */
class BadMessagesTest {

    static Stream<Path> messages() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("src/test/resources/bad/messages"))) {
            return files.filter(file -> file.toString().endsWith(".json")).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("messages")
    void a_bad_message_is_refused_with_every_problem_at_its_place(Path file) throws IOException {
        byte[] message = Files.readAllBytes(file);

        InvalidRequest refused = catchThrowableOfType(InvalidRequest.class, () -> RequestCodec.decode(message));

        assertThat(refused).as("must be refused").isNotNull();
        assertThat(refused.getMessage() + "\n")
                .isEqualTo(Files.readString(Path.of(file.toString().replace(".json", ".txt"))));
    }
}
