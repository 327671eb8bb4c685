package dev.trainyard.core.runline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.trainyard.core.request.Request;
import dev.trainyard.core.request.RequestCodec;
import org.junit.jupiter.api.Test;

class DockerRunLineTest {

    @Test
    void the_line_is_as_a_person_would_type_it() {
        assertThat(line("""
                "image": {"reference": "vision/mnist:1"}, "gpus": {"deviceIds": ["0", "2"]},
                "run": {"command": ["--lr", "0.1", "--note", "it's fine"], "outputs": {"location": "/logs/x"},
                        "ports": [{"host": 5000, "container": 5000}, {"hostIp": "::1", "container": 1, "protocol": "udp"}]}"""))
                .isEqualTo(
                        "docker run --name mnist --gpus '\"device=0,2\"' --volume /logs/x:/outputs --publish 5000:5000"
                                + " --publish '[::1]::1/udp' --stop-timeout 10 vision/mnist:1 --lr 0.1 --note 'it'\\''s fine'");
    }

    @Test
    void a_job_without_devices_sees_none_and_an_entrypoint_is_split_around_the_image() {
        assertThat(line("\"image\": {\"build\": {\"source\": \"sha256:" + "a".repeat(64)
                        + "\"}}, \"run\": {\"entrypoint\": [\"python\", \"-u\"], \"command\": [\"main.py\"]}"))
                .isEqualTo(
                        "docker run --name mnist --env NVIDIA_VISIBLE_DEVICES=void --volume '<managed outputs>:/outputs'"
                                + " --stop-timeout 10 --entrypoint python '<image built from sha256:" + "a".repeat(64)
                                + ">' -u main.py");
    }

    @Test
    void values_of_variables_are_left_to_the_environment_unless_they_are_public() {
        assertThat(line("""
                "image": {"reference": "busybox"}, "gpus": {"count": "all"},
                "run": {"environment": {"API_TOKEN": "hunter2", "DB_PASS": "hunter2", "DATABASE_URL": "postgres://u:hunter2@h/d",
                        "MAX_TOKENS": "8192"}, "publicVariables": ["MAX_TOKENS"],
                        "command": ["--db", "postgres://u:hunter2@h/d"]}"""))
                .doesNotContain("hunter2")
                .contains(
                        "--gpus all",
                        "--env API_TOKEN --env DB_PASS --env DATABASE_URL --env MAX_TOKENS=8192",
                        "--db 'postgres://***@h/d'");
    }

    private static String line(String fields) {
        String json =
                "{\"schema\":\"trainyard.request/v1\",\"kind\":\"submit\",\"jobId\":\"0198c2f4-6d0a-7c3b-9f51-3f0b6a1d2e4c\",\"name\":\"mnist\","
                        + fields + "}";
        return DockerRunLine.render((Request.Submit) RequestCodec.decode(json.getBytes(UTF_8)));
    }
}
