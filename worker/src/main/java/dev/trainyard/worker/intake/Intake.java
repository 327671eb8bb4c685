package dev.trainyard.worker.intake;

import dev.trainyard.core.draft.InvalidParameters;
import dev.trainyard.core.reading.InvalidFile;
import dev.trainyard.core.request.InvalidRequest;
import dev.trainyard.core.request.JobId;
import dev.trainyard.core.request.Request;
import dev.trainyard.core.request.RequestCodec;
import dev.trainyard.core.request.Topics;
import dev.trainyard.db.DraftStore;
import dev.trainyard.db.IntakeStarts;
import dev.trainyard.db.JobStore;
import dev.trainyard.db.Outage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.listener.BatchAcknowledgingConsumerAwareMessageListener;
import org.springframework.kafka.listener.ConcurrentMessageListenerContainer;
import org.springframework.kafka.listener.ConsumerAwareRebalanceListener;
import org.springframework.kafka.listener.ContainerProperties;
import org.springframework.kafka.listener.DefaultErrorHandler;
import org.springframework.kafka.support.Acknowledgment;
import org.springframework.transaction.TransactionException;
import org.springframework.util.backoff.ExponentialBackOff;

/**
 * Accepts requests: stores a batch of records in one transaction, then commits the offset. A record goes to the dead-letter topic if it is unreadable, is keyed by
 * another job, names a missing draft or has parameters that do not match it, mounts folders in place without a grant, differs from what was accepted under the same id, or has ended several processes. After any other failure the intake pauses and retries without a limit, so that an outage of the database loses no request.
 */
public final class Intake implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Intake.class);
    private static final String GROUP = "trainyard-intake";
    private static final int MOST_AT_ONCE = 500;
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(10);

    /** How long the partitions of a killed worker are not read. Kafka's default of 45 seconds would delay jobs noticeably. */
    private static final Duration SILENT_AT_MOST = Duration.ofSeconds(10);

    private final JobStore jobs;
    private final DraftStore drafts;
    private final IntakeStarts starts;
    private final Producer<byte[], byte[]> deadLetters;
    private final ConcurrentMessageListenerContainer<byte[], byte[]> container;

    /**
     * Accepts requests until it is closed.
     *
     * @throws KafkaUnavailable if Kafka does not answer within ten seconds; after that, the intake waits for the end of outages
     */
    public Intake(String bootstrapServers, JobStore jobs, DraftStore drafts, IntakeStarts starts) {
        requireAnswer(bootstrapServers);
        this.starts = starts;
        this.jobs = jobs;
        this.drafts = drafts;
        this.deadLetters = new KafkaProducer<>(
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers,
                        ProducerConfig.ACKS_CONFIG, "all",
                        ProducerConfig.CLIENT_ID_CONFIG, "trainyard-dead-letters"),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        ContainerProperties properties = new ContainerProperties(Topics.REQUESTS);
        properties.setGroupId(GROUP);
        // Commit at once, because the next partition begins after the commit.
        properties.setAckMode(ContainerProperties.AckMode.MANUAL_IMMEDIATE);
        properties.setMissingTopicsFatal(false);
        boolean careful = isCareful(starts);
        Partitions partitions = new Partitions(careful);
        properties.setConsumerRebalanceListener(partitions);
        properties.setMessageListener((BatchAcknowledgingConsumerAwareMessageListener<byte[], byte[]>)
                (records, acknowledgment, consumer) -> {
                    take(records, acknowledgment);
                    partitions.takenIn(records, Objects.requireNonNull(consumer));
                });
        this.container = new ConcurrentMessageListenerContainer<>(
                new DefaultKafkaConsumerFactory<>(
                        Map.of(
                                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                                bootstrapServers,
                                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                                "earliest",
                                ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                                false,
                                ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                                careful ? 1 : MOST_AT_ONCE,
                                ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG,
                                Math.toIntExact(SILENT_AT_MOST.toMillis()),
                                ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
                                "org.apache.kafka.clients.consumer.CooperativeStickyAssignor"),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer()),
                properties);
        ExponentialBackOff forever = new ExponentialBackOff(500, 2);
        forever.setMaxInterval(10_000);
        container.setCommonErrorHandler(new DefaultErrorHandler(forever));
        container.setBeanName("intake");
        container.start();
    }

    /** Whether to read records one by one, because previous processes ended before they had accepted one. */
    private static boolean isCareful(IntakeStarts starts) {
        try {
            return starts.isCareful();
        } catch (DataAccessException | TransactionException e) {
            notRecorded("cannot query whether processes ended at a record", e);
            return false;
        }
    }

    /**
     * Requests are accepted nevertheless, but a record that ends its process is not detected. Without Kafka or Postgres no request is
     * accepted either, which is reported elsewhere. Any other failure is a defect that nothing else reports.
     */
    static void notRecorded(String what, RuntimeException failure) {
        if (failure instanceof KafkaException || Outage.isTransient(failure)) {
            log.debug(what, failure);
        } else {
            log.error("{}: a record that ends this process will not be detected", what, failure);
        }
    }

    /** @throws KafkaUnavailable if Kafka does not answer within ten seconds */
    public static void requireAnswer(String bootstrapServers) {
        Map<String, Object> settings = Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                AdminClientConfig.CLIENT_ID_CONFIG,
                "trainyard-worker",
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                Math.toIntExact(ANSWER_WITHIN.toMillis() / 2),
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                Math.toIntExact(ANSWER_WITHIN.toMillis()));
        try (Admin admin = Admin.create(settings)) {
            admin.describeCluster().nodes().get();
        } catch (KafkaException | ExecutionException e) {
            throw new KafkaUnavailable(bootstrapServers, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaUnavailable(bootstrapServers, e);
        }
    }

    private void take(List<ConsumerRecord<byte[], byte[]>> records, @Nullable Acknowledgment acknowledgment) {
        List<Decoded> submits = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            switch (decode(record)) {
                case Decoded submit -> submits.add(submit);
                case Cancelled cancelled -> {
                    // Keep the order of the log, so that a cancellation finds the job that was submitted before it.
                    accept(submits);
                    submits.clear();
                    jobs.cancel(
                            cancelled.request().jobId(),
                            cancelled.request().submittedBy(),
                            cancelled.request().force() ? JobStore.Kill.AT_ONCE : JobStore.Kill.NEVER);
                }
                case Named named -> submits.add(resolved(named));
                case Unreadable(String reason, JobId job) -> setAside(record, job, reason);
            }
        }
        accept(submits);
        if (acknowledgment != null) {
            acknowledgment.acknowledge();
        }
    }

    /**
     * Records the position at which a process begins to read each partition, to find a record that ends every process. A careful process
     * begins a partition only after it has accepted a record of the previous one. So if it ends, only the record of one partition is suspected.
     */
    private final class Partitions implements ConsumerAwareRebalanceListener {

        private final boolean careful;
        private final Deque<TopicPartition> waiting = new ArrayDeque<>();
        private @Nullable TopicPartition begun;

        Partitions(boolean careful) {
            this.careful = careful;
        }

        @Override
        public void onPartitionsAssigned(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
            try {
                Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
                List<TopicPartition> unread = partitions.stream()
                        .filter(partition -> consumer.position(partition) < ends.getOrDefault(partition, 0L))
                        .toList();
                if (careful) {
                    consumer.pause(unread);
                    waiting.addAll(unread);
                    if (begun == null) {
                        beginNext(consumer);
                    }
                } else {
                    unread.forEach(partition -> begin(consumer, partition));
                }
            } catch (KafkaException | DataAccessException | TransactionException e) {
                notRecorded("cannot record the start of reading", e);
            }
        }

        void takenIn(List<ConsumerRecord<byte[], byte[]>> records, Consumer<?, ?> consumer) {
            if (records.stream()
                    .anyMatch(record -> new TopicPartition(record.topic(), record.partition()).equals(begun))) {
                beginNext(consumer);
            }
        }

        /** Also if a record of the previous partition was skipped. */
        private void beginNext(Consumer<?, ?> consumer) {
            boolean leftOut = true;
            while (leftOut) {
                begun = waiting.poll();
                if (begun == null) {
                    return;
                }
                try {
                    leftOut = begin(consumer, begun);
                } catch (KafkaException | DataAccessException | TransactionException e) {
                    notRecorded("cannot record the start of reading partition=" + begun, e);
                    leftOut = false;
                }
                consumer.resume(List.of(begun));
            }
        }

        /** @return whether its next record was skipped */
        private boolean begin(Consumer<?, ?> consumer, TopicPartition partition) {
            long offset = consumer.position(partition);
            if (!starts.begins(partition.topic(), partition.partition(), offset)) {
                return false;
            }
            setAside(
                    new ConsumerRecord<>(partition.topic(), partition.partition(), offset, null, null),
                    null,
                    "four processes in a row ended unexpectedly when they read this record, so it is skipped. It may unpack to gigabytes");
            consumer.seek(partition, offset + 1);
            consumer.commitSync(Map.of(partition, new OffsetAndMetadata(offset + 1)));
            starts.ends(partition.topic(), partition.partition());
            return true;
        }

        @Override
        public void onPartitionsRevokedAfterCommit(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
            for (TopicPartition partition : partitions) {
                try {
                    starts.ends(partition.topic(), partition.partition());
                } catch (DataAccessException | TransactionException e) {
                    notRecorded("cannot record the end of reading partition=" + partition, e);
                }
            }
            waiting.removeAll(partitions);
            if (begun != null && partitions.contains(begun)) {
                beginNext(consumer);
            }
        }
    }

    private sealed interface Reading {}

    private record Decoded(ConsumerRecord<byte[], byte[]> record, JobStore.Incoming incoming) implements Reading {}

    /** A request that names a draft. */
    private record Named(ConsumerRecord<byte[], byte[]> record, String digest, Request.Train request)
            implements Reading {}

    private record Cancelled(Request.Cancel request) implements Reading {}

    /** @param job null if unknown */
    private record Unreadable(String reason, @Nullable JobId job) implements Reading {}

    private static Reading decode(ConsumerRecord<byte[], byte[]> record) {
        byte[] value = record.value();
        if (value == null) {
            return new Unreadable("the record has no value", RecordKey.job(record.key()));
        }
        try {
            RequestCodec.Message message = RequestCodec.message(value);
            Request request = message.request();
            Optional<String> wrongKey = RecordKey.problem(record.key(), request.jobId());
            if (wrongKey.isPresent()) {
                // The key may be the id of another job, which this record must not affect.
                return new Unreadable(wrongKey.get(), request.jobId());
            }
            return switch (request) {
                case Request.Submit submit ->
                    decoded(record, message.digest(), submit.jobId(), new JobStore.Stated(submit));
                case Request.Train train -> new Named(record, message.digest(), train);
                case Request.Cancel cancel -> new Cancelled(cancel);
            };
        } catch (InvalidRequest e) {
            return new Unreadable(Objects.requireNonNullElse(e.getMessage(), "not valid"), RecordKey.job(record.key()));
        }
    }

    private static Decoded decoded(
            ConsumerRecord<byte[], byte[]> record, String digest, JobId job, JobStore.Content content) {
        return new Decoded(
                record,
                new JobStore.Incoming(
                        job, content, new String(record.value(), StandardCharsets.UTF_8), digest(digest)));
    }

    private Decoded resolved(Named named) {
        Request.Train request = named.request();
        return decoded(named.record(), named.digest(), request.jobId(), content(request));
    }

    private JobStore.Content content(Request.Train request) {
        Optional<DraftStore.Stored> stored;
        try {
            stored = drafts.find(request.draft());
        } catch (IllegalArgumentException e) {
            // The draft is of a newer release. It must not block other requests.
            return new JobStore.Unresolvable(
                    "this worker's release cannot read draft %s: %s".formatted(request.draft(), e.getMessage()));
        }
        if (stored.isEmpty()) {
            return new JobStore.Unresolvable(drafts.whyMissing(request.draft()));
        }
        try {
            return new JobStore.Drafted(
                    stored.get().draft().resolve(request), stored.get().ref());
        } catch (InvalidParameters | InvalidRequest | InvalidFile e) {
            return new JobStore.Unresolvable("draft %s: %s"
                    .formatted(stored.get().ref(), Objects.requireNonNullElse(e.getMessage(), "not valid")));
        }
    }

    private static byte[] digest(String named) {
        return HexFormat.of().parseHex(named.substring("sha256:".length()));
    }

    private void accept(List<Decoded> submits) {
        List<JobStore.Acceptance> results =
                jobs.accept(submits.stream().map(Decoded::incoming).toList());
        for (int i = 0; i < results.size(); i++) {
            Decoded submit = submits.get(i);
            JobId job = submit.incoming().job();
            switch (results.get(i)) {
                case JobStore.Accepted() ->
                    log.info(
                            "accepted job={} name={}",
                            job,
                            name(submit.incoming().content()));
                case JobStore.Duplicate() -> log.info("accepted before job={}", job);
                case JobStore.Refused(String reason) -> setAside(submit.record(), job, reason);
                case JobStore.Conflict(String accepted, String offered) -> {
                    String reason =
                            "job %s was accepted with other content: accepted sha256:%s, offered sha256:%s. Give a new request a new jobId."
                                    .formatted(job, accepted, offered);
                    setAside(submit.record(), job, reason);
                }
            }
        }
    }

    private static String name(JobStore.Content content) {
        return switch (content) {
            case JobStore.Stated stated -> stated.request().name();
            case JobStore.Drafted drafted -> drafted.request().name();
            case JobStore.Unresolvable _ -> "";
        };
    }

    /** Sends to the dead-letter topic first. If the process ends in between, the record is delivered again and its row is written then. */
    private void setAside(ConsumerRecord<byte[], byte[]> record, @Nullable JobId job, String reason) {
        log.warn(
                "rejected topic={} partition={} offset={} reason={}",
                record.topic(),
                record.partition(),
                record.offset(),
                reason);
        if (!send(letter(record, record.value(), reason))) {
            // With added headers, or uncompressed, the record is too large for Kafka. The origin header says where it
            // is.
            send(letter(record, null, reason));
        }
        byte[] payload = record.value() == null ? new byte[0] : record.value();
        jobs.reject(record.topic(), record.partition(), record.offset(), job, reason, payload);
    }

    private static ProducerRecord<byte[], byte[]> letter(
            ConsumerRecord<byte[], byte[]> record, byte @Nullable [] value, String reason) {
        ProducerRecord<byte[], byte[]> letter = new ProducerRecord<>(Topics.DEAD_LETTERS, null, record.key(), value);
        letter.headers().add("trainyard-reason", reason.getBytes(StandardCharsets.UTF_8));
        letter.headers()
                .add(
                        "trainyard-origin",
                        "%s/%d/%d"
                                .formatted(record.topic(), record.partition(), record.offset())
                                .getBytes(StandardCharsets.UTF_8));
        return letter;
    }

    /** Returns false if it is too large. */
    private boolean send(ProducerRecord<byte[], byte[]> letter) {
        try {
            deadLetters.send(letter).get(30, TimeUnit.SECONDS);
            return true;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RecordTooLargeException) {
                return false;
            }
            throw new IllegalStateException("the dead-letter topic does not accept a record", e);
        } catch (TimeoutException e) {
            throw new IllegalStateException("the dead-letter topic does not accept a record", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("stopped while sending a record to the dead-letter topic", e);
        }
    }

    @Override
    public void close() {
        container.stop();
        deadLetters.close();
    }
}
