package dev.trainyard.core.request;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.core.lifecycle.RetryPolicy;
import dev.trainyard.core.text.DataSize;
import dev.trainyard.core.text.Problem;
import dev.trainyard.core.training.Gpus;
import dev.trainyard.core.training.ImageSource;
import dev.trainyard.core.training.RunSpec;
import dev.trainyard.core.training.RunSpec.Mount;
import dev.trainyard.core.training.RunSpec.Outputs;
import dev.trainyard.core.training.RunSpec.PortMapping;
import dev.trainyard.core.training.RunSpec.Ulimit;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class RequestCodecTest {

    private static final String ID = "0198c2f4-6d0a-7c3b-9f51-3f0b6a1d2e4c";

    private static final String SMALLEST = """
            {"schema":"trainyard.request/v1","kind":"submit","jobId":"%s","name":"mnist","image":{"reference":"busybox"}}""".formatted(ID);

    private static final String FULL = """
            {
              "schema": "trainyard.request/v1", "kind": "submit", "jobId": "0198c2f4-6d0a-7c3b-9f51-3f0b6a1d2e4c",
              "name": "mnist-7", "team": "vision", "submittedBy": "ada", "labels": {"sweep": "lr"}, "priority": 700,
              "submittedAt": "2026-11-30T20:00:00Z",
              "image": {"build": {"source": "sha256:SHA", "dockerfile": "docker/Dockerfile",
                                  "args": {"CUDA": "11.3"}, "target": "train", "tag": "vision/mnist:7"}},
              "run": {
                "command": ["--lr", "0.1"], "entrypoint": ["python", "main.py"], "environment": {"LR": "0.1", "EMPTY": ""},
                "workingDir": "/app", "user": "1000:1000",
                "mounts": [{"source": "/data/mnist", "target": "/data", "readOnly": true}, {"source": "cache", "target": "/cache/"}],
                "outputs": {"target": "/outputs", "location": "/logs//mnist-7"},
                "ports": [{"hostIp": "127.0.0.1", "host": 5000, "container": 5000}, {"container": 6006, "protocol": "udp"}],
                "shmSize": "8gb", "ipc": "host", "ulimits": [{"name": "memlock", "soft": -1, "hard": -1}],
                "memory": 34359738368, "cpus": 1.50, "hostname": "trainer", "init": true, "stopSignal": "SIGINT",
                "tmpfs": ["/tmp:size=1g"], "capDrop": ["ALL"], "readOnly": true, "extraHosts": ["db:10.0.0.1"],
                "networkMode": "host", "tty": true, "stdinOpen": true, "dns": ["10.0.0.53"], "groupAdd": ["video"], "pidsLimit": -1,
                "privileged": true, "capAdd": ["SYS_PTRACE"], "securityOpt": ["no-new-privileges"], "pid": "host",
                "userns": "host", "devices": ["/dev/fuse:/dev/fuse:rw"]
              },
              "gpus": {"count": 2, "type": "A100", "minMemory": "40g"},
              "retry": {"maxAttempts": 3, "backoff": "30s",
                        "rules": [{"onExitCode": [3, 4], "action": "FAIL"}, {"onCause": ["OUT_OF_MEMORY"], "action": "RETRY"}]},
              "timeLimit": "1h30m", "gracePeriod": "PT30S", "notBefore": "2026-12-01T02:00:00+02:00"
            }""".replace("SHA", "a".repeat(64));

    @Test
    void every_field_of_a_message_that_names_a_draft_arrives() {
        Request request = RequestCodec.decode("""
                {"schema": "trainyard.request/v1", "kind": "submit", "jobId": "%s", "draft": "resnet18@3",
                 "params": {"lr": 1.0e-2, "--epochs": 3, "amp": true, "name": "1e-3"}, "outputs": {"location": "/logs//run-7/"},
                 "name": "mine", "team": "vision", "submittedBy": "ada", "labels": {"a": "b"}, "priority": 700,
                 "submittedAt": "2026-11-30T20:00:00Z", "gpus": {"count": 1}, "retry": {"maxAttempts": 3},
                 "timeLimit": "8h", "gracePeriod": "30s", "notBefore": "2026-12-01T00:00:00Z"}""".formatted(ID).getBytes(UTF_8));

        assertThat(request)
                .isEqualTo(new Request.Train(
                        JobId.parse(ID),
                        new DraftRef("resnet18", 3),
                        Map.of(
                                "lr", new ParameterValue.Numeric("0.01"),
                                "--epochs", new ParameterValue.Numeric("3"),
                                "amp", new ParameterValue.Flag(true),
                                "name", new ParameterValue.Text("1e-3")),
                        "/logs/run-7",
                        "mine",
                        "vision",
                        "ada",
                        Map.of("a", "b"),
                        700,
                        Instant.parse("2026-11-30T20:00:00Z"),
                        new Gpus.Count(1, null, null),
                        new RetryPolicy(3, RetryPolicy.DEFAULT.backoff(), List.of()),
                        Duration.ofHours(8),
                        Duration.ofSeconds(30),
                        Instant.parse("2026-12-01T00:00:00Z")));
    }

    @Test
    void a_message_has_either_a_draft_or_a_run_specification() {
        InvalidRequest refused = catchThrowableOfType(
                InvalidRequest.class,
                () -> RequestCodec.decode("""
                        {"schema": "trainyard.request/v1", "kind": "submit", "jobId": "%s", "draft": "resnet18@zero",
                         "params": {"a b": 1, "lr": null, "bs": [1]}, "image": {"reference": "busybox"}, "run": {},
                         "outputs": {"location": "logs"}}""".formatted(ID).getBytes(UTF_8)));

        assertThat(refused.problems())
                .extracting(Problem::where)
                .containsExactlyInAnyOrder(
                        "$.draft", "$.params", "$.params.lr", "$.params.bs", "$.image", "$.run", "$.outputs.location");
        assertThat(refused).hasMessageContaining("Give either a draft with params, or image and run.");
    }

    @Test
    void every_field_of_the_message_arrives() {
        Request request = RequestCodec.decode(FULL.getBytes(UTF_8));

        assertThat(request)
                .isEqualTo(new Request.Submit(
                        JobId.parse(ID),
                        "mnist-7",
                        "vision",
                        "ada",
                        Map.of("sweep", "lr"),
                        700,
                        Instant.parse("2026-11-30T20:00:00Z"),
                        new ImageSource.Build(
                                "sha256:" + "a".repeat(64),
                                "docker/Dockerfile",
                                Map.of("CUDA", "11.3"),
                                "train",
                                "vision/mnist:7"),
                        RunSpec.builder()
                                .command(List.of("--lr", "0.1"))
                                .entrypoint(List.of("python", "main.py"))
                                .environment(Map.of("LR", "0.1", "EMPTY", ""))
                                .workingDir("/app")
                                .user("1000:1000")
                                .mounts(List.of(
                                        new Mount("/data/mnist", "/data", true), new Mount("cache", "/cache", false)))
                                .outputs(new Outputs("/outputs", "/logs/mnist-7"))
                                .ports(List.of(
                                        new PortMapping("127.0.0.1", 5000, null, 5000, "tcp"),
                                        new PortMapping(null, null, null, 6006, "udp")))
                                .shmSize(DataSize.parse("8g"))
                                .ipc("host")
                                .ulimits(List.of(new Ulimit("memlock", -1, -1)))
                                .memory(DataSize.parse("32g"))
                                .cpus(new BigDecimal("1.5"))
                                .hostname("trainer")
                                .init(true)
                                .stopSignal("SIGINT")
                                .tmpfs(List.of("/tmp:size=1g"))
                                .capDrop(List.of("ALL"))
                                .readOnly(true)
                                .extraHosts(List.of("db:10.0.0.1"))
                                .networkMode("host")
                                .tty(true)
                                .stdinOpen(true)
                                .dns(List.of("10.0.0.53"))
                                .groupAdd(List.of("video"))
                                .pidsLimit(-1L)
                                .privileged(true)
                                .capAdd(List.of("SYS_PTRACE"))
                                .securityOpt(List.of("no-new-privileges"))
                                .pid("host")
                                .userns("host")
                                .devices(List.of("/dev/fuse:/dev/fuse:rw"))
                                .build(),
                        new Gpus.Count(2, "A100", DataSize.parse("40g")),
                        new RetryPolicy(
                                3,
                                Duration.ofSeconds(30),
                                List.of(
                                        new RetryPolicy.OnExitCode(List.of(3, 4), RetryPolicy.Action.FAIL),
                                        new RetryPolicy.OnCause(
                                                List.of(Cause.OUT_OF_MEMORY), RetryPolicy.Action.RETRY))),
                        Duration.ofMinutes(90),
                        Duration.ofSeconds(30),
                        Instant.parse("2026-12-01T00:00:00Z")));
        assertThat(RequestCodec.decode(RequestCodec.encode(request))).isEqualTo(request);
    }

    @Test
    void missing_fields_have_the_documented_defaults() {
        Request request = RequestCodec.decode(SMALLEST.getBytes(UTF_8));

        assertThat(request)
                .isEqualTo(new Request.Submit(
                        JobId.parse(ID),
                        "mnist",
                        null,
                        null,
                        Map.of(),
                        500,
                        null,
                        new ImageSource.Reference("busybox", ImageSource.Pull.MISSING),
                        RunSpec.builder().build(),
                        Gpus.NONE,
                        RetryPolicy.DEFAULT,
                        null,
                        Duration.ofSeconds(10),
                        null));
    }

    @Test
    void a_cancel_needs_the_job_id_alone() {
        String json = "{\"schema\":\"trainyard.request/v1\",\"kind\":\"cancel\",\"jobId\":\"%s\"}".formatted(ID);

        assertThat(RequestCodec.decode(json.getBytes(UTF_8)))
                .isEqualTo(new Request.Cancel(JobId.parse(ID), null, null, false));
    }

    @Test
    void a_cancel_says_whether_the_program_is_killed_at_once() {
        String json = "{\"schema\":\"trainyard.request/v1\",\"kind\":\"cancel\",\"jobId\":\"%s\",\"force\":%s}";

        assertThat(RequestCodec.decode(json.formatted(ID, true).getBytes(UTF_8)))
                .isEqualTo(new Request.Cancel(JobId.parse(ID), null, null, true));
        assertThatThrownBy(
                        () -> RequestCodec.decode(json.formatted(ID, "\"yes\"").getBytes(UTF_8)))
                .hasMessageContaining("$.force: is a string, not true or false");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        "priority": 700            | "priority": 1001            | $.priority: 1001 is out of range. Give an integer from 0 to 1000; higher starts first, the default is 500.
        "priority": 700            | "priority": 1.5             | $.priority: is a number, not an integer. Give an integer from 0 to 1000; higher starts first, the default is 500.
        "priority": 700            | "priority": null            | $.priority: is null, not an integer. Give an integer from 0 to 1000; higher starts first, the default is 500.
        "priority": 700            | "priorty": 700              | $.priorty: this release does not have this field. Did you mean 'priority'?
        "priority": 700            | "dependsOn": []             | $.dependsOn: this release does not have this field. Known fields: schema, kind,
        "team": "vision"           | "params": {}                | $.params: this release does not have this field.
        "team": "vision"           | "resumeFrom": "latest"      | $.resumeFrom: this release does not have this field.
        "team": "vision"           | "resumeFrom": "x"           | $.resumeFrom: this release does not have this field.
        "user": "1000:1000"        | "secrets": ["TOKEN"]        | $.run.secrets: this release does not have this field.
        "name": "mnist-7",         |                             | $.name: is missing. Give a name of up to 100 letters, digits, '_', '.' and '-' that begins with a letter or digit.
        "name": "mnist-7"          | "name": "-x"                | $.name: '-x' cannot be used here. Give a name of up to 100 letters
        "name": "mnist-7"          | "name": "a\\u0000b"         | $.name: contains the character NUL, which cannot be stored. Leave it out.
        "name": "mnist-7"          | "name": "a\\ud800b"         | $.name: contains an unpaired surrogate, which is not a character. Leave it out.
        "schema": "trainyard.request/v1" | "schema": "trainyard.request/v2" | $.schema: 'trainyard.request/v2' cannot be used here. Give "trainyard.request/v1", the schema version of this release.
        "kind": "submit"           | "kind": "pause"             | $.kind: 'pause' cannot be used here. Give "submit" or "cancel".
        "jobId": "0198c2f4-        | "jobId": "0198              | $.jobId: '0198
        "sweep": "lr"              | "sweep": 7                  | $.labels.sweep: is a number, not a string. Give text of up to 4096 characters.
        "LR": "0.1"                | "LR": 0.1                   | $.run.environment.LR: is a number, not a string. Give text; write numbers as text too.
        "LR": "0.1"                | "L=R": "0.1"                | $.run.environment: has a name that cannot be used: 'L=…'. Give a name without =.
        "shmSize": "8gb"           | "shmSize": "8 elephants"    | $.run.shmSize: '8 elephants' cannot be used here. Give a size: bytes as an integer, or text such as 512m or 8gb.
        "shmSize": "8gb"           | "shmSize": -1               | $.run.shmSize: -1 is out of range. Give a size
        "shmSize": "8gb"           | "shmSize": "9999999999p"    | $.run.shmSize: '9999999999p' is not a size
        "shmSize": "8gb"           | "shmSize": "8p"             | $.run.shmSize: '8p' is out of range. Give less than 8p.
        "shmSize": "8gb"           | "shmSize": 1e300            | $.run.shmSize: is a number out of range
        "timeLimit": "1h30m"       | "timeLimit": "soon"         | $.timeLimit: 'soon' cannot be used here. Give a duration, for example PT1H30M, or 1h30m as Docker writes it.
        "timeLimit": "1h30m"       | "timeLimit": "PT"           | $.timeLimit: 'PT' is not a duration such as 90s, 1h30m or PT30M. Give a duration
        "timeLimit": "1h30m"       | "timeLimit": "0s"           | $.timeLimit: is zero. Give a longer time, or leave it out for no limit.
        "timeLimit": "1h30m"       | "timeLimit": "99999d"   | $.timeLimit: is longer than 366 days. Give a shorter time.
        "2026-12-01T02:00:00+02:00"| "2026-13-01T02:00:00Z"      | $.notBefore: '2026-13-01T02:00:00Z' is not an instant. Give an instant with its offset
        "2026-12-01T02:00:00+02:00"| "tomorrow"                  | $.notBefore: 'tomorrow' cannot be used here. Give an instant with its offset, for example 2026-11-30T20:00:00Z.
        "count": 2                 | "count": 0                  | $.gpus.count: 0 is out of range. Give a number from 1 to 1024, or "all" for every device of one host.
        "count": 2                 | "count": "both"             | $.gpus.count: 'both' cannot be used here. Give a number
        "count": 2                 | "deviceIds": ["0"]          | $.gpus.deviceIds: conflicts with count, type and minMemory. Give either deviceIds or the others.
        "count": 2, "type": "A100", "minMemory": "40g" | "deviceIds": ["0", "0"] | $.gpus.deviceIds: names a device twice. Name each device once.
        "count": 2, "type": "A100", "minMemory": "40g" |          | $.gpus.count: is missing. Give {"count": 1}
        "host": 5000               | "host": 70000               | $.run.ports[0].host: 70000 is out of range. Give a port from 1 to 65535.
        {"container": 6006, "protocol": "udp"} | {"hostIp": "127.0.0.1", "host": 5000, "container": 1} | $.run.ports[1].host: port 5000 is published twice. Publish each host port once.
        "target": "/cache/"        | "target": "/outputs"        | $.run.mounts[1].target: '/outputs' is mounted twice (the outputs are mounted at /outputs). Mount each path once
        "target": "/cache/"        | "target": "cache"           | $.run.mounts[1].target: 'cache' cannot be used here. Give an absolute path in the container other than / itself.
        "source": "cache"          | "source": "./cache"         | $.run.mounts[1].source: './cache' cannot be used here. Give an absolute path on the worker's host, or the name of a Docker volume.
        "source": "/data/mnist"    | "source": "/data/../etc"    | $.run.mounts[0].source: '/data/../etc' contains . or .. as a segment. Write the full path.
        "soft": -1, "hard": -1     | "soft": 2, "hard": 1        | $.run.ulimits[0].soft: the soft limit is above the hard one. Raise hard or lower soft.
        "action": "FAIL"           | "action": "STOP"            | $.retry.rules[0].action: 'STOP' cannot be used here. Give "RETRY" or "FAIL".
        "onExitCode": [3, 4]       | "onCause": ["OOM"]          | $.retry.rules[0].onCause[0]: 'OOM' cannot be used here. Give a cause such as OUT_OF_MEMORY or DEVICE_ERROR.
        "onExitCode": [3, 4]       | "onExitCode": [3], "onCause": ["KILLED_EXTERNALLY"] | $.retry.rules[0]: has 3 entries, too many. Give an object with onExitCode or onCause, and action.
        "build": {                 | "pull": "always", "build": {  | $.image.pull: conflicts with build. Leave it out: an image that is built is not pulled.
        "build": {                 | "reference": "busybox", "build": { | $.image: has both reference and build. Give either {"reference": "IMAGE"} or {"build": {"source": "sha256:…"}}.
        "vision/mnist:7"           | "Vision Mnist"              | $.image.build.tag: 'Vision Mnist' cannot be used here. Give an image as Docker names it, in lower case, for example pytorch/pytorch:2.4.0.
        "docker/Dockerfile"        | "../Dockerfile"             | $.image.build.dockerfile: '../Dockerfile' contains . or .. as a segment. Write the full path.
        "sha256:aaaaaaaa           | "sha1:aaaaaaaa              | $.image.build.source: 'sha1:a
        "cpus": 1.50               | "cpus": 0                   | $.run.cpus: 0 is out of range. Give a number of CPUs from 0.01 on, for example 4 or 1.5.
        "tty": true                | "tty": "yes"                | $.run.tty: is a string, not true or false. Give true or false.
        "tty": true                | "tty": true, "tty": true    | $: the message is not valid JSON at line
        """)
    void a_mistake_is_named_with_its_place_and_remedy(String from, String to, String message) {
        String json = FULL.replace(from, to == null ? "" : to);
        json = to == null ? json.replace(", , ", ", ").replaceAll("\\{\\s*,", "{") : json;

        assertThat(problemsOf(json)).singleElement().asString().startsWith(message);
    }

    @Test
    void a_request_that_was_accepted_before_a_tmpfs_over_the_outputs_was_refused_can_still_be_read() {
        String json = FULL.replace("/tmp:size=1g", "/results/../outputs/:size=1g");

        assertThat(problemsOf(json)).singleElement().asString().contains("would lose the outputs");
        assertThat(RequestCodec.accepted(json).run().storage().tmpfs()).containsExactly("/results/../outputs/:size=1g");
    }

    @Test
    void a_request_that_was_accepted_before_a_name_was_reserved_can_still_be_read() {
        String json = FULL.replace("vision/mnist:7", "trainyard/mnist:7");

        assertThat(problemsOf(json)).singleElement().asString().contains("reserved");
        assertThat(RequestCodec.accepted(json).image())
                .isInstanceOfSatisfying(
                        ImageSource.Build.class,
                        build -> assertThat(build.tag()).isEqualTo("trainyard/mnist:7"));
    }

    @Test
    void all_mistakes_are_named_at_once() {
        String json = FULL.replace("\"priority\": 700", "\"priorty\": 700")
                .replace("\"8gb\"", "\"lots\"")
                .replace("/data/mnist", "/data/../mnist")
                .replace("\"count\": 2", "\"deviceIds\": [\"0\"]");

        assertThat(problemsOf(json))
                .extracting(Problem::where)
                .containsExactlyInAnyOrder("$.priorty", "$.run.shmSize", "$.run.mounts[0].source", "$.gpus.deviceIds");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "   ",
                "7",
                "null",
                "[]",
                "\"submit\"",
                "{",
                "{}",
                "{} {}",
                "not json",
                "{'a':1}",
                "{\"a\":NaN}"
            })
    void text_that_is_not_a_message_is_refused(String json) {
        assertThat(problemsOf(json)).isNotEmpty();
    }

    @Test
    void absurd_messages_are_refused_cleanly() {
        String long_ = "x".repeat(200_000);

        assertThat(problemsOf(SMALLEST.replace("mnist", "x".repeat(1 << 20))))
                .singleElement()
                .asString()
                .contains("more than");
        assertThat(problemsOf("[".repeat(100_000))).singleElement().asString().contains("not valid JSON");
        assertThat(problemsOf("{\"a\":".repeat(40) + "1" + "}".repeat(40)))
                .singleElement()
                .asString()
                .contains("nested deeper");
        assertThat(problemsOf(FULL.replace("\"0.1\"]", "\"" + long_ + "\"]")))
                .singleElement()
                .asString()
                .contains("200,000 characters");
        assertThat(problemsOf(FULL.replace("vision/mnist:7", "a-".repeat(100_000))))
                .isNotEmpty();
        assertThat(problemsOf(FULL.replace("1h30m", "1s".repeat(100_000)))).isNotEmpty();
        assertThat(problemsOf(SMALLEST.replace("\"mnist\"", "1e999999999")))
                .singleElement()
                .asString()
                .contains("out of range");
    }

    @Test
    void bytes_that_are_not_utf8_are_refused() {
        byte[] overlongNul = {'"', (byte) 0xC0, (byte) 0x80, '"'};

        InvalidRequest refused = catchThrowableOfType(InvalidRequest.class, () -> RequestCodec.decode(overlongNul));

        assertThat(refused).hasMessage("$: the message is not UTF-8. Publish JSON in UTF-8.");
    }

    @Test
    void the_value_of_a_variable_is_never_repeated() {
        String json = FULL.replace("\"LR\": \"0.1\"", "\"LR\": 31337").replace("\"11.3\"", "[\"hunter2\"]");

        assertThat(problemsOf(json))
                .hasSize(2)
                .allSatisfy(problem ->
                        assertThat(problem.toString()).doesNotContain("31337").doesNotContain("hunter2"));
    }

    @Test
    void the_digest_sees_content_and_neither_layout_nor_the_time_of_submission() {
        JsonNode compact = JsonMapper.shared().readTree(FULL);
        String digest = digest(FULL);

        assertThat(digest).matches("sha256:[0-9a-f]{64}");
        assertThat(digest(compact.toString())).isEqualTo(digest);
        assertThat(digest(FULL.replace("2026-11-30T20:00:00Z", "2027-01-01T00:00:00Z")))
                .isEqualTo(digest);
        assertThat(digest(FULL.replace("  \"submittedAt\": \"2026-11-30T20:00:00Z\",\n", "")))
                .isEqualTo(digest);
        assertThat(digest(FULL.replace("\"priority\": 700", "\"priority\": 701")))
                .isNotEqualTo(digest);
    }

    @Test
    void the_schema_names_every_cause() {
        JsonNode causes = JsonMapper.shared()
                .readTree(RequestCodec.schema())
                .at("/$defs/retry/properties/rules/items/properties/onCause/items/enum");

        assertThat(causes.valueStream().map(JsonNode::asString))
                .containsExactlyElementsOf(
                        Arrays.stream(Cause.values()).map(Cause::name).toList());
    }

    private static List<Problem> problemsOf(String json) {
        InvalidRequest refused =
                catchThrowableOfType(InvalidRequest.class, () -> RequestCodec.decode(json.getBytes(UTF_8)));
        assertThat(refused).as("must be refused").isNotNull();
        return refused.problems();
    }

    private static String digest(String json) {
        return RequestCodec.message(json.getBytes(UTF_8)).digest();
    }
}
