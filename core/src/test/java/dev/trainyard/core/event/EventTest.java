package dev.trainyard.core.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.core.lifecycle.WorkerId;
import dev.trainyard.core.request.JobId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class EventTest {

    private static final UUID INSTALLATION = UUID.fromString("5f1c0e7a-93d7-4c6e-8a39-0b0f2c9c7f10");
    private static final Instant AT = Instant.parse("2026-11-30T20:00:00.123456Z");
    private static final JobId JOB = JobId.parse("0198c2f4-6d0a-7c3b-9f51-3f0b6a1d2e4c");
    private static final AttemptId ATTEMPT = AttemptId.parse("7d0d4a0e-6a52-4a4a-9a43-0a7f2b7c1d11");
    private static final Pattern EXAMPLE = Pattern.compile("```json\\n(\\{\"specversion\".+?)\\n```", Pattern.DOTALL);

    private static final Schema SCHEMA = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(JsonMapper.shared().readTree(Event.schema()));

    private static Event ended(String details) {
        return new Event(INSTALLATION, new Event.OfJob(JOB, "resnet18", 9, ATTEMPT, 1), "attempt.ended", AT, details);
    }

    private static String text(byte[] json) {
        return new String(json, StandardCharsets.UTF_8);
    }

    private static List<String> faults(String json) {
        return SCHEMA.validate(JsonMapper.shared().readTree(json)).stream()
                .map(Error::toString)
                .toList();
    }

    @Test
    void an_event_of_an_attempt_contains_job_attempt_and_type() {
        String json = text(ended("{\"cause\":\"COMPLETED\",\"exitCode\":0}").json());

        assertThat(json).isEqualTo("""
                        {"specversion":"1.0","id":"%1$s/9","source":"/installations/%2$s","type":"attempt.ended",\
                        "subject":"jobs/%1$s","time":"2026-11-30T20:00:00.123456Z","datacontenttype":"application/json",\
                        "data":{"jobId":"%1$s","jobName":"resnet18","seq":9,"attemptId":"%3$s","attemptNumber":1,\
                        "cause":"COMPLETED","exitCode":0}}""".formatted(JOB, INSTALLATION, ATTEMPT));
        assertThat(faults(json)).isEmpty();
    }

    @Test
    void an_event_of_a_job_has_no_attempt_and_an_event_of_a_worker_has_no_job() {
        Event queued = new Event(INSTALLATION, new Event.OfJob(JOB, "resnet18", 2, null, null), "job.queued", AT, "{}");
        WorkerId worker = WorkerId.parse("c0ffee00-0000-4000-8000-000000000001");
        Event lost = new Event(
                INSTALLATION, new Event.OfWorker(worker, "gpu-1", 77), "worker.lost", AT, "{\"silentSeconds\":301}");

        assertThat(text(queued.json())).doesNotContain("attempt");
        assertThat(faults(text(queued.json()))).isEmpty();
        assertThat(lost.id()).isEqualTo(worker + "/77");
        assertThat(lost.key()).isEqualTo(worker.toString());
        assertThat(text(lost.json()))
                .contains("\"subject\":\"workers/" + worker + "\"", "\"workerName\":\"gpu-1\",\"silentSeconds\":301}")
                .doesNotContain("jobId");
        assertThat(faults(text(lost.json()))).isEmpty();
    }

    @Test
    void the_data_of_a_type_cannot_hide_the_subject_of_the_event() {
        assertThat(text(ended("{\"jobId\":\"another\",\"seq\":1}").json()))
                .contains("\"jobId\":\"" + JOB + "\"", "\"seq\":9")
                .doesNotContain("another");
    }

    @Test
    void without_its_details_it_says_how_much_is_missing() {
        String json =
                text(ended("{\"detail\":\"%s\"}".formatted("ö".repeat(1000))).jsonWithoutDetails());

        assertThat(json).contains("\"seq\":9", "\"leftOutBytes\":2013}").doesNotContain("ö");
        assertThat(faults(json)).isEmpty();
    }

    @Test
    void the_schema_refuses_text_that_is_not_an_event() {
        String json = text(ended("{}").json());

        assertThat(faults(json.replace("\"seq\":9", "\"seq\":0"))).isNotEmpty();
        assertThat(faults(json.replace("\"1.0\"", "\"0.3\""))).isNotEmpty();
        assertThat(faults(json.replace("\"jobName\":\"resnet18\",", ""))).isNotEmpty();
    }

    @Test
    void the_examples_of_the_document_are_events() throws IOException {
        String document = Files.readString(Path.of("..", "docs", "events.md"));

        List<String> examples = EXAMPLE.matcher(document)
                .results()
                .map(example -> example.group(1))
                .toList();

        assertThat(examples).hasSizeGreaterThanOrEqualTo(2);
        assertThat(examples).allSatisfy(example -> assertThat(faults(example)).isEmpty());
    }
}
