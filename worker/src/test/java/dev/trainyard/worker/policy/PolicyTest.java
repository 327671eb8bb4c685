package dev.trainyard.worker.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.trainyard.core.text.DataSize;
import dev.trainyard.core.training.RunSpec;
import dev.trainyard.core.training.RunSpec.Mount;
import dev.trainyard.core.training.RunSpec.Ulimit;
import dev.trainyard.core.training.RunSpecBuilder;
import dev.trainyard.worker.engine.EngineVolume;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class PolicyTest {

    @TempDir
    private Path folder;

    static Stream<RunSpecBuilder> harmless() {
        return Stream.of(
                run(),
                run().ipc("shareable").shmSize(DataSize.parse("8gb")),
                run().ulimits(List.of(new Ulimit("memlock", -1, -1), new Ulimit("rtprio", 0, 0))),
                run().networkMode("none"),
                run().memory(DataSize.parse("100t")).pidsLimit(16_384L),
                run().networkMode("default").cpuShares(1024),
                run().oomScoreAdj(500).cgroupns("private"),
                run().capAdd(List.of("cap_sys_ptrace", "IPC_LOCK")),
                run().securityOpt(List.of("no-new-privileges")));
    }

    @ParameterizedTest
    @MethodSource("harmless")
    void without_a_file_data_folders_and_everything_within_the_container_are_allowed(RunSpecBuilder run) {
        assertThat(refusals(Policy.BUILT_IN, run)).isEmpty();
    }

    static Stream<Arguments> harmful() {
        return Stream.of(
                arguments(
                        run().networkMode("host"),
                        "the network 'host' is not allowed (bridge, none are) by the rule networks"),
                arguments(run().networkMode("container:db"), "the network 'container:db' is not allowed"),
                arguments(
                        run().ipc("host"),
                        "write shm_size: 8gb (--shm-size 8g) instead. Whoever runs the host can allow it: write in"
                                + " /etc/trainyard/policy.yml the line ipc: [host, none, private, shareable] and"),
                arguments(run().capAdd(List.of("sys_nice")), "the capability 'SYS_NICE' is not allowed"),
                arguments(
                        run().ulimits(List.of(new Ulimit("rtprio", 0, 99))),
                        "the limit rtprio, which needs the capability 'SYS_NICE' is not allowed"),
                arguments(
                        run().cpuShares(1025),
                        "a weight above 1024 CPU shares, which needs the capability 'SYS_NICE' is not allowed"),
                arguments(
                        run().pidsLimit(-1L),
                        "more processes and threads than 16384 are not allowed by the rule pids of the built-in policy."
                                + " Whoever runs the host can allow it: write in /etc/trainyard/policy.yml the line pids: unlimited"),
                arguments(run().pidsLimit(20_000L), "the line pids: 20000 and"),
                arguments(run().ipc("container:db"), "the IPC namespace 'container:db' is not allowed"),
                arguments(run().privileged(true), "privileged is never allowed"),
                arguments(run().pid("host"), "the PID namespace 'host' is not allowed (none is) by the rule pid"),
                arguments(run().userns("host"), "the user namespace 'host' is not allowed"),
                arguments(
                        run().securityOpt(List.of("seccomp=unconfined")),
                        "the option 'seccomp=unconfined' is not allowed"),
                arguments(run().uts("host"), "the UTS namespace 'host' is not allowed (none is) by the rule uts"),
                arguments(
                        run().cgroupns("host"),
                        "the control group namespace 'host' is not allowed (private are) by the rule cgroupns"),
                arguments(
                        run().oomScoreAdj(-1),
                        "an OOM score below 0, by which the kernel would rather kill the host's own processes, needs SYS_RESOURCE"),
                arguments(run().capAdd(List.of("SYS_ADMIN")), "the capability 'SYS_ADMIN' is not allowed"),
                arguments(run().capAdd(List.of("SYS_ADMIN")), "With it a container can take over its host: ask"),
                arguments(run().capAdd(List.of("ALL")), "the capability 'ALL' is never allowed"),
                arguments(
                        run().capAdd(List.of("net_admin")),
                        "the line capAdd: [AUDIT_WRITE, CHOWN, DAC_OVERRIDE, FOWNER, FSETID, IPC_LOCK, KILL, NET_ADMIN,"
                                + " NET_BIND_SERVICE, NET_RAW, SETFCAP, SETGID, SETPCAP, SETUID, SYS_CHROOT, SYS_PTRACE] and"),
                arguments(
                        run().capAdd(List.of("cap_mknod")),
                        "the line capAdd: [AUDIT_WRITE, CHOWN, DAC_OVERRIDE, FOWNER, FSETID, IPC_LOCK, KILL, MKNOD,"),
                arguments(run().devices(List.of("/dev/fuse")), "the line devices: [/dev/fuse]"),
                arguments(
                        run().devices(List.of("/dev/sda")),
                        "With the host's memory or disk a container can take over its host"),
                arguments(run().devices(List.of("/dev/kmsg:/dev/kmsg")), "the device '/dev/kmsg' is not allowed"),
                arguments(
                        run().devices(List.of("/dev/./nvidia0")),
                        "the device '/dev/nvidia0' is never allowed, since it may be reserved for another job"));
    }

    @ParameterizedTest
    @MethodSource("harmful")
    void access_to_the_host_is_refused_with_the_rule_and_the_remedy(RunSpecBuilder run, String refusal) {
        assertThat(refusals(Policy.BUILT_IN, run)).singleElement().asString().contains(refusal);
    }

    @Test
    void a_proposed_rule_contains_its_current_and_all_required_entries() throws IOException {
        Policy policy = policy("mounts: {/scratch: read-only}\nsecurityOpt: []");
        RunSpecBuilder run = run().mounts(List.of(
                        new Mount("/data", "/a", true),
                        new Mount("/scratch", "/b", false),
                        new Mount("/data", "/c", false)))
                .securityOpt(List.of("seccomp:unconfined"));

        assertThat(refusals(policy, run))
                .hasSize(4)
                .filteredOn(refusal -> refusal.contains("restart the worker"))
                .satisfiesExactly(
                        mounts -> assertThat(mounts)
                                .contains("write in %s the line mounts: {/data: read-write, /scratch: read-write} and"
                                        .formatted(folder.resolve("policy.yml"))),
                        options -> assertThat(options).contains("the line securityOpt: [\"seccomp:unconfined\"] and"));
    }

    @Test
    void all_errors_in_a_file_are_reported_together() {
        assertThatThrownBy(() -> policy("""
                        capAdd: [all, FOO, NET_ADMIN]
                        ipc: [foo]
                        devices: [/dev/nvidia0, /dev/fuse, fuse]
                        mounts: {/var/run/docker.sock: read-only, /data: rw}
                        """))
                .hasMessageContaining("policy.yml:1:10: \"all\" cannot be allowed: ALL contains the capabilities")
                .hasMessageContaining("policy.yml:1:15: \"FOO\" cannot be allowed: Linux has no such capability")
                .hasMessageContaining(
                        "policy.yml:2:7: \"foo\" cannot be allowed: ipc is private, shareable, none or host")
                .hasMessageContaining("policy.yml:3:11: \"/dev/nvidia0\" cannot be allowed: GPUs are reserved by jobs")
                .hasMessageContaining("policy.yml:3:36: \"fuse\" cannot be allowed: a device is a path in /dev")
                .hasMessageContaining("policy.yml:4:10: \"/var/run/docker.sock\" can never be mounted")
                .hasMessageContaining("policy.yml:4:50: write read-only or read-write")
                .extracting(
                        problem -> String.valueOf(problem.getMessage()).lines().count())
                .isEqualTo(7L);
    }

    @Test
    void everything_that_is_refused_is_named_at_once() {
        RunSpecBuilder run = mount("/etc", true)
                .networkMode("host")
                .capAdd(List.of("SYS_ADMIN"))
                .devices(List.of("/dev/kmsg"));

        assertThat(refusals(Policy.BUILT_IN, run)).hasSize(4);
    }

    @Test
    void the_shorter_of_two_grace_periods_counts_and_that_is_told() throws IOException {
        Policy policy = policy("gracePeriod: 90s");

        assertThat(policy.graceOf(Duration.ofSeconds(10))).isEqualTo(Duration.ofSeconds(10));
        assertThat(policy.shorterGrace(Duration.ofSeconds(90))).isEmpty();
        assertThat(policy.graceOf(Duration.ofHours(24))).isEqualTo(Duration.ofSeconds(90));
        assertThat(policy.shorterGrace(Duration.ofHours(24)))
                .hasValue(
                        "the grace period of 24h is cut to 1m30s: the rule gracePeriod of %s allows no longer one on this host"
                                .formatted(policy.origin()));
        assertThat(Policy.BUILT_IN.graceOf(Duration.ofHours(24))).isEqualTo(Duration.ofMinutes(10));
    }

    @Test
    void a_file_changes_the_rules_that_it_names_and_no_others() throws IOException {
        Policy policy = policy("""
                networks: [host]
                capAdd: [CAP_SYS_ADMIN]
                devices: [/dev/fuse]
                volumes: false
                """);

        assertThat(refusals(policy, run().networkMode("host"))).isEmpty();
        assertThat(refusals(policy, run().networkMode("none"))).hasSize(1);
        assertThat(refusals(policy, run().capAdd(List.of("SYS_ADMIN")).devices(List.of("/dev/fuse:/dev/fuse:rw"))))
                .isEmpty();
        assertThat(volumes(policy, "a", new EngineVolume(Map.of(), "a")))
                .singleElement()
                .asString()
                .contains("the rule volumes of " + folder.resolve("policy.yml"));
        assertThat(refusals(policy, mount("/data", true))).isEmpty();
    }

    @Test
    void a_container_gets_the_limits_of_the_host_and_the_policy_where_it_asks_for_none() throws IOException {
        DataSize host = DataSize.parse("64g");
        Policy builtIn = Policy.BUILT_IN.within(host);

        assertThat(builtIn.memoryOf(run().build())).isEqualTo(host);
        assertThat(builtIn.pidsOf(run().build())).isEqualTo(16_384);
        assertThat(builtIn.memoryOf(run().memory(DataSize.parse("1g")).build())).isEqualTo(DataSize.parse("1g"));
        assertThat(builtIn.pidsOf(run().pidsLimit(100L).build())).isEqualTo(100);
        // To the engine 0 would mean that there is no limit.
        assertThat(builtIn.memoryOf(run().memory(new DataSize(0)).build())).isEqualTo(host);
        assertThat(builtIn.pidsOf(run().pidsLimit(0L).build())).isEqualTo(16_384);
        assertThat(refusals(builtIn, run().memory(DataSize.parse("65g"))))
                .singleElement()
                .asString()
                .contains("more memory than 65536 MiB is not allowed", "/etc/trainyard/policy.yml");

        Policy file = policy("memory: 16g\npids: unlimited").within(host);
        assertThat(file.memoryOf(run().build())).isEqualTo(DataSize.parse("16g"));
        assertThat(file.pidsOf(run().build())).isEqualTo(-1);
        assertThat(refusals(file, run().memory(DataSize.parse("17g")).pidsLimit(-1L)))
                .singleElement()
                .asString()
                .contains("the line memory: 18253611008 and");
        assertThat(policy("memory: 100g").within(host).memory()).isEqualTo(host);
        assertThat(policy("rootFileSystem: 50g").within(host).rootFileSystem()).isEqualTo(DataSize.parse("50g"));
        assertThat(policy("rootFileSystem: unlimited").rootFileSystem())
                .isEqualTo(builtIn.rootFileSystem())
                .isNull();
    }

    @Test
    void memory_and_swap_together_are_at_most_those_of_a_container_without_a_swap_setting() throws IOException {
        Policy policy = policy("memory: 64m").within(DataSize.parse("64g"));
        long most = 128L << 20;

        for (long swap : List.of(0L, 64L << 20, most)) {
            assertThat(refusals(policy, withSwap(swap))).as("%d", swap).isEmpty();
        }
        for (long swap : List.of(-1L, most + 1, Long.MAX_VALUE)) {
            assertThat(refusals(policy, withSwap(swap)))
                    .as("%d", swap)
                    .singleElement()
                    .asString()
                    .contains(
                            "more memory and swap together than 128 MiB is not allowed by the rule memory of " + folder,
                            "memorySwap");
        }
    }

    private static RunSpecBuilder withSwap(long memorySwap) {
        return run().memory(DataSize.parse("64m")).memorySwap(memorySwap);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    mount: {/data: read-only}      | :1:1: there is no rule "mount". Did you mean "mounts"?
                    privileged: true               | :1:1: there is no rule "privileged". The rules are mounts, volumes
                    mounts: {/: read-only}         | :1:10: "/" is no folder that could be opened to containers
                    mounts: {data: read-only}      | :1:10: "data" is no folder that could be opened to containers
                    mounts: {/data: rw}            | :1:17: write read-only or read-write
                    mounts: [/data]                | :1:9: mounts names folders
                    mounts: {/data: read-write, /data/sets: read-only} | :1:29: "/data/sets" would be written all the same: it lies in "/data"
                    mounts: {/data/a/b: read-only, /data: read-write}  | :1:10: "/data/a/b" would be written all the same
                    networks: host                 | :1:11: networks is a list
                    networks: [[host]]             | :1:12: one word is expected here
                    volumes: maybe                 | :1:10: volumes is own, true, false, or a list
                    builtNames: mine               | :1:13: builtNames is own or any
                    addUrls: maybe                 | :1:10: addUrls is true or false
                    buildNetwork: "container:db"   | :1:15: a network is bridge, none, host
                    gracePeriod: soon              | :1:14: gracePeriod is a duration, such as 10m or 90s
                    memory: much                   | :1:9: memory is host, for all that the host offers, or a size
                    rootFileSystem: 0x5            | :1:17: rootFileSystem is unlimited, or a size such as 50g
                    pids: 0                        | :1:7: pids is a number of processes and threads, or unlimited
                    [host]                         | :1:1: a policy is written as rules
                    'mounts: {'                    | this is no YAML
                    """)
    void a_file_that_says_no_policy_is_refused_with_the_place(String text, String problem) {
        assertThatThrownBy(() -> policy(text))
                .isInstanceOf(PolicyProblem.class)
                .hasMessageContaining(folder.resolve("policy.yml").toString())
                .hasMessageContaining(problem);
    }

    @Test
    void a_repeated_rule_is_refused_and_an_empty_file_changes_nothing() throws IOException {
        assertThatThrownBy(() -> policy("pid: []\npid: [host]"))
                .hasMessageContaining(":2:1: the rule \"pid\" is written twice");
        assertThat(policy(""))
                .usingRecursiveComparison()
                .ignoringFields("origin")
                .isEqualTo(Policy.BUILT_IN);
        assertThatThrownBy(() -> Policy.load(folder.resolve("none.yml"))).hasMessageContaining("cannot be read");
    }

    private Policy policy(String text) throws IOException {
        return Policy.load(Files.writeString(folder.resolve("policy.yml"), text));
    }

    private static List<String> refusals(Policy policy, RunSpecBuilder run) {
        return policy.refusals(run.build(), List.of(), AHost.closed());
    }

    /** What is refused of a read-write mount of the volume {@code cache}. */
    private static List<String> volumes(Policy policy, @Nullable String team, @Nullable EngineVolume present) {
        return policy.refusalsOfVolumes(
                run().mounts(List.of(new Mount("cache", "/cache", false))).build(),
                team,
                present == null ? Map.of() : Map.of("cache", present),
                AHost.closed());
    }

    private static RunSpecBuilder run() {
        return RunSpec.builder();
    }

    private static RunSpecBuilder mount(String source, boolean readOnly) {
        return run().mounts(List.of(new Mount(source, "/mnt", readOnly)));
    }
}
