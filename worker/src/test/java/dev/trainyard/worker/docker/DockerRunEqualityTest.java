package dev.trainyard.worker.docker;

import static dev.trainyard.worker.engine.RequestBuilder.aRequest;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.trainyard.worker.engine.RequestBuilder;
import dev.trainyard.worker.engine.ReservedDevice;
import dev.trainyard.worker.engine.Workshop;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The container that we create is the one that Docker's own CLI creates from the same words. */
class DockerRunEqualityTest {

    private static Workshop workshop;

    @BeforeAll
    static void open() {
        workshop = HostDocker.workshop();
    }

    @AfterAll
    static void close() throws IOException {
        workshop.close();
    }

    private final CliContainers cli = new CliContainers();

    @AfterEach
    void removeTheirs() throws IOException, InterruptedException {
        cli.close();
    }

    static Stream<Arguments> cases() {
        return Stream.of(
                argumentSet("nothing said", aRequest(), "", "busybox"),
                argumentSet("command", aRequest().command("echo", "a b", "$HOME"), "", "busybox|echo|a b|$HOME"),
                argumentSet(
                        "entrypoint",
                        aRequest().entrypoint("/bin/echo").command("x"),
                        "--entrypoint|/bin/echo",
                        "busybox|x"),
                argumentSet("no entrypoint", aRequest().entrypoint().command("true"), "--entrypoint=", "busybox|true"),
                argumentSet(
                        "environment",
                        aRequest().environment("B", "2=3").environment("A", "").environment("C", "x y"),
                        "-e|B=2=3|-e|A=|-e|C=x y",
                        "busybox"),
                argumentSet(
                        "mounts",
                        aRequest().mount("/tmp", "/data", true).mount("/etc", "/cfg", false),
                        "--mount|type=bind,source=/tmp,target=/data,readonly|--mount|type=bind,source=/etc,target=/cfg",
                        "busybox"),
                argumentSet(
                        "ports",
                        aRequest()
                                .port(null, 25011, 5000, "tcp")
                                .port("127.0.0.1", 25012, 5001, "udp")
                                .port(null, null, 5002, "tcp"),
                        "-p|25011:5000|-p|127.0.0.1:25012:5001/udp|-p|5002",
                        "busybox"),
                argumentSet(
                        "shared memory and ipc",
                        aRequest().shmSize("8gb").ipc("host"),
                        "--shm-size|8gb|--ipc|host",
                        "busybox"),
                argumentSet(
                        "limits",
                        aRequest()
                                .ulimit("memlock", -1, -1)
                                .ulimit("stack", 1024, 67108864)
                                .memory("256m")
                                .cpus("1.5"),
                        "--ulimit|memlock=-1:-1|--ulimit|stack=1024:67108864|-m|256m|--cpus|1.5",
                        "busybox"),
                argumentSet(
                        "user, folder, host name",
                        aRequest().user("1000:100").workingDir("/work").hostname("trainer"),
                        "--user|1000:100|--workdir|/work|--hostname|trainer",
                        "busybox"),
                argumentSet(
                        "init and stop",
                        aRequest().init(true).stopSignal("SIGINT").gracePeriod(Duration.ofSeconds(30)),
                        "--init|--stop-signal|SIGINT|--stop-timeout|30",
                        "busybox"),
                argumentSet(
                        "confinement",
                        aRequest()
                                .tmpfs("/run:size=64m", "/scratch")
                                .capDrop("NET_RAW", "cap_chown")
                                .readOnly(),
                        "--tmpfs|/run:size=64m|--tmpfs|/scratch|--cap-drop|NET_RAW|--cap-drop|cap_chown|--read-only",
                        "busybox"),
                argumentSet("all capabilities dropped", aRequest().capDrop("ALL"), "--cap-drop|ALL", "busybox"),
                argumentSet(
                        "names of hosts",
                        aRequest().extraHost("db:10.0.0.7", "nas:10.0.0.8"),
                        "--add-host|db:10.0.0.7|--add-host|nas:10.0.0.8",
                        "busybox"),
                argumentSet("host network", aRequest().networkMode("host"), "--network|host", "busybox"),
                argumentSet("no network", aRequest().networkMode("none"), "--network|none", "busybox"),
                argumentSet("terminal", aRequest().tty().stdinOpen(), "-t|-i", "busybox"),
                argumentSet(
                        "name servers, groups, processes",
                        aRequest().dns("10.0.0.53", "10.0.0.54").groupAdd("44").pidsLimit(512),
                        "--dns|10.0.0.53|--dns|10.0.0.54|--group-add|44|--pids-limit|512",
                        "busybox"),
                argumentSet(
                        "privileges",
                        aRequest()
                                .run(run -> run.capAdd(List.of("SYS_PTRACE"))
                                        .securityOpt(List.of("no-new-privileges"))
                                        .pid("host")
                                        .devices(List.of("/dev/null:/dev/zero2:r"))),
                        "--cap-add|SYS_PTRACE|--security-opt|no-new-privileges|--pid|host|--device|/dev/null:/dev/zero2:r",
                        "busybox"),
                argumentSet(
                        "privileged",
                        aRequest().run(run -> run.privileged(true).userns("host")),
                        "--privileged|--userns|host",
                        "busybox"),
                argumentSet("no init", aRequest().init(false), "--init=false", "busybox"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void our_container_equals_the_one_of_docker_run(RequestBuilder request, String flags, String imageAndCommand)
            throws Exception {
        String theirs = docker(flags, imageAndCommand);
        String ours = workshop.create(request).value();

        assertThat(Inspection.of(ours).config()).isEqualTo(Inspection.of(theirs).config());
        assertThat(Inspection.of(ours).hostConfig())
                .isEqualTo(Inspection.of(theirs).hostConfig());
    }

    @ParameterizedTest
    @MethodSource("gpus")
    void reserved_devices_are_requested_as_gpus_device_would(String flag, List<String> uuids) throws Exception {
        String theirs = docker("--gpus|" + flag, "busybox");
        String ours = workshop.create(
                        aRequest(),
                        uuids.stream()
                                .map(uuid -> new ReservedDevice(uuid, true))
                                .toArray(ReservedDevice[]::new))
                .value();

        assertThat(Inspection.of(ours).hostConfig())
                .isEqualTo(Inspection.of(theirs).hostConfig());
    }

    static Stream<Arguments> gpus() {
        return Stream.of(
                Arguments.of("\"device=GPU-aa,GPU-bb\"", List.of("GPU-aa", "GPU-bb")),
                Arguments.of("device=MIG-cc", List.of("MIG-cc")));
    }

    private String docker(String flags, String imageAndCommand) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        if (!flags.isEmpty()) {
            command.addAll(List.of(flags.split("\\|")));
        }
        command.addAll(List.of(imageAndCommand.split("\\|")));
        return cli.make("create", command);
    }
}
