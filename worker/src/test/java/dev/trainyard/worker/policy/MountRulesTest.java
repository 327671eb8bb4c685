package dev.trainyard.worker.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.trainyard.core.request.JobId;
import dev.trainyard.core.text.Excerpt;
import dev.trainyard.core.training.RunSpec;
import dev.trainyard.core.training.RunSpec.Mount;
import dev.trainyard.core.training.RunSpec.Outputs;
import dev.trainyard.core.training.RunSpecBuilder;
import dev.trainyard.worker.engine.EngineVolume;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class MountRulesTest {

    private static final Path OUTPUTS = AHost.OUTPUTS;
    private static final Path STATE = AHost.STATE;
    private static final JobId ENDED = new JobId(UUID.randomUUID());

    @TempDir
    private Path folder;

    static Stream<RunSpecBuilder> harmless() {
        return Stream.of(
                run().mounts(List.of(new Mount("/data/mnist", "/data", true), new Mount("/data", "/all", false))),
                run().mounts(List.of(new Mount("cache", "/cache", false))),
                run().outputs(new Outputs("/outputs", "/logs/run-7")),
                run().mounts(List.of(new Mount(OUTPUTS + "/" + ENDED + "/1", "/pretrained", true))),
                run().mounts(List.of(new Mount(OUTPUTS + "/" + ENDED + "/1/checkpoints", "/pretrained", true))));
    }

    @ParameterizedTest
    @MethodSource("harmless")
    void without_a_file_data_folders_volumes_and_ended_outputs_are_allowed(RunSpecBuilder run) {
        assertThat(refusals(Policy.BUILT_IN, run)).isEmpty();
    }

    static Stream<Arguments> harmful() {
        return Stream.of(
                arguments(
                        mount("/usr", true),
                        "the folder '/usr' may not be mounted (/data, /logs may) by the rule mounts of the built-in policy."
                                + " Whoever runs the host can allow it: write in /etc/trainyard/policy.yml the line"
                                + " mounts: {/data: read-write, /logs: read-write, /usr: read-only} and restart the worker"),
                arguments(
                        mount("/etc", true),
                        "the folder '/etc' may not be mounted (/data, /logs may) by the rule mounts of the built-in policy."
                                + " Passwords and keys of the host lie there: mount read-only (ro) only the file or folder"
                                + " that the program reads, or ask whoever runs the host for another way."),
                arguments(mount("/etc/ssl", true), "Passwords and keys of the host lie there"),
                arguments(mount("/root/.docker", true), "Passwords and keys of the host lie there"),
                arguments(mount("/etc/ssl/certs", true), "/etc/ssl/certs: read-only, /logs: read-write}"),
                arguments(mount("/", true), "the folder '/' may not be mounted"),
                arguments(mount("/run/docker.sock", true), "It can never be allowed: with it a container commands"),
                arguments(mount("/proc", true), "It is the host's kernel: ask whoever runs the host"),
                arguments(mount("/etc", false), "Passwords and keys of the host lie there"),
                arguments(mount("/usr", false), "Who writes there takes the host over: mount it read-only (ro)"),
                arguments(mount("/database", true), "the folder '/database' may not be mounted"),
                arguments(
                        mount("/home/" + "x".repeat(255) + "/data", true),
                        "the folder '/home/" + "x".repeat(255) + "/data' may not be mounted"),
                arguments(
                        mount("/data/../etc", true), "the folder '/data/../etc', which is '/etc', may not be mounted"),
                arguments(mount("/var/run/docker.sock", false), "may not be mounted"),
                arguments(mount(OUTPUTS.toString(), false), "holds managed outputs: mount the folder of one attempt"),
                arguments(mount(OUTPUTS.toString(), true), "holds managed outputs"),
                arguments(mount(OUTPUTS + "/" + ENDED, true), "holds managed outputs"),
                arguments(mount(OUTPUTS + "/" + ENDED, false), "holds managed outputs"),
                arguments(mount(OUTPUTS + "/" + ENDED + "/../" + ENDED, false), "holds managed outputs"),
                arguments(
                        mount(OUTPUTS + "/" + ENDED + "/1", false),
                        "holds the outputs of an attempt, which only that attempt writes: mount it read-only (ro)"),
                arguments(
                        run().outputs(new Outputs("/outputs", OUTPUTS + "/" + ENDED + "/3")),
                        "which only that attempt writes"),
                arguments(mount(OUTPUTS + "/" + AHost.RUNNING + "/2/sub", true), "of an attempt that still runs"),
                arguments(mount("/var/lib/trainyard", true), "has Trainyard's or the container engine's own files"),
                arguments(mount(STATE.toString(), true), "has Trainyard's or the container engine's own files"),
                arguments(mount(STATE + "/worker.id", true), "has Trainyard's or the container engine's own files"),
                arguments(mount("/var/lib", true), "has Trainyard's or the container engine's own files"),
                arguments(run().outputs(new Outputs("/outputs", "/root")), "the folder '/root' may not be mounted"));
    }

    @ParameterizedTest
    @MethodSource("harmful")
    void a_mount_of_the_host_is_refused_with_the_rule_and_the_remedy(RunSpecBuilder run, String refusal) {
        assertThat(refusals(Policy.BUILT_IN, run)).singleElement().asString().contains(refusal);
    }

    @Test
    void a_link_out_of_an_allowed_folder_is_followed_before_it_is_judged() throws IOException {
        Path allowed = Files.createDirectory(folder.resolve("data"));
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        Files.createSymbolicLink(allowed.resolve("out"), elsewhere);
        Files.createSymbolicLink(allowed.resolve("dangling"), folder.resolve("nowhere"));
        Policy policy = policy("mounts: {%s: read-only}".formatted(allowed));

        assertThat(refusals(policy, mount(allowed.toString(), true))).isEmpty();
        assertThat(refusals(policy, mount(allowed + "/missing", true))).isEmpty();
        assertThat(refusals(policy, mount(allowed + "/out", true)))
                .singleElement()
                .asString()
                .contains("which is '%s', may not be mounted".formatted(elsewhere));
        assertThat(refusals(policy, mount(allowed + "/out/missing", true))).hasSize(1);
        assertThat(refusals(policy, mount(allowed + "/dangling", true)))
                .singleElement()
                .asString()
                .contains("a link that leads nowhere");
    }

    @Test
    void an_allowed_folder_may_itself_be_a_link() throws IOException {
        Path disk = Files.createDirectory(folder.resolve("disk"));
        Path allowed = Files.createSymbolicLink(folder.resolve("data"), disk);

        assertThat(refusals(policy("mounts: {%s: read-only}".formatted(allowed)), mount(allowed + "/mnist", true)))
                .isEmpty();
    }

    @Test
    void a_read_only_folder_is_not_mounted_for_writing_unless_a_folder_within_it_may() throws IOException {
        Policy policy = policy("mounts: {%s: read-only, %s/scratch: read-write}".formatted(folder, folder));

        assertThat(refusals(policy, mount(folder + "/mnist", false)))
                .singleElement()
                .asString()
                .contains("may only be mounted read-only");
        assertThat(refusals(policy, mount(folder + "/scratch/a", false))).isEmpty();
    }

    @Test
    void a_folder_that_may_be_written_within_one_that_may_not_is_a_policy_and_none_is_advised_that_would_be_refused()
            throws IOException {
        Policy policy = policy("mounts: {/srv: read-only, /srv/scratch: read-write}");

        assertThat(refusals(policy, mount("/srv/scratch/a", false))).isEmpty();
        assertThat(refusals(policy, mount("/srv/a", false))).hasSize(1);
        assertThat(refusals(policy("mounts: {/srv/sets: read-only}"), mount("/srv", false)))
                .singleElement()
                .asString()
                .contains("the line mounts: {/srv: read-write} and");
    }

    @Test
    void volumes_are_the_teams_own_or_named_in_the_file() throws IOException {
        EngineVolume byHand = new EngineVolume(Map.of("type", "none", "o", "bind", "device", "/etc"), null);

        assertThat(volumes(Policy.BUILT_IN, "a", null)).isEmpty();
        assertThat(volumes(Policy.BUILT_IN, "a", new EngineVolume(Map.of(), "a")))
                .isEmpty();
        assertThat(volumes(Policy.BUILT_IN, null, new EngineVolume(Map.of(), "")))
                .isEmpty();
        for (EngineVolume others : List.of(
                byHand,
                new EngineVolume(Map.of(), null),
                new EngineVolume(Map.of(), "b"),
                new EngineVolume(Map.of(), ""))) {
            assertThat(volumes(Policy.BUILT_IN, "a", others))
                    .singleElement()
                    .asString()
                    .contains(
                            "the volume 'cache', which was not made by a job of the same team,",
                            "the line volumes: [cache] and");
        }
        Policy named = policy("volumes: [datasets, cache]");
        assertThat(volumes(named, "a", byHand)).isEmpty();
        assertThat(volumes(policy("volumes: [datasets]"), "a", byHand))
                .singleElement()
                .asString()
                .contains("the line volumes: [cache, datasets] and");
    }

    @Test
    void where_every_volume_may_be_mounted_those_that_stand_for_something_of_the_host_are_judged_as_that()
            throws IOException {
        Policy any = policy("volumes: true\nmounts: {/srv: read-only}");

        assertThat(volumes(any, "a", new EngineVolume(Map.of(), "b"))).isEmpty();
        assertThat(volumes(
                        any, "a", new EngineVolume(Map.of("type", "nfs", "device", ":/x", "o", "addr=10.0.0.1"), null)))
                .isEmpty();
        assertThat(volumes(any, "a", new EngineVolume(Map.of("type", "none", "o", "bind", "device", "/etc"), null)))
                .singleElement()
                .asString()
                .contains("the folder '/etc' may not be mounted");
        assertThat(volumes(any, "a", new EngineVolume(Map.of("o", "rw,rbind", "device", "/srv/x"), null)))
                .singleElement()
                .asString()
                .contains("may only be mounted read-only");
        assertThat(volumes(any, "a", new EngineVolume(Map.of("type", "ext4", "device", "/dev/sda1"), null)))
                .singleElement()
                .asString()
                .contains("which stands for '/dev/sda1' of the host");
    }

    @Test
    void a_granted_folder_is_mounted_in_place_whatever_the_rules_say() throws IOException {
        Path project = Files.createDirectories(folder.resolve("home/ann/project"));

        assertThat(inPlace(project.toString(), List.of(project.toString()))).isEmpty();
        assertThat(inPlace(project.toString(), List.of()))
                .containsExactly("%s may not be mounted in place: no server has granted it to this request."
                        .formatted(Excerpt.path(project.toString())));
        assertThat(inPlace(project + "/data", List.of(project.toString()))).hasSize(1);
    }

    @Test
    void a_granted_folder_that_has_become_a_link_is_refused() throws IOException {
        Path project = folder.resolve("project");
        Files.createSymbolicLink(project, Files.createDirectories(folder.resolve("elsewhere")));

        assertThat(inPlace(project.toString(), List.of(project.toString())))
                .containsExactly(
                        "%s may not be mounted in place: it leads to %s now, which was changed since the job was submitted. Submit it again."
                                .formatted(
                                        Excerpt.path(project.toString()),
                                        Excerpt.path(folder.resolve("elsewhere").toString())));
    }

    @Test
    void a_granted_folder_with_trainyards_own_files_is_refused() {
        assertThat(inPlace(STATE.toString(), List.of(STATE.toString())))
                .singleElement()
                .asString()
                .contains("has Trainyard's or the container engine's own files in it");
    }

    private static List<String> inPlace(String source, List<String> granted) {
        Mount mount = new Mount(source, "/x", false, null, false, true);
        List<String> ofMount = Policy.BUILT_IN.refusals(
                RunSpec.builder().mounts(List.of(mount)).build(), granted, AHost.with(OUTPUTS, STATE));
        List<String> ofOutputs = Policy.BUILT_IN.refusals(
                RunSpec.builder().outputs(new Outputs("", source, true)).build(), granted, AHost.with(OUTPUTS, STATE));
        assertThat(ofOutputs).isEqualTo(ofMount);
        return ofMount;
    }

    @Test
    void nothing_that_an_allowed_folder_has_in_it_opens_managed_outputs_or_trainyards_own_files() throws IOException {
        Path outputs = Files.createDirectories(folder.resolve("data/yard/outputs"));
        Path state = Files.createDirectories(folder.resolve("data/state"));
        Path attempt = Files.createDirectories(outputs.resolve(ENDED + "/1"));
        Files.createSymbolicLink(folder.resolve("data/link"), outputs);
        Files.createSymbolicLink(folder.resolve("data/link-to-state"), state);
        Files.createDirectories(folder.resolve("data/mnist"));
        Policy policy = policy("mounts: {%s/data: read-write}".formatted(folder));
        HostFiles host = AHost.with(outputs, state);

        for (String source : List.of(
                "",
                "/yard",
                "/yard/outputs",
                "/yard/outputs/" + ENDED,
                "/link",
                "/link/" + ENDED,
                "/state",
                "/link-to-state",
                "/state/postgres",
                "/mnist/../state")) {
            for (boolean readOnly : List.of(true, false)) {
                assertThat(policy.refusals(
                                mount(folder + "/data" + source, readOnly).build(), List.of(), host))
                        .as(source)
                        .hasSize(1);
            }
        }
        assertThat(policy.refusals(mount(folder + "/data/mnist", false).build(), List.of(), host))
                .isEmpty();
        assertThat(policy.refusals(mount(attempt.toString(), true).build(), List.of(), host))
                .isEmpty();
        assertThat(policy.refusals(
                        mount(folder + "/data/link/" + ENDED + "/1", true).build(), List.of(), host))
                .isEmpty();
        assertThat(policy.refusals(mount(attempt.toString(), false).build(), List.of(), host))
                .hasSize(1);
    }

    @Test
    void a_folder_that_other_users_of_the_host_can_enter_is_mounted_read_only_at_most() throws IOException {
        Path data = Files.createDirectories(folder.resolve("data/a"));
        Policy policy = policy("mounts: {%s/data: read-write, %1$s/missing: read-write}".formatted(folder));
        HostFiles host = AHost.with(folder.resolve("outputs"), folder.resolve("state"));

        assertThat(policy.refusals(mount(data.toString(), false).build(), List.of(), host))
                .isEmpty();
        assertThat(policy.openFolders(host)).isEmpty();

        mode(folder, "rwxr-x---");
        mode(folder.resolve("data"), "rwxr-xr-x");

        assertThat(policy.refusals(mount(data.toString(), true).build(), List.of(), host))
                .isEmpty();
        assertThat(policy.refusals(mount(data.toString(), false).build(), List.of(), host))
                .singleElement()
                .asString()
                .contains(
                        "may only be mounted read-only (ro)",
                        "run there as root",
                        "chmod 700 %s/data ".formatted(folder));
        assertThat(policy.refusals(
                        run().outputs(new Outputs("/outputs", data + "/run-7")).build(), List.of(), host))
                .singleElement()
                .asString()
                .contains("chmod 700 %s/data ".formatted(folder));
        assertThat(policy.refusals(
                        run().outputs(new Outputs("/outputs", folder + "/missing/run-7"))
                                .build(),
                        List.of(),
                        host))
                .isEmpty();
        assertThat(policy.openFolders(host))
                .singleElement()
                .asString()
                .contains("chmod 700 %s/data ".formatted(folder));

        // A container that mounts it changes its mode.
        mode(data, "rwx------");
        assertThat(policy.refusals(mount(data.toString(), false).build(), List.of(), host))
                .hasSize(1);
        mode(folder.resolve("data"), "rwx------");
        assertThat(policy.openFolders(host)).isEmpty();
        assertThat(policy.refusals(mount(data.toString(), false).build(), List.of(), host))
                .isEmpty();
        assertThat(policy.refusals(mount(folder + "/data", false).build(), List.of(), host))
                .singleElement()
                .asString()
                .endsWith("Mount a folder within it instead");
        assertThat(policy.refusals(mount(folder + "/missing", false).build(), List.of(), host))
                .hasSize(1);
        mode(data, "rwxrwxrwx");
        mode(folder.resolve("data"), "rwxrw-rw-");
        assertThat(policy.refusals(mount(data.toString(), false).build(), List.of(), host))
                .isEmpty();
        // Its owner could enter.
        Files.setAttribute(folder.resolve("data"), "unix:uid", 4711);
        assertThat(policy.refusals(mount(data.toString(), false).build(), List.of(), host))
                .hasSize(1);
    }

    private static void mode(Path folder, String mode) throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(mode));
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
