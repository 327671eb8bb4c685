package dev.trainyard.submitter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trainyard.db.DatabaseUnavailable;
import dev.trainyard.db.PostgresUrl;
import dev.trainyard.db.TestPostgres;
import dev.trainyard.submitter.Http.Answer;
import dev.trainyard.submitter.publish.KafkaUnavailable;
import java.net.http.HttpRequest.BodyPublishers;
import org.junit.jupiter.api.Test;

class OutageTest {

    private final PostgresUrl postgres = TestPostgres.freshDatabase();

    @Test
    void without_kafka_nothing_is_published_and_everything_else_goes_on() {
        TestKafka kafka = TestKafka.start();
        try (Server server = Server.start(new ServerSettings(
                        kafka.bootstrapServers(), postgres, null, "127.0.0.1", 0, null, null, null));
                Http http = new Http(server.uri());
                TestWorker worker = new TestWorker(postgres)) {
            String id = Requests.newId();
            worker.accept(Requests.named(id, "digits"));
            kafka.close();

            Answer refused = http.post("/api/v1/jobs", Requests.named(Requests.newId(), "digits"));

            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.text("detail")).contains("Kafka at " + kafka.bootstrapServers());
            assertThat(http.open(http.request("/api/v1/jobs")
                                    .header("Content-Type", "application/json")
                                    .POST(BodyPublishers.ofString(Requests.named(Requests.newId(), "digits"))))
                            .headers()
                            .firstValue("Retry-After"))
                    .hasValue("5");
            assertThat(http.get("/api/v1/jobs/" + id).text("state")).isEqualTo("QUEUED");
            assertThat(http.post("/api/v1/jobs/" + id + "/cancel", "{}").text("result"))
                    .isEqualTo("CANCELLED");
            Answer health = http.get("/api/v1/health");
            assertThat(health.status()).isEqualTo(503);
            assertThat(health.text("postgres")).isEqualTo("UP");
            assertThat(health.text("kafka")).startsWith("DOWN: ");
        }
    }

    @Test
    void a_start_without_kafka_fails_with_its_address() {
        assertThatThrownBy(() -> Server.start(
                        new ServerSettings("127.0.0.1:1", postgres, null, "127.0.0.1", 0, null, null, null)))
                .isInstanceOf(KafkaUnavailable.class)
                .hasMessageContaining("127.0.0.1:1");
    }

    @Test
    void a_start_without_a_schema_fails_with_the_command_that_helps() {
        PostgresUrl empty = TestPostgres.emptyDatabase();

        assertThatThrownBy(() -> Server.start(new ServerSettings(
                        TestKafka.shared().bootstrapServers(), empty, null, "127.0.0.1", 0, null, null, null)))
                .isInstanceOf(DatabaseUnavailable.class)
                .hasMessageContaining("trainyard migrate");
    }

    @Test
    void a_port_that_is_taken_is_named() {
        ServerSettings first = new ServerSettings(
                TestKafka.shared().bootstrapServers(), postgres, null, "127.0.0.1", 0, null, null, null);
        try (Server server = Server.start(first)) {
            int taken = server.uri().getPort();

            assertThatThrownBy(() -> Server.start(new ServerSettings(
                            first.kafka(), postgres, null, first.bindAddress(), taken, null, null, null)))
                    .isInstanceOf(AddressUnavailable.class)
                    .hasMessageContaining("127.0.0.1:" + taken);
        }
    }
}
