package dev.trainyard.submitter.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.core.event.Event;
import dev.trainyard.core.request.JobId;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class CallBodyTest {

    private static final JobId JOB = JobId.parse("0199f3a2-7b3c-7000-8000-00000000000a");

    private static JsonNode data(String type, String details) {
        Event event =
                new Event(new UUID(1, 2), new Event.OfJob(JOB, "digits", 7, null, null), type, Instant.EPOCH, details);
        byte[] body = CallBody.of(event, URI.create("https://yard.example/ty"));
        return JsonMapper.shared()
                .readTree(new String(body, StandardCharsets.UTF_8))
                .path("data");
    }

    @Test
    void a_call_has_a_sentence_for_a_chat_and_links() {
        JsonNode failed = data("job.ended", """
                {"state":"FAILED","team":"vision","submittedBy":"ada","cause":"PROGRAM_ERROR","exitCode":3,
                 "detail":"the program ended with exit code 3","worker":"gpu-1","runSeconds":3725}""");

        assertThat(failed.path("text").asString())
                .isEqualTo(
                        "digits (vision, ada): FAILED after 1h02m on gpu-1: PROGRAM_ERROR, exit code 3: the program ended with exit code 3");
        assertThat(failed.at("/links/log").asString()).isEqualTo("https://yard.example/ty/api/v1/jobs/" + JOB + "/log");
        assertThat(failed.path("jobName").asString()).isEqualTo("digits");
        assertThat(data(
                                "job.ended",
                                "{\"state\":\"SUCCEEDED\",\"cause\":\"COMPLETED\",\"exitCode\":0,\"runSeconds\":9}")
                        .path("text")
                        .asString())
                .isEqualTo("digits: SUCCEEDED after 9s");
        assertThat(data(
                                "job.ended",
                                "{\"state\":\"FAILED\",\"cause\":\"PROGRAM_ERROR\",\"exitCode\":3,\"detail\":\"exit code 3: boom\"}")
                        .path("text")
                        .asString())
                .isEqualTo("digits: FAILED: PROGRAM_ERROR: exit code 3: boom");
        assertThat(data(
                                "job.ended",
                                "{\"state\":\"FAILED\",\"cause\":\"PROGRAM_ERROR\",\"exitCode\":3,\"reason\":\"PROGRAM_ERROR: exit code 3: boom\",\"detail\":\"exit code 3: boom\"}")
                        .path("text")
                        .asString())
                .isEqualTo("digits: FAILED: PROGRAM_ERROR: exit code 3: boom");
        assertThat(data("job.held", "{\"state\":\"HELD\",\"reason\":\"ada: new data\"}")
                        .path("text")
                        .asString())
                .isEqualTo("digits: HELD: ada: new data");
    }
}
