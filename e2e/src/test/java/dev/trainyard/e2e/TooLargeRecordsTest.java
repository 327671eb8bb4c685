package dev.trainyard.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.core.request.Topics;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A record that is larger than a message may be does not hold up those behind it. */
class TooLargeRecordsTest {

    @SuppressWarnings("NullAway.Init")
    private static Installation installation;

    @BeforeAll
    static void start() {
        installation = Installation.start(TooLargeRecordsTest.class);
        Installation.awaitReady(installation.startWorker("gpu-1"));
    }

    @AfterAll
    static void stop() {
        installation.close();
    }

    /** The broker counts what is compressed: what it takes may be more than a message may have. */
    @Test
    void a_record_that_is_too_large_goes_to_the_dead_letters_and_later_ones_are_accepted() {
        UUID job = UUID.randomUUID();
        String key = job.toString();

        publishCompressed(List.of(Map.entry(key, "x".repeat(2 << 20)), Map.entry(key, """
                        {"schema": "trainyard.request/v1", "kind": "submit", "jobId": "%s", "name": "good",
                         "image": {"reference": "busybox:latest"}, "run": {"command": ["true"]}}""".formatted(job))));

        installation.awaitJob(job, "SUCCEEDED");
        assertThat(installation.rejections(job))
                .singleElement()
                .asString()
                .contains("2,097,152 bytes, more than the 1,048,576");
        assertThat(installation.deadLetters(key, 1)).hasSize(1);
    }

    /** Small enough to be read, and with what is said about it larger than the producer of the dead letters takes by itself. */
    @Test
    void a_record_of_the_maximum_size_goes_to_the_dead_letters_and_later_ones_are_accepted() {
        UUID job = UUID.randomUUID();
        String key = job.toString();

        publishCompressed(List.of(Map.entry(key, "x".repeat((1 << 20) - 150)), Map.entry(key, """
                        {"schema": "trainyard.request/v1", "kind": "submit", "jobId": "%s", "name": "good",
                         "image": {"reference": "busybox:latest"}, "run": {"command": ["true"]}}""".formatted(job))));

        installation.awaitJob(job, "SUCCEEDED");
        assertThat(installation.rejections(job)).singleElement().asString().contains("JSON");
        assertThat(installation.deadLetters(key, 1)).hasSize(1);
    }

    private static void publishCompressed(List<Map.Entry<String, String>> records) {
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        installation.kafka(),
                        "acks",
                        "all",
                        "compression.type",
                        "gzip",
                        "max.request.size",
                        16 << 20),
                new StringSerializer(),
                new StringSerializer())) {
            records.forEach(
                    record -> producer.send(new ProducerRecord<>(Topics.REQUESTS, record.getKey(), record.getValue())));
        }
    }
}
