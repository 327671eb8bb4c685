package dev.trainyard.worker.engine;

import static dev.trainyard.worker.engine.ContainerSpecs.DEFAULT_LOG_BUDGET;
import static dev.trainyard.worker.engine.RequestBuilder.aRequest;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import dev.trainyard.core.lifecycle.AttemptId;
import dev.trainyard.core.lifecycle.WorkerId;
import dev.trainyard.core.request.Request;
import dev.trainyard.core.training.RunSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContainerSpecsTest {

    private static final Owner OWNER = new Owner(UUID.randomUUID(), new WorkerId(UUID.randomUUID()));
    private static final AttemptRef ATTEMPT =
            new AttemptRef(AttemptId.parse("0123abcd-0000-4000-8000-000000000000"), 3);

    @ParameterizedTest
    @CsvSource({
        "mnist, ty-mnist-3-0123abcd",
        "'my model: v2/large', ty-my-model-v2-large-3-0123abcd",
        "Ünicode_1.0, ty--nicode_1.0-3-0123abcd",
        "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee, ty-aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd-3-0123abcd"
    })
    void the_name_is_made_of_job_name_number_and_attempt(String jobName, String expected) {
        assertThat(ContainerSpecs.name(jobName, ATTEMPT)).isEqualTo(expected);
    }

    @Test
    void our_labels_are_added_to_those_of_the_request_and_override_them() {
        RequestBuilder request = aRequest().label("team", "vision").label("dev.trainyard.worker", "someone else");

        ContainerSpec spec = spec(request.build(), new ReservedDevice("GPU-1", true), new ReservedDevice("w/0", false));

        assertThat(spec.labels())
                .contains(
                        entry("team", "vision"),
                        entry("dev.trainyard.installation", OWNER.installation().toString()),
                        entry("dev.trainyard.worker", OWNER.worker().toString()),
                        entry("dev.trainyard.attempt", ATTEMPT.id().toString()),
                        entry("dev.trainyard.devices", "GPU-1,w/0"));
    }

    @Test
    void the_container_sees_the_reserved_devices_with_any_request() {
        RequestBuilder request =
                aRequest().environment("NVIDIA_VISIBLE_DEVICES", "all").environment("A", "1");

        ContainerSpec spec =
                spec(request.build(), new ReservedDevice("GPU-1", true), new ReservedDevice("GPU-2", true));

        assertThat(spec.gpus()).containsExactly("GPU-1", "GPU-2");
        assertThat(spec.environment()).containsExactly(entry("A", "1"), entry("NVIDIA_VISIBLE_DEVICES", "GPU-1,GPU-2"));
    }

    @Test
    void stand_in_slots_are_counted_but_not_handed_out() {
        ContainerSpec spec = spec(aRequest().build(), new ReservedDevice("worker/0", false));

        assertThat(spec.gpus()).isEmpty();
        assertThat(spec.environment()).containsEntry("NVIDIA_VISIBLE_DEVICES", "void");
    }

    @Test
    void outputs_are_mounted_where_the_request_expects_them() {
        RequestBuilder request =
                aRequest().mount("/data", "/data", true).outputs(new RunSpec.Outputs("/results", null));

        ContainerSpec spec = spec(request.build());

        assertThat(spec.mounts())
                .containsExactly(
                        new RunSpec.Mount("/data", "/data", true),
                        new RunSpec.Mount("/srv/outputs/1", "/results", false));
    }

    @Test
    void volumes_of_the_image_within_the_outputs_are_folders_of_the_outputs() {
        Request.Submit request =
                aRequest().mount("/srv/b", "/outputs/b/", false).build();
        List<String> declared = List.of(
                "/outputs", "/outputs/b", "/outputs/./c/d/", "//outputs/e", "/outputsx", "/data", "outputs/../data");

        List<Path> folders = ContainerSpecs.volumesInOutputs(request.run(), declared);

        assertThat(folders).containsExactly(Path.of("c/d"), Path.of("e"));
        assertThat(spec(request).keeping(Path.of("/srv/outputs/1"), folders).mounts())
                .containsExactly(
                        new RunSpec.Mount("/srv/b", "/outputs/b/", false),
                        new RunSpec.Mount("/srv/outputs/1", "/outputs", false),
                        new RunSpec.Mount("/srv/outputs/1/c/d", "/outputs/c/d", false),
                        new RunSpec.Mount("/srv/outputs/1/e", "/outputs/e", false));
    }

    @Test
    void only_a_grace_period_that_is_not_dockers_own_becomes_the_stop_timeout() {
        assertThat(spec(aRequest().build()).stopTimeout()).isNull();
        assertThat(spec(aRequest().gracePeriod(Duration.ofMinutes(2)).build()).stopTimeout())
                .isEqualTo(Duration.ofMinutes(2));
    }

    private static ContainerSpec spec(Request.Submit request, ReservedDevice... devices) {
        return ContainerSpecs.of(
                OWNER,
                ATTEMPT,
                request,
                List.of(devices),
                "sha256:image",
                Path.of("/srv/outputs/1"),
                DEFAULT_LOG_BUDGET);
    }
}
