package dev.trainyard.db;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BuiltImageStoreTest {

    private static final String NAME = "docker.io/library/x:1";

    private final Yard yard = new Yard();

    @AfterEach
    void close() {
        yard.close();
    }

    @Test
    void a_worker_remembers_the_last_image_that_it_built() {
        BuiltImageStore mine = store("gpu-1");
        BuiltImageStore others = store("gpu-2");

        mine.record("trainyard/build:1", "sha256:a");
        mine.record("trainyard/build:1", "sha256:b");

        assertThat(mine.idOf("trainyard/build:1")).contains("sha256:b");
        assertThat(mine.idOf("trainyard/build:2")).isEmpty();
        assertThat(others.idOf("trainyard/build:1")).isEmpty();
    }

    @Test
    void a_name_means_the_last_image_that_a_build_of_the_team_gave_it_on_the_engine() {
        BuiltImageStore one = store("gpu-1");
        BuiltImageStore sameEngine = store("gpu-2");
        BuiltImageStore otherEngine = new BuiltImageStore(
                yard.database, yard.register(AWorker.named("gpu-3").gpus(1)).worker(), "engine-2");

        one.name(NAME, "a", "sha256:1");
        sameEngine.name(NAME, "a", "sha256:2");
        one.name(NAME, "b", "sha256:3");
        one.name(NAME, "", "sha256:4");

        assertThat(one.named(NAME, "a")).contains("sha256:2");
        assertThat(sameEngine.named(NAME, "b")).contains("sha256:3");
        assertThat(one.named(NAME, "")).contains("sha256:4");
        assertThat(one.named(NAME, "c")).isEmpty();
        assertThat(otherEngine.named(NAME, "a")).isEmpty();
    }

    @Test
    void of_two_builds_that_give_a_name_at_once_one_is_the_last() throws Exception {
        BuiltImageStore one = store("gpu-1");
        BuiltImageStore other = store("gpu-2");

        Future<?> theirs = yard.async(() -> {
            other.name(NAME, "a", "sha256:2");
            return true;
        });
        one.name(NAME, "a", "sha256:1");
        theirs.get();

        assertThat(one.named(NAME, "a").orElseThrow()).isIn("sha256:1", "sha256:2");
    }

    @Test
    void readers_see_which_names_builds_gave_on_which_host() {
        store("gpu-1").name(NAME, "", "sha256:1");
        store("gpu-1b").name(NAME, "vision", "sha256:2");

        assertThat(
                        yard.texts(
                                "select worker || ' ' || coalesce(team, '-') || ' ' || name || ' ' || image_id from history.built_names"))
                .containsExactlyInAnyOrder(
                        "gpu-1 - %s sha256:1".formatted(NAME),
                        "gpu-1 vision %s sha256:2".formatted(NAME),
                        "gpu-1b - %s sha256:1".formatted(NAME),
                        "gpu-1b vision %s sha256:2".formatted(NAME));
    }

    @Test
    void a_name_that_an_operator_releases_means_no_built_image_any_more_to_that_team() {
        BuiltImageStore names = store("gpu-1");
        names.name(NAME, "a", "sha256:1");
        names.name(NAME, "b", "sha256:2");
        names.name(NAME, "", "sha256:3");
        try (Database database = Database.connect(yard.url, Role.SERVER, 1)) {
            BuiltNames server = new BuiltNames(database);

            assertThat(server.release("gpu-2", "x:1", "a")).isFalse();
            assertThat(server.release("gpu-1", "x:2", "a")).isFalse();
            assertThat(server.release("gpu-1", "docker.io/x:1", "a")).isTrue();
            assertThat(server.release("gpu-1", "x:1", "a")).isFalse();
            assertThat(names.named(NAME, "a")).isEmpty();
            assertThat(names.named(NAME, "b")).contains("sha256:2");

            assertThat(server.release("gpu-1", "x:1", null)).isTrue();
            assertThat(names.named(NAME, "")).isEmpty();
        }
    }

    private BuiltImageStore store(String worker) {
        return new BuiltImageStore(
                yard.database, yard.register(AWorker.named(worker).gpus(1)).worker(), "engine-1");
    }
}
