package dev.trainyard.launch;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BootstrapServersTest {

    @ParameterizedTest
    @ValueSource(
            strings = {"kafka:9092", "k1:9092, k2:9093", "127.0.0.1:1", "[::1]:9092", "PLAINTEXT://kafka_1.example:9092"
            })
    void addresses_have_a_host_and_a_port(String text) {
        assertThat(BootstrapServers.problem(text)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nonsense",
                "",
                "kafka:",
                ":9092",
                "kafka:0",
                "kafka:65536",
                "k1:9092,",
                "http://kafka:9092/x",
                "a b:9092"
            })
    void other_text_is_refused_with_the_expected_form(String text) {
        assertThat(BootstrapServers.problem(text)).get().asString().contains("write HOST:PORT");
    }
}
