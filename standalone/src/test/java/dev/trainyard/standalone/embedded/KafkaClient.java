package dev.trainyard.standalone.embedded;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** The few things that tests ask of a broker, each with a connection of its own. */
record KafkaClient(String bootstrapServers) {
    Admin admin() {
        return Admin.create(connection());
    }

    void send(TopicPartition partition, String key, String value) throws Exception {
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(connection(), new StringSerializer(), new StringSerializer())) {
            producer.send(new ProducerRecord<>(partition.topic(), partition.partition(), key, value))
                    .get();
        }
    }

    String firstValueIn(TopicPartition partition) {
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(connection(), new StringDeserializer(), new StringDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            ConsumerRecords<String, String> records = consumer.poll(Duration.ofSeconds(30));
            return records.iterator().next().value();
        }
    }

    void commit(String group, TopicPartition partition, long offset) throws Exception {
        try (Admin admin = admin()) {
            admin.alterConsumerGroupOffsets(group, Map.of(partition, new OffsetAndMetadata(offset)))
                    .all()
                    .get();
        }
    }

    Map<TopicPartition, OffsetAndMetadata> committed(String group) throws Exception {
        try (Admin admin = admin()) {
            return admin.listConsumerGroupOffsets(group)
                    .partitionsToOffsetAndMetadata()
                    .get();
        }
    }

    private Map<String, Object> connection() {
        return Map.of("bootstrap.servers", bootstrapServers);
    }
}
