package dev.trainyard.worker.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.trainyard.core.lifecycle.Cause;
import dev.trainyard.core.lifecycle.Remedy;
import dev.trainyard.core.request.JobId;
import dev.trainyard.core.training.ImageSource;
import dev.trainyard.worker.docker.HostDocker;
import dev.trainyard.worker.engine.BuildOrder;
import dev.trainyard.worker.engine.EngineImages;
import dev.trainyard.worker.engine.EngineMessage;
import dev.trainyard.worker.engine.Workshop;
import dev.trainyard.worker.network.GuardedNetwork;
import dev.trainyard.worker.network.HostCommand;
import dev.trainyard.worker.network.LinkLocalService;
import dev.trainyard.worker.policy.Policy;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Images of the real engine; no registry is needed, and none is asked but ones that are not there. */
@Timeout(180)
class ImagesTest {

    /** A registry at which nothing listens: what is asked of it fails at once, with the network's own words. */
    private static final String NOWHERE = "127.0.0.1:1/";

    private final Workshop workshop = HostDocker.workshop();
    private final EngineImages engine = workshop.engine().images();
    private final Map<String, byte[]> store = new HashMap<>();
    private final Set<String> opened = new HashSet<>();
    private @Nullable InputStream secondReading;
    private final List<String> progress = new ArrayList<>();
    private final Set<String> given = new HashSet<>();

    private final Records recorded = new Records();
    private Images images;

    @BeforeEach
    void images() {
        images = newImages(recorded, Policy.load(null));
    }

    /** As a worker's process has them. */
    private Images newImages(BuiltImages recorded, Policy policy) {
        return new Images(workshop.engine(), this::open, recorded, policy);
    }

    @AfterEach
    void close() throws IOException {
        recorded.ids.values().stream().flatMap(this::names).forEach(given::add);
        remove(given);
        workshop.close();
    }

    @Test
    void an_image_that_the_host_has_is_not_pulled() throws InterruptedException {
        ProvidedImage image = images.provide(
                new ImageSource.Reference("busybox:latest", ImageSource.Pull.MISSING), "a", progress::add);

        assertThat(image.id()).startsWith("sha256:");
        assertThat(progress).isEmpty();
    }

    @Test
    void an_image_that_is_always_pulled_is_looked_up_although_the_host_has_it() {
        String name = NOWHERE + "model:" + UUID.randomUUID();
        given.add(name);
        engine.tag("busybox:latest", name);

        ImageFailure failure = failure(new ImageSource.Reference(name, ImageSource.Pull.ALWAYS));

        assertThat(failure.verdict()).isEqualTo(Cause.IMAGE_PULL_FAILED);
        assertThat(failure).hasMessageContaining("connection refused");
    }

    @Test
    void an_image_that_is_never_pulled_is_there_or_the_job_fails_at_once() throws InterruptedException {
        ProvidedImage there =
                images.provide(new ImageSource.Reference("busybox:latest", ImageSource.Pull.NEVER), "a", progress::add);
        ImageFailure missing = failure(new ImageSource.Reference(NOWHERE + "model:1", ImageSource.Pull.NEVER));

        assertThat(there.id()).startsWith("sha256:");
        assertThat(missing.verdict()).isEqualTo(Cause.IMAGE_UNAVAILABLE);
        assertThat(missing).hasMessageContaining("--pull never");
        assertThat(progress).isEmpty();
    }

    @Test
    void a_named_image_that_the_host_does_not_have_any_more_is_not_pulled_by_the_attempt() {
        ImageFailure failure = failure(new ImageSource.Reference(NOWHERE + "model:1", ImageSource.Pull.MISSING));

        assertThat(failure.verdict()).isEqualTo(Cause.IMAGE_PULL_FAILED);
        assertThat(failure).hasMessageContaining(NOWHERE + "model:1 was removed from this host");
        assertThat(progress).isEmpty();
    }

    @Test
    void a_fetch_from_a_registry_that_does_not_answer_fails_in_the_networks_own_words() {
        assertThat(images.isPresent(NOWHERE + "model:1")).isFalse();
        assertThatThrownBy(() -> images.fetch(NOWHERE + "model:1", progress::add))
                .isInstanceOfSatisfying(
                        ImageFailure.class,
                        failure -> assertThat(failure.verdict()).isEqualTo(Cause.IMAGE_PULL_FAILED))
                .hasMessageContaining(NOWHERE + "model:1")
                .hasMessageContaining("connection refused");
    }

    @Test
    void builds_in_a_row_do_not_each_wait_for_a_registry_of_base_images_that_is_down() {
        ImageFailure first = failure(dockerfile("FROM " + NOWHERE + "base:1"));
        progress.clear();
        ImageFailure second = failure(dockerfile("FROM " + NOWHERE + "another:1"));

        assertThat(List.of(first, second)).extracting(ImageFailure::verdict).containsOnly(Cause.IMAGE_PULL_FAILED);
        assertThat(first)
                .hasMessageContaining("the base image cannot be pulled")
                .hasMessageContaining("base:1");
        assertThat(second)
                .hasMessageContaining("the base image cannot be pulled: registry 127.0.0.1:1 does not give its images")
                .hasMessageContaining("connection refused");
        assertThat(progress).isEmpty();
    }

    @Test
    void nor_for_one_of_images_to_copy_from() {
        ImageFailure first = failure(dockerfile("FROM busybox", "COPY --from=" + NOWHERE + "tools:1 /a /b"));
        progress.clear();
        ImageFailure second = failure(dockerfile("FROM busybox", "COPY --from=" + NOWHERE + "another:1 /a /b"));

        assertThat(List.of(first, second)).extracting(ImageFailure::verdict).containsOnly(Cause.IMAGE_PULL_FAILED);
        assertThat(second).hasMessageContaining("registry 127.0.0.1:1 does not give its images");
        assertThat(progress).isEmpty();
    }

    @Test
    void a_name_that_is_none_is_unavailable_at_once() {
        ImageFailure failure = failure(new ImageSource.Reference("Not_A_Name", ImageSource.Pull.MISSING));

        assertThat(failure.verdict()).isEqualTo(Cause.IMAGE_UNAVAILABLE);
        assertThat(progress).isEmpty();
    }

    @Test
    void an_image_is_built_from_its_context_once() throws InterruptedException {
        ImageSource.Build source = source(
                new Tar()
                        .dockerfile(
                                "FROM busybox:latest AS base",
                                "ARG WORD=none",
                                "ADD source.tar /app/",
                                "RUN echo built with $WORD > /app/word && cat /app/inner",
                                "FROM base AS unwanted",
                                "RUN false")
                        .file(
                                "source.tar",
                                new String(
                                        new Tar()
                                                .file("inner", "from the inner tar\n")
                                                .bytes(),
                                        StandardCharsets.ISO_8859_1))
                        .bytes(),
                Map.of("WORD", "care & \"quotes\""),
                "base",
                null);

        ProvidedImage first = images.provide(source, "a", progress::add);
        assertThat(progress).contains("from the inner tar").anyMatch(line -> line.startsWith("Step 4/"));
        progress.clear();
        ProvidedImage second = images.provide(source, "a", progress::add);

        assertThat(second).isEqualTo(first);
        assertThat(progress).singleElement().asString().contains("already built");
    }

    static Stream<Arguments> contextsOfTwoDockerfiles() throws IOException {
        String other = "FROM busybox:latest\nRUN echo built from the other Dockerfile";
        byte[] alsoXz;
        try (InputStream resource = ImagesTest.class.getResourceAsStream("tar-that-is-also-xz")) {
            alsoXz = Objects.requireNonNull(resource).readAllBytes();
        }
        return Stream.of(
                argumentSet(
                        "replaced through a link",
                        judged().symbolicLink("d", ".")
                                .file("d/Dockerfile", other)
                                .bytes(),
                        "'d', which is not a folder"),
                argumentSet(
                        "replaced by a hard link through a link",
                        judged().file("o", other)
                                .symbolicLink("d", ".")
                                .hardLink("d/Dockerfile", "o")
                                .bytes(),
                        "'d', which is not a folder"),
                argumentSet(
                        "replaced through a hard link to a link",
                        judged().symbolicLink("l", ".")
                                .hardLink("d", "l")
                                .file("d/Dockerfile", other)
                                .bytes(),
                        "'d', which is not a folder"),
                argumentSet(
                        "replaced through a link that a folder's entry hides",
                        judged().symbolicLink("d", ".")
                                .folder("d")
                                .file("d/Dockerfile", other)
                                .bytes(),
                        "'d' is repeated"),
                argumentSet("there twice", judged().file("./Dockerfile", other).bytes(), "'Dockerfile' is repeated"),
                argumentSet("of another compression's archive", alsoXz, "compressed with xz, zstd or bzip2"));
    }

    /** Whose Dockerfile is no better than that of any source. */
    private static Tar judged() {
        return new Tar().dockerfile("FROM busybox:latest");
    }

    @ParameterizedTest
    @MethodSource("contextsOfTwoDockerfiles")
    void no_other_dockerfile_is_built_than_the_one_that_was_judged(byte[] tar, String complaint) {
        ImageFailure refused = failure(source(tar, Map.of(), null, null));

        assertThat(progress).isEmpty();
        assertThat(refused.verdict()).isEqualTo(Cause.SOURCE_MISSING);
        assertThat(refused).hasMessageContaining(complaint);
    }

    @Test
    void the_engine_builds_the_same_from_a_repacked_context_as_from_the_uploaded_bytes() throws InterruptedException {
        byte[] tar = plain("LABEL test=" + UUID.randomUUID()).bytes();
        List<String> direct = new ArrayList<>();
        buildDirectly(tar, message -> Optional.ofNullable(message.imageId()).ifPresent(direct::add));

        ProvidedImage image = provide(source(tar, Map.of(), null, null), "a");
        ProvidedImage ofZipped = provide(source(Tar.gzipped(tar), Map.of(), null, null), "a");

        assertThat(direct).contains(image.id());
        assertThat(ofZipped).isEqualTo(image);
    }

    /** By the files: the layers are others, since the engine takes contexts for the same that are not. */
    @Test
    void also_where_there_are_links() throws InterruptedException {
        String files =
                "$(find /all /code -type f -o -type l | sort | xargs -n1 stat -c '%N %f %u %g %h %s %Y' | tee /dev/stderr | sha256sum)";
        byte[] tar = plain("RUN : %s; echo sees %s".formatted(UUID.randomUUID(), files))
                .symbolicLink("latest", "code")
                .symbolicLink("code/run", "/code/run.sh")
                .hardLink("hard", "code/run.sh", 0100755, Map.of())
                .file(".dockerignore", "code/run")
                .bytes();
        List<String> direct = new ArrayList<>();
        buildDirectly(
                tar,
                message -> Optional.ofNullable(message.stream())
                        .filter(line -> line.startsWith("sees "))
                        .map(String::strip)
                        .ifPresent(direct::add));

        ProvidedImage unused = provide(source(tar, Map.of(), null, null), "a");

        assertThat(progress.stream().filter(line -> line.startsWith("sees ")).map(String::strip))
                .containsExactlyElementsOf(direct)
                .hasSize(1);
        assertThat(progress).anyMatch(line -> line.startsWith("/all/hard 81ed 0 0 2 9 "));
    }

    private static Tar plain(String last) {
        return new Tar()
                .dockerfile("FROM busybox:latest", "COPY . /all/", "COPY code /code/", "COPY code/run.sh /run.sh", last)
                .folder("code")
                .file("code/run.sh", "#!/bin/sh", 0100755)
                .file("code/" + "long/".repeat(40) + "über.txt", "x".repeat(200_000));
    }

    private void buildDirectly(byte[] tar, Consumer<EngineMessage> messages) throws InterruptedException {
        engine.build(
                new BuildOrder("Dockerfile", Map.of(), null, List.of(), null, "bridge", true),
                new ByteArrayInputStream(tar),
                messages);
    }

    @Test
    void a_first_name_that_begins_as_a_compressed_file_does_is_a_name() throws InterruptedException {
        byte[] tar = new Tar()
                .file("BZh9.txt", "")
                .dockerfile("FROM busybox", "LABEL test=" + UUID.randomUUID())
                .bytes();

        assertThat(provide(source(tar, Map.of(), null, null), "a").id()).startsWith("sha256:");
    }

    @Test
    void a_hard_link_to_the_dockerfile_is_a_file_with_its_text() throws InterruptedException {
        byte[] tar = new Tar()
                .dockerfile("FROM busybox:latest", "COPY copy /", "RUN cat /copy # " + UUID.randomUUID())
                .hardLink("copy", "Dockerfile")
                .bytes();

        ProvidedImage unused = provide(source(tar, Map.of(), null, null), "a");

        assertThat(progress).contains("COPY copy /");
    }

    @Test
    void a_dockerfile_in_lower_case_is_built() throws InterruptedException {
        byte[] tar = new Tar()
                .file(
                        "dockerfile",
                        "FROM busybox:latest\nCOPY dockerfile /copy\nRUN cat /copy # " + UUID.randomUUID() + "\n")
                .bytes();

        ProvidedImage unused = provide(source(tar, Map.of(), null, null), "a");

        assertThat(progress).contains("COPY dockerfile /copy");
    }

    /** Two contexts that differ in nothing but what a link brings, and the step that takes it. */
    static Stream<Arguments> contextsThatDifferByALink() {
        return Stream.of(
                argumentSet(
                        "a hard link to another content",
                        "COPY link /x",
                        new Tar().file("t", "one").hardLink("link", "t"),
                        new Tar().file("t", "two").hardLink("link", "t")),
                argumentSet(
                        "a hard link to another content, in a folder",
                        "COPY d /d",
                        new Tar().file("t", "one").hardLink("d/x", "t"),
                        new Tar().file("t", "two").hardLink("d/x", "t")),
                argumentSet(
                        "a hard link to a hard link",
                        "COPY second /x",
                        new Tar().file("t", "one").hardLink("first", "t").hardLink("second", "first"),
                        new Tar().file("t", "two").hardLink("first", "t").hardLink("second", "first")),
                argumentSet(
                        "a hard link to a symbolic one",
                        "COPY d /d",
                        new Tar().symbolicLink("l", "one").hardLink("d/x", "l"),
                        new Tar().symbolicLink("l", "two").hardLink("d/x", "l")),
                argumentSet(
                        "a symbolic link that leads nowhere",
                        "COPY d /d",
                        new Tar().folder("d").symbolicLink("d/x", "/one"),
                        new Tar().folder("d").symbolicLink("d/x", "/two")),
                argumentSet(
                        "one in a folder that has no entry",
                        "COPY d /d",
                        new Tar().symbolicLink("d/x", "/one"),
                        new Tar().symbolicLink("d/x", "/two")),
                argumentSet(
                        "one in the folder of all",
                        "COPY . /d",
                        new Tar().symbolicLink("x", "/one"),
                        new Tar().symbolicLink("x", "/two")),
                argumentSet(
                        "one in the folder of all, where there is nothing else",
                        "COPY . /d",
                        new Tar().symbolicLink("x", "/one").file(".dockerignore", "Dockerfile\n.dockerignore"),
                        new Tar().symbolicLink("x", "/two").file(".dockerignore", "Dockerfile\n.dockerignore")),
                argumentSet(
                        "the same target in other words",
                        "COPY d /d",
                        new Tar().file("f", "").folder("d").symbolicLink("d/x", "../f"),
                        new Tar().file("f", "").folder("d").symbolicLink("d/x", "/f")),
                argumentSet(
                        "another name of the link",
                        "COPY d /d",
                        new Tar().file("f", "").folder("d").symbolicLink("d/x", "../f"),
                        new Tar().file("f", "").folder("d").symbolicLink("d/y", "../f")));
    }

    /** The engine's cache of steps does not look at where links lead: its layer would be that of the other context. */
    @ParameterizedTest
    @MethodSource("contextsThatDifferByALink")
    void a_layer_with_a_link_is_not_reused_for_another_link(String copy, Tar first, Tar second) throws Exception {
        String list =
                "RUN echo %s sees $(find / -xdev -type l -path '/d/*' -exec sh -c 'echo $0: $(readlink $0)' {} ';'; cat /x /d/x)"
                        .formatted(UUID.randomUUID());
        String[] lines = {"FROM busybox", "LABEL test=" + UUID.randomUUID(), copy, list + " 2> /dev/null; true"};

        ProvidedImage before = provide(source(first.dockerfile(lines).bytes(), Map.of(), null, null), "a");
        ProvidedImage after = provide(source(second.dockerfile(lines).bytes(), Map.of(), null, null), "b");

        assertThat(progress.stream().filter(line -> line.contains(" sees ") && !line.startsWith("Step")))
                .doesNotHaveDuplicates()
                .hasSize(2);
        assertThat(after).isNotEqualTo(before);
    }

    @Test
    void the_engines_build_cache_also_works_with_links() throws InterruptedException {
        String[] lines = {"FROM busybox", "LABEL test=" + UUID.randomUUID(), "COPY link d /x/", "RUN date +%N"};
        byte[] context = new Tar()
                .file("t", "one")
                .hardLink("link", "t")
                .folder("d")
                .symbolicLink("d/x", "/one")
                .dockerfile(lines)
                .bytes();

        ProvidedImage first = provide(source(context, Map.of(), null, null), "a");
        ProvidedImage second = provide(source(context, Map.of(), null, null), "b");

        assertThat(second).isEqualTo(first);
    }

    @Test
    void an_attribute_in_an_upload_does_not_replace_the_digest_of_its_links() throws Exception {
        String[] lines = {"FROM busybox", "LABEL test=" + UUID.randomUUID(), "COPY link /x", "RUN cat /x"};
        byte[] honest = new Tar()
                .file("t", "one")
                .hardLink("link", "t")
                .dockerfile(lines)
                .bytes();
        ProvidedImage first = provide(source(honest, Map.of(), null, null), "a");
        byte[] forged = new Tar()
                .file("t", "two")
                .hardLink(
                        "link",
                        "t",
                        0100644,
                        Map.of(RepackedContext.LINKS, attributesOf(honest).get("link")))
                .dockerfile(lines)
                .bytes();

        assertThat(provide(source(forged, Map.of(), null, null), "b")).isNotEqualTo(first);
    }

    /** The engine would tell the file by the mode that its own entry has. */
    @Test
    void a_hard_link_gives_the_file_no_other_mode() throws Exception {
        byte[] tar = new Tar()
                .file("t", "one", 0100644)
                .hardLink("link", "t", 0104755, Map.of())
                .dockerfile(
                        "FROM busybox",
                        "COPY t /x",
                        "RUN : %s; echo mode $(stat -c %%a /x)".formatted(UUID.randomUUID()))
                .bytes();

        ProvidedImage unused = provide(source(tar, Map.of(), null, null), "a");

        assertThat(progress).contains("mode 644");
    }

    /** As the engine gets them. */
    private Map<String, String> attributesOf(byte[] tar) throws Exception {
        ContextCheck.Facts facts =
                ContextCheck.of(digest -> new ByteArrayInputStream(tar), "sha256:digest", "Dockerfile");
        Map<String, String> attributes = new HashMap<>();
        try (TarArchiveInputStream written = new TarArchiveInputStream(
                new RepackedContext(new ByteArrayInputStream(tar), "Dockerfile", facts), "UTF-8")) {
            for (TarArchiveEntry entry = written.getNextEntry(); entry != null; entry = written.getNextEntry()) {
                attributes.put(entry.getName(), entry.getExtraPaxHeader(RepackedContext.LINKS));
            }
        }
        return attributes;
    }

    @Test
    void another_image_with_the_name_of_a_content_is_not_used_as_its_build() throws InterruptedException {
        ImageSource.Build source = dockerfile("FROM busybox:latest", "LABEL test=" + UUID.randomUUID());
        String foreign = engine.inspect("busybox:latest").orElseThrow().id();
        engine.tag(foreign, ContentTag.of(source, "a"));

        ProvidedImage image = images.provide(source, "a", progress::add);

        assertThat(image.id()).isNotEqualTo(foreign);
        assertThat(progress).noneMatch(line -> line.contains("already built"));

        // Nor once it is built.
        engine.tag(foreign, ContentTag.of(source, "a"));
        given.add(ContentTag.of(source, "a"));

        assertThat(images.provide(source, "a", progress::add)).isEqualTo(image);
    }

    @Test
    void an_image_that_was_built_but_not_recorded_or_recorded_and_removed_is_built_again() throws Exception {
        ImageSource.Build source = dockerfile("FROM busybox:latest", "LABEL test=" + UUID.randomUUID());
        ProvidedImage image = images.provide(source, "a", progress::add);
        progress.clear();

        // A process that died in between has left the image, but no word of it.
        assertThat(newImages(new Records(), Policy.load(null)).provide(source, "a", progress::add))
                .isEqualTo(image);
        assertThat(progress).noneMatch(line -> line.contains("already built"));
        progress.clear();

        remove(Set.of(ContentTag.of(source, "a")));
        assertThat(images.provide(source, "a", progress::add).id()).startsWith("sha256:");
        assertThat(progress).noneMatch(line -> line.contains("already built"));
    }

    @Test
    void a_name_that_a_build_gave_is_that_teams_image_in_every_spelling_and_nothing_to_other_teams() throws Exception {
        String name = aName();
        ProvidedImage ours = provide(named(name), "a");
        ProvidedImage theirs = provide(named(name), "b");
        ProvidedImage nobodys = provide(named(name), null);

        for (String spelling : List.of(name, name + ":latest", "docker.io/" + name, "index.docker.io/" + name)) {
            assertThat(provide(new ImageSource.Reference(spelling, ImageSource.Pull.MISSING), "a"))
                    .as(spelling)
                    .isEqualTo(ours);
            assertThat(provide(new ImageSource.Reference(spelling, ImageSource.Pull.NEVER), "b"))
                    .as(spelling)
                    .isEqualTo(theirs);
            assertThat(provide(new ImageSource.Reference(spelling, ImageSource.Pull.MISSING), null))
                    .as(spelling)
                    .isEqualTo(nobodys);
            assertThat(failure(new ImageSource.Reference(spelling, ImageSource.Pull.MISSING), "c"))
                    .as(spelling)
                    .hasMessageContaining("was removed from this host");
            assertThat(images.isPresent(spelling)).as(spelling).isFalse();
        }
        assertThat(Set.of(ours, theirs, nobodys)).hasSize(3);
        assertThat(engine.inspect(name)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"busybox:latest", "busybox", "library/busybox", "docker.io/library/busybox:latest"})
    void a_build_that_gives_a_name_of_the_engine_leaves_that_to_all_others(String name) throws InterruptedException {
        String before = engine.inspect("busybox:latest").orElseThrow().id();

        ProvidedImage ours = provide(named(name), "a");

        assertThat(engine.inspect("busybox:latest").orElseThrow().id()).isEqualTo(before);
        assertThat(provide(new ImageSource.Reference("busybox", ImageSource.Pull.MISSING), "a"))
                .isEqualTo(ours);
        assertThat(provide(new ImageSource.Reference(name, ImageSource.Pull.MISSING), "b")
                        .id())
                .isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Vision Lab",
                "a..b",
                "-",
                "über/uns:1",
                "a-team-with-a-name-that-is-about-as-long-as-a-request-may-have-it-which-is-a-hundred-characters-long"
            })
    void a_team_whose_name_could_be_no_part_of_an_images_has_names_too(String team) throws InterruptedException {
        String name = "localhost:5000/" + aName();
        ProvidedImage ours = provide(named(name), team);

        assertThat(provide(new ImageSource.Reference(name, ImageSource.Pull.MISSING), team))
                .isEqualTo(ours);
        assertThat(images.isPresent(name)).isFalse();
    }

    @Test
    void a_build_that_gives_a_name_again_moves_it() throws InterruptedException {
        String name = aName();
        ProvidedImage unused = provide(named(name), "a");
        ProvidedImage next = provide(named(name), "a");

        assertThat(provide(new ImageSource.Reference(name, ImageSource.Pull.MISSING), "a"))
                .isEqualTo(next);
    }

    @Test
    void neither_a_crash_after_the_tag_nor_a_tag_by_hand_moves_a_name() throws InterruptedException {
        String name = aName();
        ProvidedImage ours = provide(named(name), "a");
        recorded.away = true;

        assertThatThrownBy(() -> provide(named(name), "a")).isInstanceOf(IllegalStateException.class);

        recorded.away = false;
        assertThat(provide(new ImageSource.Reference(name, ImageSource.Pull.MISSING), "a"))
                .isEqualTo(ours);
        engine.tag("busybox:latest", "trainyard/team-a/" + name);
        given.add("trainyard/team-a/" + name);
        assertThat(provide(new ImageSource.Reference(name, ImageSource.Pull.MISSING), "a"))
                .isEqualTo(ours);
    }

    @Test
    void a_name_is_always_looked_up_in_its_registry_if_the_job_says_so() throws InterruptedException {
        String name = NOWHERE + aName();
        ProvidedImage unused = provide(named(name), "a");

        assertThat(failure(new ImageSource.Reference(name, ImageSource.Pull.ALWAYS)))
                .hasMessageContaining("connection refused");
    }

    @Test
    void a_name_whose_image_was_removed_does_not_come_to_mean_that_of_a_registry() throws Exception {
        String name = aName();
        ProvidedImage ours = provide(named(name), "a");
        remove(names(ours.id()).collect(Collectors.toSet()));
        engine.tag("busybox:latest", name);
        given.add(name);

        ImageFailure failure = failure(new ImageSource.Reference(name, ImageSource.Pull.MISSING));

        assertThat(failure.verdict()).isEqualTo(Cause.IMAGE_UNAVAILABLE);
        assertThat(failure).hasMessageContaining(name).hasMessageContaining("build it again");
    }

    @Test
    void an_image_is_named_by_its_name_alone() throws InterruptedException {
        String id = provide(named(aName()), "b").id();
        String hex = id.substring("sha256:".length());

        for (String spelling : List.of(id, hex, hex.toUpperCase(Locale.ROOT), "sha256:" + hex.substring(0, 12))) {
            assertThat(failure(new ImageSource.Reference(spelling, ImageSource.Pull.MISSING)))
                    .as(spelling)
                    .isNotNull();
            assertThat(failure(new ImageSource.Reference(spelling, ImageSource.Pull.NEVER)))
                    .as(spelling)
                    .isNotNull();
            assertThat(failure(dockerfile("FROM " + spelling))).as(spelling).isNotNull();
            assertThat(failure(dockerfile("FROM busybox", "COPY --from=" + spelling + " /bin /b")))
                    .as(spelling)
                    .isNotNull();
        }
        assertThat(failure(new ImageSource.Reference(id, ImageSource.Pull.MISSING))
                        .verdict())
                .isEqualTo(Cause.IMAGE_UNAVAILABLE);
        assertThatThrownBy(() -> images.isPresent(id)).hasMessageContaining("is the id of an image");
    }

    /** {@code cafe} is a proper name of an image, too. */
    @Test
    void an_image_found_by_a_prefix_of_its_id_does_not_have_that_name() throws InterruptedException {
        String id = provide(named(aName()), "b").id();
        String beginning = id.substring("sha256:".length(), "sha256:".length() + 12);
        String digested = "busybox@" + id;

        assertThat(images.isPresent(beginning)).isFalse();
        assertThat(images.isPresent(digested)).isFalse();
        assertThat(failure(new ImageSource.Reference(beginning, ImageSource.Pull.MISSING)))
                .hasMessageContaining("was removed from this host");

        // Once somebody gave an image that name, it is the name that counts.
        engine.tag("busybox:latest", beginning);
        given.add(beginning);

        assertThat(provide(new ImageSource.Reference(beginning, ImageSource.Pull.MISSING), "a")
                        .id())
                .isEqualTo(engine.inspect("busybox:latest").orElseThrow().id());
    }

    @Test
    void an_image_named_by_hand_is_available_to_all() throws InterruptedException {
        ProvidedImage ours = provide(named(aName()), "a");
        String shared = aName();
        engine.tag(ours.id(), shared);
        given.add(shared);

        assertThat(provide(new ImageSource.Reference(shared, ImageSource.Pull.MISSING), "b"))
                .isEqualTo(ours);
    }

    @Test
    void with_names_for_all_a_build_gives_the_engines_own() throws Exception {
        Path file = Files.writeString(workshop.outputs().resolve("policy.yml"), "builtNames: any");
        Images open = newImages(recorded, Policy.load(file));
        String name = aName();
        given.add(name);

        ProvidedImage image = open.provide(named(name), "a", progress::add);

        assertThat(engine.inspect(name).orElseThrow().id()).isEqualTo(image.id());
        assertThat(open.provide(new ImageSource.Reference(name, ImageSource.Pull.MISSING), "b", progress::add))
                .isEqualTo(image);
        ProvidedImage theirs = open.provide(named(name), "b", progress::add);
        assertThat(open.provide(new ImageSource.Reference(name, ImageSource.Pull.MISSING), "a", progress::add))
                .isEqualTo(theirs);
    }

    @Test
    void the_build_of_one_team_is_not_reused_for_another_team_with_the_same_source() throws InterruptedException {
        ImageSource.Build source = dockerfile("FROM busybox", "LABEL test=" + UUID.randomUUID());
        ProvidedImage unused = provide(source, "a");
        progress.clear();

        ProvidedImage theirs = provide(source, "b");

        assertThat(progress).noneMatch(line -> line.contains("already built"));
        assertThat(provide(source, "b")).isEqualTo(theirs);
        assertThat(progress).anyMatch(line -> line.contains("already built"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"trainyard/build:1", "docker.io/trainyard/build:1", "trainyard/digits"})
    void a_name_of_the_workers_own_is_refused_in_requests_that_were_accepted_before(String name) {
        ImageFailure asked = failure(new ImageSource.Reference(name, ImageSource.Pull.MISSING));
        ImageFailure given = failure(source(new Tar().dockerfile("FROM busybox").bytes(), Map.of(), null, name));

        assertThat(asked.verdict()).isEqualTo(Cause.IMAGE_UNAVAILABLE);
        assertThat(asked).hasMessageContaining(name).hasMessageContaining("reserved");
        assertThat(given).hasMessage(asked.getMessage());
    }

    @Test
    void a_tag_that_is_none_is_a_failed_build() {
        byte[] tar = new Tar().dockerfile("FROM busybox").bytes();

        ImageFailure failure = failure(source(tar, Map.of(), null, "Not A Tag"));

        assertThat(failure.verdict()).isEqualTo(Cause.IMAGE_BUILD_FAILED);
        assertThat(failure).hasMessageContaining("Not A Tag");
    }

    @Test
    void a_step_that_fails_is_named_with_its_last_words() {
        ImageFailure failure = failure(dockerfile("FROM busybox", "RUN echo about to fail; exit 3"));

        assertThat(failure.verdict()).isEqualTo(Cause.IMAGE_BUILD_FAILED);
        assertThat(failure)
                .hasMessage(
                        "the build failed at \"Step 2/2 : RUN echo about to fail; exit 3\": exit code 3; it said last: about to fail");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "FROM busybox;RUN echo 'Step 3/3 : COPY x y' %s;STOPSIGNAL \"no space left on device\"",
                "FROM busybox AS a;ONBUILD RUN echo 'Step 1/1 : COPY x y' %s;ONBUILD STOPSIGNAL \"no space left on device\""
                        + ";FROM a",
                "FROM busybox AS a;ONBUILD RUN echo 'Step 5/5 : COPY x y' %s;ONBUILD STOPSIGNAL \"no space left on device\""
                        + ";FROM a;COPY x y",
                "FROM busybox AS a;ONBUILD RUN echo 'Step 5/5 : FROM x' %s;ONBUILD STOPSIGNAL \"connection refused\""
                        + ";FROM a;FROM busybox",
            })
    void output_of_a_program_is_not_a_step_of_the_build(String lines) {
        ImageFailure failure =
                failure(dockerfile(lines.formatted(UUID.randomUUID()).split(";")));

        assertThat(failure.verdict()).isEqualTo(Cause.IMAGE_BUILD_FAILED);
        assertThat(failure).message().doesNotContain("base image").doesNotContain("the disk is full");
    }

    /** A step is one of the engine's if it is what the Dockerfile has there: so we have to read that as the engine does. */
    @Test
    void the_steps_of_the_engine_are_known_however_they_are_written() {
        ImageFailure failure = failure(dockerfile(
                "# escape=`",
                " ARG  A=1 `",
                "  B='x  y'",
                "from --platform=linux/amd64\t busybox  as\tbase",
                "label  a=\"b  c\"   d=\u65e5\u672c",
                "env X y z ",
                "onbuild  run   true",
                "CMD [ \"a\" , \"b\" ]",
                "FROM busybox",
                "COPY   --chown=\"0:0\"   --from=base   /bin/sh `",
                "# between",
                "",
                "    /sh",
                "WORKDIR\t/a",
                "run   echo 'a \u2003 b' `",
                "\t&&  exit  4  "));

        assertThat(failure)
                .hasMessageStartingWith(
                        "the build failed at \"Step 10/10 : run echo 'a \u2003 b' && exit 4\": exit code 4");
    }

    @Test
    void the_detail_of_a_failed_build_is_a_short_paragraph_that_says_where_all_of_it_is() {
        ImageFailure failure = failure(dockerfile(
                "FROM busybox", "RUN echo first; for i in $(seq 200); do echo line $i of a long output; done; exit 3"));

        JobId job = JobId.parse("0199f3a2-7b3c-7000-8000-00000000000a");
        assertThat(failure.detail(job))
                .doesNotContain("\n", "line 197 ")
                .contains("exit code 3", "line 198 of a long output | line 199 of a long output | line 200 of a")
                .endsWith(". The complete output: trainyard logs " + job)
                .hasSizeLessThan(500);
    }

    @Test
    void a_build_does_not_have_the_engine_fetch_addresses_unless_the_policy_says_so() throws Exception {
        ImageSource.Build source = dockerfile("FROM busybox", "ENV ADDRESS=http://" + NOWHERE, "ADD $ADDRESS /x");

        ImageFailure refused = failure(source);

        assertThat(refused.verdict()).isEqualTo(Cause.POLICY_DENIED);
        assertThat(refused)
                .hasMessageContaining("ADD $ADDRESS /x")
                .hasMessageContaining("RUN with curl or wget")
                .hasMessageContaining("addUrls: true");
        assertThat(progress).isEmpty();
        Path file = Files.writeString(workshop.outputs().resolve("policy.yml"), "addUrls: true");
        assertThat(catchThrowableOfType(
                        ImageFailure.class,
                        () -> newImages(recorded, Policy.load(file)).provide(source, "a", progress::add)))
                .hasMessageContaining("connection refused");
    }

    /** Each was fetched once: the engine trims what it reads in its own way. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "ADD \u2003http://" + NOWHERE + " /x",
                "ADD --chown=0 \u00a0http://" + NOWHERE + " /x",
                "ADD Dockerfile \uFEFFhttp://" + NOWHERE + " /x/",
                "ADD [\"\\ufeffhttp://" + NOWHERE + "\",\"/x\"]",
                "ADD \u2028[\"\\u0068ttp://" + NOWHERE + "\",\"/x/\"]",
                "ADD [\"http://" + NOWHERE + "\",\"/x/\"] /y"
            })
    void nor_by_what_the_engine_leaves_out(String add) {
        ImageFailure refused = failure(dockerfile("FROM busybox", add));

        assertThat(refused.verdict()).isIn(Cause.POLICY_DENIED, Cause.IMAGE_BUILD_FAILED);
        assertThat(refused).message().doesNotContain("connection refused");
        assertThat(progress).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ADD . $HOME/", "ADD [\"Dockerfile\", \"$HOME/\"]", "ADD [D]*file $HOME", "ADD \u00e9 /"})
    void a_word_that_is_certainly_a_path_is_allowed_in_add(String add) throws InterruptedException {
        ImageSource.Build source = source(
                new Tar()
                        .dockerfile("FROM busybox", "ENV HOME=/home", add)
                        .file("\u00e9", UUID.randomUUID().toString())
                        .bytes(),
                Map.of(),
                null,
                null);

        assertThat(provide(source, "a").id()).startsWith("sha256:");
    }

    @Test
    void the_steps_of_a_build_work_in_the_network_that_the_policy_names() throws Exception {
        Path none = Files.writeString(workshop.outputs().resolve("policy.yml"), "buildNetwork: none");

        images.provide(stepThatListsItsNetworks(), "a", progress::add);
        newImages(recorded, Policy.load(none)).provide(stepThatListsItsNetworks(), "a", progress::add);

        assertThat(progress.stream().filter(line -> line.startsWith("sees ")))
                .containsExactly("sees eth0 lo", "sees lo");
    }

    /** As clouds have one, which gives machines their credentials. */
    @Test
    void a_build_reaches_no_link_local_address_unless_the_policy_says_so() throws Exception {
        Path bridge = Files.writeString(workshop.outputs().resolve("policy.yml"), "buildNetwork: bridge");
        try (LinkLocalService service = LinkLocalService.start()) {
            images.provide(stepThatAsks(service), "a", progress::add);
            HostCommand.run("iptables", "-t", "raw", "-F", "TRAINYARD-BUILDS");
            HostCommand.run(
                    "iptables",
                    "-t",
                    "raw",
                    "-D",
                    "PREROUTING",
                    "-i",
                    "trainyard-build",
                    "-d",
                    "169.254.0.0/16",
                    "-j",
                    "TRAINYARD-BUILDS");
            images.provide(stepThatAsks(service), "a", progress::add);
            newImages(recorded, Policy.load(bridge)).provide(stepThatAsks(service), "a", progress::add);
        }

        assertThat(progress.stream().filter(line -> line.startsWith("got ")))
                .containsExactly("got .", "got .", "got credentials.");
    }

    private ImageSource.Build stepThatAsks(LinkLocalService service) {
        String ask = "printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 2 %s %d | tail -n 1"
                .formatted(service.host(), service.port());
        return dockerfile("FROM busybox", "RUN : %s; echo got $(%s).".formatted(UUID.randomUUID(), ask));
    }

    @Test
    void a_host_that_cannot_keep_builds_from_link_local_addresses_refuses_them_and_says_so_when_it_starts() {
        Images unguarded = new Images(workshop.engine(), this::open, recorded, Policy.load(null), () -> {
            throw new GuardedNetwork.Unguarded("this host has the address 169.254.1.1 (eth0)");
        });

        ImageFailure refused = catchThrowableOfType(
                ImageFailure.class,
                () -> unguarded.provide(dockerfile("FROM busybox", "RUN true"), "a", progress::add));

        assertThat(refused.verdict()).isEqualTo(Cause.POLICY_DENIED);
        assertThat(refused)
                .hasMessageContaining("this host has the address 169.254.1.1 (eth0)")
                .hasMessageContaining("the line buildNetwork: bridge");
        assertThat(unguarded.noticeOfNetwork())
                .hasValueSatisfying(said -> assertThat(said)
                        .startsWith("no image is built on this host: ")
                        .endsWith(String.valueOf(refused.getMessage())));
        assertThat(images.noticeOfNetwork()).isEmpty();
    }

    /** One of its own each time: the engine's cache of steps knows no networks. */
    private ImageSource.Build stepThatListsItsNetworks() {
        return dockerfile("FROM busybox", "RUN : " + UUID.randomUUID() + "; echo sees $(ls /sys/class/net)");
    }

    /** Nothing ends such a step but a restart of the engine. */
    @Test
    void values_that_would_take_the_engine_hours_are_refused_before_the_build_also_those_of_the_base_image()
            throws Exception {
        String base = aName();
        ProvidedImage image =
                images.provide(dockerfile("FROM busybox", "ENV A=" + "a".repeat(30_000)), "a", progress::add);
        engine.tag(image.id(), base);
        given.add(base);

        assertThat(failure(dockerfile("FROM " + base, "ENV B=$A$A$A", "RUN true")))
                .hasMessageContaining("line 2 of the Dockerfile (ENV)");
        // Fourteen lines more would take minutes.
        assertThat(failure(dockerfile(
                        "FROM busybox", "ENV A=" + "a".repeat(16), ("ENV A=$A$A\n").repeat(13) + "RUN true")))
                .extracting(ImageFailure::verdict)
                .isEqualTo(Cause.IMAGE_BUILD_FAILED);
    }

    @Test
    void nor_does_what_a_base_image_adds_to_the_build() throws Exception {
        String base = aName();
        Path file = Files.writeString(workshop.outputs().resolve("policy.yml"), "addUrls: true");
        ImageSource.Build trigger = dockerfile("FROM busybox", "ONBUILD ADD http://127.0.0.1:1/ /x");
        ProvidedImage image = newImages(recorded, Policy.load(file)).provide(trigger, "a", progress::add);
        engine.tag(image.id(), base);
        given.add(base);

        ImageFailure refused = failure(dockerfile("ARG BASE=" + base, "FROM $BASE", "RUN true"));

        assertThat(refused.verdict()).isEqualTo(Cause.POLICY_DENIED);
        assertThat(refused).hasMessageContaining("ADD http://127.0.0.1:1/ /x, of ONBUILD of");
    }

    /** Some engines would pull another image under that name, whose ONBUILD nobody has looked at. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "FROM --platform=linux/arm64 NAME",
                "FROM --platform=arm64 NAME",
                "ARG P=linux/arm64\nFROM --platform=$P NAME",
                "FROM --platform=linux/amd64/v3 NAME",
                "FROM --platform=linux NAME",
                "FROM busybox\nFROM --platform=windows/amd64 NAME",
            })
    void a_build_begins_with_no_image_of_another_platform_than_the_one_that_was_judged(String text) {
        String name = NOWHERE + aName();
        engine.tag("busybox:latest", name);
        given.add(name);

        ImageFailure refused = failure(dockerfile(text.replace("NAME", name).split("\n")));

        assertThat(progress).isEmpty();
        assertThat(refused.verdict()).isEqualTo(Cause.IMAGE_BUILD_FAILED);
        assertThat(refused)
                .hasMessageContaining(name)
                .hasMessageContaining("is for linux/" + engine.platform().architecture())
                .hasMessageContaining("--platform");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "FROM --platform=ITS NAME",
                "ARG BUILDPLATFORM\nFROM --platform=$BUILDPLATFORM NAME",
                "ARG P\nFROM --platform=${P:-ITS} NAME AS a\nFROM --platform=linux/s390x a",
                "FROM --platform=linux/s390x scratch\nFROM NAME",
            })
    void a_platform_that_the_image_is_for_may_be_named(String text) throws InterruptedException {
        String name = NOWHERE + aName();
        engine.tag("busybox:latest", name);
        given.add(name);
        String platform = engine.platform().name();

        ProvidedImage image = provide(
                dockerfile(text.replace("ITS", platform).replace("NAME", name).split("\n")), "a");

        assertThat(image.id()).startsWith("sha256:");
    }

    @Test
    void a_build_begins_with_no_image_that_a_build_named() throws Exception {
        String name = NOWHERE + aName();
        ProvidedImage unused = provide(named(name), "a");

        for (String[] lines :
                new String[][] {{"FROM " + name}, {"FROM busybox", "COPY --from=" + name + ":latest /bin /b"}}) {
            // Its own team is told; to others the name is what its registry says.
            assertThat(failure(dockerfile(lines), "a").verdict()).isEqualTo(Cause.IMAGE_BUILD_FAILED);
            assertThat(failure(dockerfile(lines), "a")).hasMessageContaining("builtNames: any");
            assertThat(failure(dockerfile(lines), "b").verdict()).isEqualTo(Cause.IMAGE_PULL_FAILED);
        }
        ImageFailure reserved = failure(dockerfile("FROM trainyard/build:0123"));
        assertThat(reserved).hasMessageContaining("reserved");
        assertThat(Remedy.added(reserved.getMessage(), reserved.verdict())).doesNotContain("login");
    }

    /** NAME is one that a build gave. What the engine would read as a use of it is one here, too, or is not built at all. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "FROM busybox AS NAME\nCOPY --from=NAME /bin/true /own",
                "FROM busybox\nCOPY --fr\"om\"=NAME /bin/true /own",
                "FROM busybox\nCOPY --from=\"NAME\" /bin/true /own",
                "FROM busybox\nCOPY --from=\\NAME /bin/true /own",
                "FROM busybox\nCOPY --chown=0\u00e0--from=NAME /bin/true /own",
                "FROM busybox\n\u00a0COPY --from=NAME /bin/true /own",
                "FROM busybox\nRUN true \\\f\nCOPY --from=NAME /bin/true /own",
                "FROM busybox\nRUN true \\\u00a0\nCOPY --from=NAME /bin/true /own",
                "FROM busybox\nRUN true \\\\\nCOPY --from=NAME /bin/true /own",
                "\ufeffFROM busybox\nCOPY --from=NAME /bin/true /own",
                "\ufeff# escape=`\nFROM busybox\nRUN true \\\nCOPY --from=NAME /bin/true /own",
                "FROM busybox\nONBUILD COPY --from=NAME /bin/true /own",
                "FROM busybox AS a\nONBUILD \ufeffCOPY --from=NAME /bin/true /own\nFROM a",
                "FROM busybox AS a\nONBU\u0130LD COPY --from=NAME /bin/true /own\nFROM a",
                "ARG B=NAME\nFROM ${A:-${B}}",
                "ARG B='NAME'\nFROM $B",
                "ARG A=1 B=NAME\nFROM $B",
                "ARG A=\"1 2\" B=NAME\nFROM ${B:?must be given}",
                "FROM $http_proxy",
            })
    void no_way_of_writing_takes_an_image_that_a_build_named_into_a_build(String text) throws Exception {
        String name = "trainyard-test-" + UUID.randomUUID();
        ProvidedImage unused = provide(named(name), "a");
        progress.clear();
        byte[] tar = new Tar().file("Dockerfile", text.replace("NAME", name)).bytes();

        ImageFailure refused = failure(source(tar, Map.of("http_proxy", name), null, null));

        assertThat(refused)
                .hasMessageMatching(
                        "the Dockerfile .*|the build failed: (line|dockerfile parse error) .*|.*http_proxy.*");
        assertThat(progress).isEmpty();
    }

    @Test
    void a_base_image_adds_no_image_that_a_build_named_to_a_build() throws Exception {
        String name = "trainyard-test-" + UUID.randomUUID();
        String base = aName();
        ProvidedImage unused = provide(named(name), "a");
        ProvidedImage trigger =
                provide(dockerfile("FROM busybox", "ONBUILD COPY --from=" + name + " /bin/true /own"), "b");
        engine.tag(trigger.id(), base);
        given.add(base);

        ImageFailure refused = failure(dockerfile("FROM " + base), "a");

        assertThat(refused.verdict()).isEqualTo(Cause.IMAGE_BUILD_FAILED);
        assertThat(refused).hasMessageContaining(name);
    }

    /** The engine gives them to each RUN, and tells layers by them only where an ARG of the stage declares them. */
    @Test
    void a_layer_downloaded_through_a_proxy_is_not_reused_without_it() throws Exception {
        String unique = UUID.randomUUID().toString();
        String[] undeclared = {"FROM busybox", "ARG X=1", "RUN echo %s got ${http_proxy:-none}.".formatted(unique)};
        String[] declared = {
            "FROM busybox", "ARG X=1 http_proxy", "RUN echo %s got ${http_proxy:-none}.".formatted(unique)
        };
        Map<String, String> proxy = Map.of("http_proxy", "127.0.0.1:1");

        ImageFailure refused = failure(source(new Tar().dockerfile(undeclared).bytes(), proxy, null, null));
        ProvidedImage through =
                images.provide(source(new Tar().dockerfile(declared).bytes(), proxy, null, null), "a", progress::add);
        ProvidedImage without = images.provide(dockerfile(declared), "b", progress::add);

        assertThat(refused.verdict()).isEqualTo(Cause.IMAGE_BUILD_FAILED);
        assertThat(refused)
                .hasMessageContaining("http_proxy")
                .hasMessageContaining("line 3")
                .hasMessageContaining("ARG http_proxy");
        assertThat(progress).contains(unique + " got 127.0.0.1:1.", unique + " got none.");
        assertThat(through).isNotEqualTo(without);
    }

    @Test
    void a_base_image_that_cannot_be_pulled_is_a_pull_that_failed() {
        ImageFailure failure = failure(dockerfile("from " + NOWHERE + "base:1", "RUN true"));

        assertThat(failure.verdict()).isEqualTo(Cause.IMAGE_PULL_FAILED);
        assertThat(failure).hasMessageContaining("base image").hasMessageContaining(NOWHERE + "base:1");
    }

    @Test
    void features_that_only_buildkit_has_get_a_hint() {
        ImageFailure mount = failure(dockerfile("FROM busybox", "RUN --mount=type=cache,target=/c true"));
        ImageFailure document = failure(dockerfile("FROM busybox", "RUN <<EOF", "echo hi", "EOF"));

        assertThat(mount.verdict()).isEqualTo(Cause.IMAGE_BUILD_FAILED);
        assertThat(mount).hasMessageContaining("BuildKit");
        assertThat(document.verdict()).isEqualTo(Cause.IMAGE_BUILD_FAILED);
        assertThat(document).hasMessageContaining("line 2").hasMessageContaining("here-document");
    }

    /** Engines before 23.0 cannot read the stage that they are not to build. */
    @Test
    void a_here_document_after_the_stage_that_is_built_is_the_engines_matter() {
        byte[] tar = new Tar()
                .dockerfile("FROM busybox AS built", "RUN true", "FROM busybox", "RUN <<EOF", "echo hi", "EOF")
                .bytes();

        @Nullable ImageFailure failure = failure(source(tar, Map.of(), "built", null));

        assertThat(failure == null ? "here-documents" : failure.getMessage())
                .contains("here-documents")
                .doesNotContain("cannot be built");
    }

    /** Of a disk that is, FullDiskTest tells. */
    @Test
    void a_program_that_says_that_no_space_is_left_while_the_engines_disk_has_room_is_a_failed_build() {
        ImageFailure failure = failure(dockerfile("FROM busybox", "RUN dd if=/dev/zero of=/dev/full bs=1 count=1"));

        assertThat(failure.verdict()).isEqualTo(Cause.IMAGE_BUILD_FAILED);
        assertThat(failure).hasMessageContaining("No space left").hasMessageContaining("engine's disk had room");
    }

    /** What the builder does not understand is no outage: nothing is tried again. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "ARG BASE\nFROM ${BASE}",
                "ARG BASE\nFROM ${BASE}:1",
                "FROM Not_A::Name",
                "FROM",
                "FROM busybox\nFOO bar",
                "FROM busybox\nUSER",
                "FROM busybox\nCOPY nothere /x",
                "FROM busybox\nCOPY \"no space left on device\" /x",
                "FROM busybox\nSTOPSIGNAL no space left on device",
                "FROM busybox\nARG X=device\nSTOPSIGNAL no space left on ${X}",
                "FROM busybox\nCOPY --chown=\"no space left on device\" /x /x",
                "FROM busybox\nCOPY --from=Not:A:Name /x /x",
                "FROM busybox\nARG X=\"no space left on device\"\nCOPY --chown=$X Dockerfile /a",
                "FROM busybox\nENV X=\"no space left on device\"\nCOPY --chown=$X Dockerfile /a",
                "FROM busybox AS a\nONBUILD COPY [\"connection refused\", \"/x\"]\nFROM a",
                "FROM busybox AS a\nONBUILD COPY --chown=\"no space left on device\" Dockerfile /x\nFROM a",
                "FROM busybox AS a\nONBUILD WORKDIR /etc/passwd/manifest\\ unknown\nFROM a",
                "FROM busybox AS a\nFROM busybox\nCOPY --from=a /x /x",
                "FROM busybox\nUSER nosuch\nRUN true",
                "FROM busybox\nRUN echo no space left on device --from=x: connection refused; exit 3",
                "FROM busybox\nRUN echo 'Step 9/9 : FROM 127.0.0.1:1/base'; exit 3",
                "FROM busybox\nRUN echo : FROM x; exit 3",
                "# nothing",
                "FROM busybox\nRUN \"unfinished",
            })
    void a_dockerfile_that_is_wrong_is_a_failed_build_at_once(String text) {
        ImageFailure failure = failure(dockerfile(text.split("\n")));

        assertThat(failure).hasMessageMatching("(?s)the (build failed|Dockerfile cannot be built).*");
        assertThat(failure.verdict()).isEqualTo(Cause.IMAGE_BUILD_FAILED);
        assertThat(progress).noneMatch(line -> line.contains("trying again"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ARG X=1",
                "ARG X=1\nARG Y=2\n# no more",
                "# nothing",
                "",
                "FROM NOWHEREx:1\nRUNN x",
                "FROM busybox AS b-$TARGETARCH\nFROM NOWHEREb-amd64\nCMD echo ok",
                "RUN true\nFROM NOWHEREx:1",
                "FROM NOWHEREx:1\nCOPY a",
                "FROM NOWHEREx:1 AS 1\nRUN true",
                "FROM NOWHEREx:1 AS b\nCOPY --from=b /x /y",
                "FROM busybox AS a\nCOPY --from=b /x /y\nFROM NOWHEREx:1 AS b",
            })
    void a_dockerfile_that_no_engine_builds_is_told_so_before_any_image_is_fetched(String text) {
        ImageFailure failure =
                failure(dockerfile(text.replace("NOWHERE", NOWHERE).split("\n")));

        assertThat(failure).hasMessageMatching("(?s)the (build failed|Dockerfile cannot be built).*");
        assertThat(failure.verdict()).as(failure.getMessage()).isEqualTo(Cause.IMAGE_BUILD_FAILED);
        assertThat(progress).isEmpty();
    }

    @Test
    void a_stage_that_is_not_there_is_told_before_any_image_is_fetched() {
        ImageFailure failure = failure(
                source(new Tar().dockerfile("FROM " + NOWHERE + "x:1 AS train").bytes(), Map.of(), "trian", null));

        assertThat(failure.verdict()).isEqualTo(Cause.IMAGE_BUILD_FAILED);
        assertThat(failure).hasMessageContaining("no stage trian").hasMessageContaining("train");
    }

    @Test
    void for_a_base_image_without_a_name_the_message_has_the_remedy() {
        assertThat(failure(dockerfile("ARG BASE", "FROM ${BASE}")))
                .hasMessageContaining("should not be blank")
                .hasMessageContaining("args in a compose file")
                .message()
                .doesNotContain("--build-arg");
    }

    @Test
    void the_platform_is_filled_in_where_the_dockerfile_declares_it() throws InterruptedException {
        String architecture = engine.platform().architecture();
        ImageSource.Build source = source(
                new Tar()
                        .dockerfile(
                                "ARG BUILDPLATFORM",
                                "FROM --platform=$BUILDPLATFORM busybox",
                                "ARG TARGETARCH",
                                "ARG TARGETOS=plan9",
                                "ARG TARGETVARIANT",
                                "ARG TARGETPLATFORM",
                                "RUN echo got $TARGETARCH, $TARGETOS, $TARGETVARIANT, $TARGETPLATFORM, $BUILDARCH.")
                        .file("unique", UUID.randomUUID().toString())
                        .bytes(),
                Map.of("TARGETPLATFORM", "mine"),
                null,
                null);

        images.provide(source, "a", progress::add);

        String variant = engine.platform().variant();
        assertThat(progress)
                .contains("got %s, plan9, %s, mine, .".formatted(architecture, variant))
                .anyMatch(line -> line.startsWith("filled in as BuildKit does: ")
                        && line.contains("TARGETARCH=" + architecture)
                        && !line.contains("TARGETOS"))
                .noneMatch(line -> line.contains("not consumed"));
    }

    @ParameterizedTest
    @CsvSource({"last, last", ", default"})
    void the_stage_that_is_built_is_filled_in_too(@Nullable String target, String name) throws InterruptedException {
        ImageSource.Build source = source(
                new Tar()
                        .dockerfile("FROM busybox AS last", "ARG TARGETSTAGE", "RUN echo stage $TARGETSTAGE.")
                        .file("unique", UUID.randomUUID().toString())
                        .bytes(),
                Map.of(),
                target,
                null);

        images.provide(source, "a", progress::add);

        assertThat(progress).contains("stage " + name + ".");
    }

    @Test
    void a_platform_that_one_stage_declares_with_a_value_is_filled_in_for_another_where_that_is_the_same()
            throws InterruptedException {
        String architecture = engine.platform().architecture();
        ImageSource.Build source = source(
                new Tar()
                        .dockerfile(
                                "FROM busybox AS first",
                                "ARG TARGETARCH=\"%s\"".formatted(architecture),
                                "ARG TARGETOS=plan9",
                                "RUN echo first has $TARGETARCH, $TARGETOS.",
                                "FROM first",
                                "ARG TARGETARCH",
                                "ARG TARGETOS",
                                "RUN echo second has $TARGETARCH, $TARGETOS.")
                        .file("unique", UUID.randomUUID().toString())
                        .bytes(),
                Map.of(),
                null,
                null);

        images.provide(source, "a", progress::add);

        assertThat(progress)
                .contains("first has %s, plan9.".formatted(architecture), "second has %s, .".formatted(architecture))
                .anyMatch(line -> line.startsWith("TARGETOS is not filled in: one stage declares it without a value"))
                .noneMatch(line -> line.startsWith("TARGETARCH is not"));
    }

    @Test
    void a_platform_that_only_buildkit_knows_where_nothing_declares_it_is_told() {
        ImageFailure failure = failure(dockerfile("FROM --platform=$BUILDPLATFORM busybox", "RUN true"));

        assertThat(failure.verdict()).isEqualTo(Cause.IMAGE_BUILD_FAILED);
        assertThat(failure).hasMessageContaining("ARG BUILDPLATFORM before the first FROM");
    }

    @Test
    void a_context_that_is_not_in_the_store_is_a_missing_source() {
        ImageFailure failure = failure(new ImageSource.Build("sha256:0", "Dockerfile", Map.of(), null, null));

        assertThat(failure.verdict()).isEqualTo(Cause.SOURCE_MISSING);
        assertThat(failure).hasMessageContaining("sha256:0").hasMessageContaining("not in the store");
    }

    @Test
    void a_store_that_fails_while_the_engine_reads_is_a_missing_source() {
        byte[] tar = new Tar()
                .dockerfile("FROM busybox")
                .file("data", "x".repeat(1_000_000))
                .bytes();
        ImageSource.Build source = source(tar, Map.of(), null, null);
        secondReading = new SequenceInputStream(new ByteArrayInputStream(tar, 0, 500_000), new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("the store has failed");
            }
        });

        ImageFailure failure = failure(source);

        assertThat(failure.verdict()).isEqualTo(Cause.SOURCE_MISSING);
        assertThat(failure).hasMessageContaining("the store has failed");
    }

    @Test
    void values_of_a_builds_arguments_stand_in_no_reason_of_its_failure() {
        String value = "s3cr3t" + "x".repeat(500);
        Map<String, String> arguments = Map.of("TOKEN", value);

        ImageFailure copied = failure(source(
                new Tar()
                        .dockerfile("FROM busybox", "ARG TOKEN", "COPY cfg-$TOKEN /a")
                        .bytes(),
                arguments,
                null,
                null));
        ImageFailure ran = failure(source(
                new Tar()
                        .dockerfile("FROM busybox", "ARG TOKEN", "RUN echo token=$TOKEN; exit 3")
                        .bytes(),
                arguments,
                null,
                null));

        assertThat(copied).hasMessageContaining("cfg-***").message().doesNotContain("s3cr3t");
        assertThat(ran).hasMessageContaining("token=***").message().doesNotContain("s3cr3t");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            USER $TOKEN;RUN true                    | S3cr3tVALUE:grp
            COPY --chown=$TOKEN Dockerfile /x       | S3cr3tVALUE:x
            EXPOSE $TOKEN                           | S3cr3tVALUE/tcp
            EXPOSE $TOKEN                           | S3cr3tVALUE-8000
            EXPOSE $TOKEN                           | 80/S3cr3tVALUE
            COPY $TOKEN /x                          | ./S3cr3tVALUE
            COPY $TOKEN /x                          | /S3cr3tVALUE/
            COPY $TOKEN /x                          | S3cr3tVALUE//b
            COPY cfg$TOKEN /x                       | S3cr3tVALUE//b
            COPY $TOKEN /x                          | a/b//S3cr3tVALUE
            STOPSIGNAL $TOKEN                       | S3cr3tVALUE
            COPY ["$TOKEN","/x"]                    | S3cr3t"VALUE
            RUN echo "${TOKEN%%:*}" && exit 3       | S3cr3tVALUE:x
            """)
    void nor_do_parts_that_the_engine_makes_of_them(String lines, String value) {
        String text = "FROM busybox;ARG TOKEN;" + lines;
        ImageFailure failure =
                failure(source(new Tar().dockerfile(text.split(";")).bytes(), Map.of("TOKEN", value), null, null));

        assertThat(failure.verdict()).isEqualTo(Cause.IMAGE_BUILD_FAILED);
        assertThat(failure).message().doesNotContainIgnoringCase("s3cr3t").doesNotContain("VALUE");
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1:1/s3cr3tvalue:tag", "127.0.0.1:1/s3cr3tvalue"})
    void nor_in_what_other_jobs_are_told_of_the_registry_of_a_base_image(String value) {
        ImageFailure own = failure(
                source(new Tar().dockerfile("ARG BASE", "FROM $BASE").bytes(), Map.of("BASE", value), null, null));
        ImageFailure other = failure(dockerfile("FROM " + NOWHERE + "another:1"));

        assertThat(own).hasMessageContaining("the base image cannot be pulled");
        assertThat(own).message().doesNotContain("s3cr3t");
        assertThat(other)
                .hasMessageContaining("registry 127.0.0.1:1 does not give its images")
                .hasMessageContaining("connection refused")
                .message()
                .doesNotContain("s3cr3t");
    }

    private ImageSource.Build named(String name) {
        return source(
                new Tar()
                        .dockerfile("FROM busybox", "LABEL test=" + UUID.randomUUID())
                        .bytes(),
                Map.of(),
                null,
                name);
    }

    private static String aName() {
        return "trainyard-test/" + UUID.randomUUID();
    }

    private ProvidedImage provide(ImageSource source, @Nullable String team) throws InterruptedException {
        return images.provide(source, team, progress::add);
    }

    private ImageFailure failure(ImageSource source) {
        return failure(source, "a");
    }

    private ImageFailure failure(ImageSource source, @Nullable String team) {
        return catchThrowableOfType(ImageFailure.class, () -> images.provide(source, team, progress::add));
    }

    /** The names that Trainyard gave an image. */
    private Stream<String> names(String id) {
        return engine.inspect(id).stream()
                .flatMap(there -> there.repoTags().stream())
                .filter(tag -> tag.startsWith("trainyard/"));
    }

    /** Removes names of images, and each image with its last name. Workers never do, so the engine's interface cannot. */
    private static void remove(Set<String> names) throws IOException {
        if (!names.isEmpty()) {
            Process docker = new ProcessBuilder(Stream.concat(Stream.of("docker", "image", "rm"), names.stream())
                            .toList())
                    .redirectErrorStream(true)
                    .start();
            // One that is gone already is no failure.
            docker.getInputStream().transferTo(OutputStream.nullOutputStream());
            docker.onExit().join();
        }
    }

    private ImageSource.Build dockerfile(String... lines) {
        return source(new Tar().dockerfile(lines).bytes(), Map.of(), null, null);
    }

    private ImageSource.Build source(
            byte[] tar, Map<String, String> args, @Nullable String target, @Nullable String tag) {
        String digest = Tar.digest(tar);
        store.put(digest, tar);
        return new ImageSource.Build(digest, "Dockerfile", args, target, tag);
    }

    private InputStream open(String digest) throws IOException {
        byte[] content = store.get(digest);
        if (content == null) {
            throw new NoSuchFileException(digest);
        }
        boolean first = opened.add(digest);
        return first || secondReading == null ? new ByteArrayInputStream(content) : secondReading;
    }

    /** As the database keeps them. */
    static final class Records implements BuiltImages {

        private final Map<String, String> ids = new HashMap<>();
        private final Map<List<String>, String> named = new HashMap<>();
        private boolean away;

        @Override
        public Optional<String> idOf(String content) {
            return Optional.ofNullable(ids.get(content));
        }

        @Override
        public void record(String content, String imageId) {
            ids.put(content, imageId);
        }

        @Override
        public Optional<String> named(String name, String team) {
            return Optional.ofNullable(named.get(List.of(team, name)));
        }

        @Override
        public void name(String name, String team, String imageId) {
            if (away) {
                throw new IllegalStateException("the database is away");
            }
            named.put(List.of(team, name), imageId);
        }
    }
}
