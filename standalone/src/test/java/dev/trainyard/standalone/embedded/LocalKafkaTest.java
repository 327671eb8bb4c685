package dev.trainyard.standalone.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.trainyard.core.request.Topics;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalKafkaTest {
    @TempDir
    static Path directory;

    @Test
    void a_record_a_committed_offset_and_the_port_survive_a_restart() throws Exception {
        TopicPartition partition = new TopicPartition(Topics.REQUESTS, 3);
        int port;
        try (LocalKafka kafka = LocalKafka.start(directory, 0)) {
            port = port(kafka);
            KafkaClient client = new KafkaClient(kafka.bootstrapServers());
            client.send(partition, "job", "request");
            client.commit("survivor", partition, 1);
        }

        try (LocalKafka kafka = LocalKafka.start(directory, 0)) {
            KafkaClient client = new KafkaClient(kafka.bootstrapServers());
            assertThat(client.firstValueIn(partition)).isEqualTo("request");
            assertThat(client.committed("survivor")).isEqualTo(Map.of(partition, new OffsetAndMetadata(1)));
            assertThat(port(kafka)).isEqualTo(port);
        }
    }

    @Test
    void the_three_topics_are_there_and_no_other_appears_by_itself() throws Exception {
        try (LocalKafka kafka = LocalKafka.start(directory, 0);
                Admin admin = new KafkaClient(kafka.bootstrapServers()).admin()) {
            Map<String, TopicDescription> topics = admin.describeTopics(
                            List.of(Topics.REQUESTS, Topics.DEAD_LETTERS, Topics.EVENTS))
                    .allTopicNames()
                    .get();
            assertThat(topics.values())
                    .allSatisfy(topic -> assertThat(topic.partitions()).hasSize(6));

            ConfigResource requests = new ConfigResource(ConfigResource.Type.TOPIC, Topics.REQUESTS);
            assertThat(admin.describeConfigs(List.of(requests)).all().get())
                    .hasEntrySatisfying(
                            requests,
                            config -> assertThat(config.get("retention.ms").value())
                                    .isEqualTo("604800000"));

            assertThatThrownBy(() -> admin.describeTopics(List.of("misspelt"))
                            .allTopicNames()
                            .get())
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(UnknownTopicOrPartitionException.class);
        }
    }

    /** It would make room for as much as a request says that it has, whoever says it. */
    @Test
    void a_request_that_says_to_be_large_is_not_made_room_for() throws Exception {
        try (LocalKafka kafka = LocalKafka.start(directory, 0);
                Socket socket = new Socket(InetAddress.getByName("127.0.0.1"), port(kafka))) {
            socket.getOutputStream()
                    .write(ByteBuffer.allocate(4).putInt(104_857_599).array());
            socket.setSoTimeout(20_000);

            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void only_loopback_answers() throws Exception {
        try (LocalKafka kafka = LocalKafka.start(directory, 0)) {
            assertThat(Reachable.addressesThatAnswerOn(port(kafka)))
                    .containsExactly(InetAddress.getByName("127.0.0.1"));
        }
    }

    @Test
    void a_second_start_on_the_same_directory_is_refused_and_harms_nothing() throws Exception {
        try (LocalKafka kafka = LocalKafka.start(directory, 0)) {
            assertThatThrownBy(() -> LocalKafka.start(directory, 0))
                    .isInstanceOf(LocalServiceException.class)
                    .hasMessageContaining(directory.toString())
                    .hasMessageContaining("in use by this process");

            try (Admin admin = new KafkaClient(kafka.bootstrapServers()).admin()) {
                assertThat(admin.describeCluster().nodes().get()).hasSize(1);
            }
        }
    }

    @Test
    void a_port_that_another_program_has_is_named() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            assertThatThrownBy(() -> LocalKafka.start(directory, other.getLocalPort()))
                    .isInstanceOf(LocalServiceException.class)
                    .hasMessageContaining("Kafka cannot listen on 127.0.0.1:" + other.getLocalPort());
        }
    }

    private static int port(LocalKafka kafka) {
        return URI.create("kafka://" + kafka.bootstrapServers()).getPort();
    }
}
