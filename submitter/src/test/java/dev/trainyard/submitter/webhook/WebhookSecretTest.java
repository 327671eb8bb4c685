package dev.trainyard.submitter.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebhookSecretTest {

    /** The example of the specification's own libraries. */
    private static final String EXAMPLE = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    @TempDir
    private Path directory;

    private static WebhookSecret read(String text) {
        return WebhookSecret.from(Map.of(WebhookSecret.VARIABLE, text)).orElseThrow();
    }

    @Test
    void it_signs_as_the_specification_says() {
        assertThat(read(EXAMPLE)
                        .signature(
                                "msg_p5jXN8AQM9LWM0D4loKWxJek",
                                1614265330,
                                "{\"test\": 2432232314}".getBytes(StandardCharsets.UTF_8)))
                .isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    @Test
    void it_may_lie_in_a_file() throws IOException {
        Path file = Files.writeString(directory.resolve("secret"), EXAMPLE + "\n");
        byte[] body = {};

        assertThat(WebhookSecret.from(Map.of(WebhookSecret.FILE_VARIABLE, file.toString()))
                        .orElseThrow()
                        .signature("a", 1, body))
                .isEqualTo(read(EXAMPLE).signature("a", 1, body));
        assertThatThrownBy(() -> WebhookSecret.from(Map.of(WebhookSecret.FILE_VARIABLE, file + "-not")))
                .hasMessageContaining(file + "-not does not exist");
        assertThatThrownBy(() -> WebhookSecret.from(
                        Map.of(WebhookSecret.FILE_VARIABLE, file.toString(), WebhookSecret.VARIABLE, EXAMPLE)))
                .hasMessageContaining("unset one");
    }

    @Test
    void without_the_variables_there_is_none() {
        assertThat(WebhookSecret.from(Map.of())).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"s3cret", "whsec_s3cret", "whsec_czNjcmV0", "whsec_"})
    void a_text_that_is_not_a_secret_is_refused_and_not_repeated(String text) {
        assertThatThrownBy(() -> read(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("TRAINYARD_WEBHOOK_SECRET is not a webhook secret", "openssl rand -base64 32")
                .hasMessageNotContainingAny("s3cret", "czNjcmV0");
    }

    @Test
    void it_does_not_tell_itself() {
        assertThat(read(EXAMPLE)).hasToString("whsec_***");
    }
}
