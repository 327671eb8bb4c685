package dev.trainyard.db;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BuiltImageStoreTest {

    private final Yard yard = new Yard();

    @AfterEach
    void close() {
        yard.close();
    }

    @Test
    void a_worker_remembers_what_it_has_built_itself_last() {
        BuiltImageStore mine = store("gpu-1");
        BuiltImageStore others = store("gpu-2");

        mine.record("trainyard/build:1", "sha256:a");
        mine.record("trainyard/build:1", "sha256:b");

        assertThat(mine.idOf("trainyard/build:1")).contains("sha256:b");
        assertThat(mine.idOf("trainyard/build:2")).isEmpty();
        assertThat(others.idOf("trainyard/build:1")).isEmpty();
    }

    @Test
    void a_name_is_the_first_teams_that_took_it_for_every_worker_of_its_engine() {
        BuiltImageStore one = store("gpu-1");
        BuiltImageStore sameEngine = store("gpu-2");
        BuiltImageStore otherEngine = new BuiltImageStore(
                yard.database, yard.register(AWorker.named("gpu-3").gpus(1)).worker(), "engine-2");

        assertThat(one.ownerOf("docker.io/library/x:1")).isEmpty();
        assertThat(one.take("docker.io/library/x:1", "a")).isEqualTo("a");

        assertThat(sameEngine.take("docker.io/library/x:1", "b")).isEqualTo("a");
        assertThat(sameEngine.ownerOf("docker.io/library/x:1")).contains("a");
        assertThat(otherEngine.take("docker.io/library/x:1", "b")).isEqualTo("b");
        assertThat(one.take("docker.io/library/x:2", "")).isEmpty();
    }

    @Test
    void of_two_teams_that_take_a_name_at_once_both_hear_whose_it_is() throws Exception {
        BuiltImageStore one = store("gpu-1");
        BuiltImageStore other = store("gpu-2");

        Future<String> theirs = yard.async(() -> other.take("docker.io/library/x:1", "b"));
        String owner = one.take("docker.io/library/x:1", "a");

        assertThat(theirs.get()).isEqualTo(owner);
    }

    private BuiltImageStore store(String worker) {
        return new BuiltImageStore(
                yard.database, yard.register(AWorker.named(worker).gpus(1)).worker(), "engine-1");
    }
}
